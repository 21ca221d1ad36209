// y[n, iy, ix, c] = sum over ky, kx and the outputs o of c's group of dy[n, oy, ox, o] * w[ky, kx, i, o]
//   i = c's place in its group, where oy * stride.y = iy + pad.y - ky * dilation.y divides exactly and lies
//   inside, ox likewise.
// 4 pixels of a row and one phase (pixel index modulo stride) per invocation, so that the same taps
// apply to them. Depthwise (c = o = 1) it works on vectors of channels too.
alias Element = f32;

struct Params {
  y_size: vec2u, // of the result: width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  groups: u32,
  c: u32, // channels of the result per group
  o: u32, // channels of dy per group
  tiles: u32, // of 4 pixels of one phase in a row of the result, times phases
  n: u32, // invocations: one for each tile and channel
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> w: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  if (id >= params.n) {
    return;
  }
  let outputs = params.groups * params.o;
  let channels = params.groups * params.c;
  let tile = id / channels;
  let c = id - tile * channels;
  let member = c % params.c;
  let first = i32(c / params.c * params.o);
  let row = tile / params.tiles;
  let image = row / params.y_size.y;
  let across = tile - row * params.tiles;
  let stride = vec2i(params.stride);
  let left = across / params.stride.x * 3 * params.stride.x + across;
  let reach = vec2i(vec2u(left, row - image * params.y_size.y) + params.pad);
  let size = vec2i(params.dy_size);

  var acc0 = Element();
  var acc1 = Element();
  var acc2 = Element();
  var acc3 = Element();
  for (var ky = 0u; ky < params.kernel.y; ky++) {
    let ty = reach.y - i32(ky * params.dilation.y);
    let oy = ty / stride.y;
    if (ty < 0 || oy * stride.y != ty || oy >= size.y) {
      continue;
    }
    let line = (i32(image) * size.y + oy) * size.x;
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let tx = reach.x - i32(kx * params.dilation.x);
      let ox0 = tx / stride.x;
      if (ox0 * stride.x != tx) {
        continue;
      }
      let ox = ox0 + vec4i(0, 1, 2, 3);
      let inside = (ox >= vec4i()) & (ox < vec4i(size.x));
      let at = select(vec4i(), (line + ox) * i32(outputs) + first, inside);
      let tap = i32(((ky * params.kernel.x + kx) * params.c + member) * outputs) + first;
      for (var i = 0; i < i32(params.o); i++) {
        let k = w[tap + i];
        acc0 = select(acc0, acc0 + dy[at.x + i] * k, inside.x);
        acc1 = select(acc1, acc1 + dy[at.y + i] * k, inside.y);
        acc2 = select(acc2, acc2 + dy[at.z + i] * k, inside.z);
        acc3 = select(acc3, acc3 + dy[at.w + i] * k, inside.w);
      }
    }
  }

  store(row, left, c, acc0);
  store(row, left + params.stride.x, c, acc1);
  store(row, left + 2 * params.stride.x, c, acc2);
  store(row, left + 3 * params.stride.x, c, acc3);
}

fn store(row: u32, column: u32, c: u32, value: Element) {
  if (column < params.y_size.x) {
    y[(row * params.y_size.x + column) * params.groups * params.c + c] = value;
  }
}
