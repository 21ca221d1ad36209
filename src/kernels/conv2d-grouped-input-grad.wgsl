// y[n, iy, ix, c] = sum over ky, kx and the outputs o of c's group of dy[n, oy, ox, o] * w[ky, kx, i, o]
//   i = c's place in its group, where oy * stride.y = iy + pad.y - ky * dilation.y divides exactly and lies
//   inside, ox likewise.
// One invocation per element of y. Depthwise (c = o = 1) it works on vectors of channels too.
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
  n: u32, // elements of the result
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
  let pixel = id / channels;
  let c = id - pixel * channels;
  let member = c % params.c;
  let first = c / params.c * params.o;
  let row = pixel / params.y_size.x;
  let image = row / params.y_size.y;
  let reach = vec2u(pixel - row * params.y_size.x, row - image * params.y_size.y) + params.pad;

  var acc = Element();
  for (var ky = 0u; ky < params.kernel.y; ky++) {
    // Unsigned: what would be negative wraps to a huge number and lies outside.
    let ty = reach.y - ky * params.dilation.y;
    let oy = ty / params.stride.y;
    if (oy * params.stride.y != ty || oy >= params.dy_size.y) {
      continue;
    }
    let line = (image * params.dy_size.y + oy) * params.dy_size.x;
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let tx = reach.x - kx * params.dilation.x;
      let ox = tx / params.stride.x;
      if (ox * params.stride.x != tx || ox >= params.dy_size.x) {
        continue;
      }
      let at = (line + ox) * outputs + first;
      let tap = ((ky * params.kernel.x + kx) * params.c + member) * outputs + first;
      for (var i = 0u; i < params.o; i++) {
        acc += dy[at + i] * w[tap + i];
      }
    }
  }
  y[id] = acc;
}
