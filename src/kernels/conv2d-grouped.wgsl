// y[n, oy, ox, o] = b[o] + sum over ky, kx, i of x[n, iy, ix, g * c + i] * w[ky, kx, i, o], g = o's group
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// 4 pixels of a row per invocation. Depthwise (c = o = 1) it works on vectors of channels too.
alias Element = f32;

struct Params {
  x_size: vec2u, // width, height
  y_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  groups: u32,
  c: u32, // input channels per group
  o: u32, // output channels per group
  tiles: u32, // of 4 pixels in a row of y
  n: u32, // invocations: one for each tile and output channel
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> w: array<Element>;
@group(0) @binding(3) var<storage, read> b: array<Element>;
@group(0) @binding(4) var<storage, read_write> y: array<Element>;

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
  let tile = id / outputs;
  let o = id - tile * outputs;
  let first = i32(o / params.o * params.c);
  let row = tile / params.tiles;
  let image = row / params.y_size.y;
  let left = (tile - row * params.tiles) * 4;
  let x0 = vec4i((left + vec4u(0, 1, 2, 3)) * params.stride.x) - i32(params.pad.x);
  let y0 = i32((row - image * params.y_size.y) * params.stride.y) - i32(params.pad.y);
  let size = vec2i(params.x_size);

  var acc0 = Element();
  if (HAS_BIAS) {
    acc0 = b[o];
  }
  var acc1 = acc0;
  var acc2 = acc0;
  var acc3 = acc0;
  for (var ky = 0u; ky < params.kernel.y; ky++) {
    let iy = y0 + i32(ky * params.dilation.y);
    if (iy < 0 || iy >= size.y) {
      continue;
    }
    let line = (i32(image) * size.y + iy) * size.x;
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let ix = x0 + i32(kx * params.dilation.x);
      let inside = (ix >= vec4i()) & (ix < vec4i(size.x));
      let at = select(vec4i(), (line + ix) * i32(channels) + first, inside);
      var tap = (ky * params.kernel.x + kx) * params.c * outputs + o;
      for (var i = 0; i < i32(params.c); i++) {
        let k = w[tap];
        acc0 = select(acc0, acc0 + x[at.x + i] * k, inside.x);
        acc1 = select(acc1, acc1 + x[at.y + i] * k, inside.y);
        acc2 = select(acc2, acc2 + x[at.z + i] * k, inside.z);
        acc3 = select(acc3, acc3 + x[at.w + i] * k, inside.w);
        tap += outputs;
      }
    }
  }

  let out = (row * params.y_size.x + left) * outputs + o;
  let rest = params.y_size.x - left;
  y[out] = acc0;
  if (rest > 1) { y[out + outputs] = acc1; }
  if (rest > 2) { y[out + 2 * outputs] = acc2; }
  if (rest > 3) { y[out + 3 * outputs] = acc3; }
}
