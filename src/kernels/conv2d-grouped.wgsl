// y[n, oy, ox, o] = b[o] + sum over ky, kx, i of x[n, iy, ix, g * c + i] * w[ky, kx, i, o], g = o's group
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// One invocation per element of y. Depthwise (c = o = 1) it works on vectors of channels too.
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
  n: u32, // elements of y
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
  let pixel = id / outputs;
  let o = id - pixel * outputs;
  let first = o / params.o * params.c;
  let row = pixel / params.y_size.x;
  let image = row / params.y_size.y;
  let corner = vec2i(vec2u(pixel - row * params.y_size.x, row - image * params.y_size.y) * params.stride) - vec2i(params.pad);
  let size = vec2i(params.x_size);

  var acc = Element();
  if (HAS_BIAS) {
    acc = b[o];
  }
  for (var ky = 0u; ky < params.kernel.y; ky++) {
    let iy = corner.y + i32(ky * params.dilation.y);
    if (iy < 0 || iy >= size.y) {
      continue;
    }
    let line = (image * params.x_size.y + u32(iy)) * params.x_size.x;
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let ix = corner.x + i32(kx * params.dilation.x);
      if (ix < 0 || ix >= size.x) {
        continue;
      }
      let at = (line + u32(ix)) * channels + first;
      var tap = (ky * params.kernel.x + kx) * params.c * outputs + o;
      for (var i = 0u; i < params.c; i++) {
        acc += x[at + i] * w[tap];
        tap += outputs;
      }
    }
  }
  y[id] = acc;
}
