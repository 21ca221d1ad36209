// partial[k, ky, kx, i, o] = sum over the output rows of chunk k of x[n, iy, ix, g * c + i] * dy[n, oy, ox, o]
//   g = o's group, iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// One invocation per element of partial. Depthwise (c = o = 1) it works on vectors of channels too.
alias Element = f32;

struct Params {
  x_size: vec2u, // width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  groups: u32,
  c: u32, // input channels per group
  o: u32, // output channels per group
  rows: u32, // batch * output height
  chunk_rows: u32,
  n: u32, // elements of partial
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> dy: array<Element>;
@group(0) @binding(3) var<storage, read_write> partial: array<Element>;

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
  let m = id / outputs;
  let o = id - m * outputs;
  let tap = m / params.c;
  let kx = tap % params.kernel.x;
  let ky = tap / params.kernel.x % params.kernel.y;
  let chunk = tap / (params.kernel.x * params.kernel.y);
  let c = o / params.o * params.c + m % params.c;
  let reach = vec2i(vec2u(kx, ky) * params.dilation) - vec2i(params.pad);
  let size = vec2i(params.x_size);

  var acc = Element();
  let end = min((chunk + 1) * params.chunk_rows, params.rows);
  for (var row = chunk * params.chunk_rows; row < end; row++) {
    let image = row / params.dy_size.y;
    let iy = i32((row - image * params.dy_size.y) * params.stride.y) + reach.y;
    if (iy < 0 || iy >= size.y) {
      continue;
    }
    let line = (image * params.x_size.y + u32(iy)) * params.x_size.x;
    for (var ox = 0u; ox < params.dy_size.x; ox++) {
      let ix = i32(ox * params.stride.x) + reach.x;
      if (ix >= 0 && ix < size.x) {
        acc += x[(line + u32(ix)) * channels + c] * dy[(row * params.dy_size.x + ox) * outputs + o];
      }
    }
  }
  partial[id] = acc;
}
