// y[n, oy, ox, o] = b[o] + sum over ky, kx, c of x[n, iy, ix, c] * w[ky, kx, c, o]
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// Any number of channels: 4 pixels x 4 output channels per invocation, scalar loads.
struct Params {
  x_size: vec2u, // width, height
  y_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  c: u32, // input channels
  o: u32, // output channels
  pixels: u32, // batch * output height * output width
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn store(pixel: u32, o: u32, value: vec4f) {
  if (pixel >= params.pixels) {
    return;
  }
  let at = pixel * params.o + o;
  y[at] = value.x;
  if (o + 1 < params.o) {
    y[at + 1] = value.y;
  }
  if (o + 2 < params.o) {
    y[at + 2] = value.z;
  }
  if (o + 3 < params.o) {
    y[at + 3] = value.w;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = ((wid.y * groups.x + wid.x) * 64 + lane) * 4;
  if (first >= params.pixels) {
    return;
  }
  // Channels past the last repeat it, and are not stored.
  let o = min(wid.z * 4 + vec4u(0, 1, 2, 3), vec4u(params.o - 1));
  let p = min(first + vec4u(0, 1, 2, 3), vec4u(params.pixels - 1));
  let x0 = vec4i(p % params.y_size.x) * i32(params.stride.x) - i32(params.pad.x);
  let y0 = vec4i(p / params.y_size.x % params.y_size.y) * i32(params.stride.y) - i32(params.pad.y);
  let rows = vec4i(p / (params.y_size.x * params.y_size.y) * params.x_size.y);
  let size = vec2i(params.x_size);
  let channels = i32(params.c);

  var acc0 = vec4f();
  if (HAS_BIAS) {
    acc0 = vec4f(b[o.x], b[o.y], b[o.z], b[o.w]);
  }
  var acc1 = acc0;
  var acc2 = acc0;
  var acc3 = acc0;

  for (var ky = 0u; ky < params.kernel.y; ky++) {
    let iy = y0 + i32(ky * params.dilation.y);
    let in_y = (iy >= vec4i()) & (iy < vec4i(size.y));
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let ix = x0 + i32(kx * params.dilation.x);
      let inside = in_y & (ix >= vec4i()) & (ix < vec4i(size.x));
      let at = select(vec4i(), ((rows + iy) * size.x + ix) * channels, inside);
      var row = (ky * params.kernel.x + kx) * params.c * params.o;
      for (var c = 0; c < channels; c++) {
        let k = vec4f(w[row + o.x], w[row + o.y], w[row + o.z], w[row + o.w]);
        row += params.o;
        acc0 += select(0.0, x[at.x + c], inside.x) * k;
        acc1 += select(0.0, x[at.y + c], inside.y) * k;
        acc2 += select(0.0, x[at.z + c], inside.z) * k;
        acc3 += select(0.0, x[at.w + c], inside.w) * k;
      }
    }
  }

  store(first, o.x, acc0);
  store(first + 1, o.x, acc1);
  store(first + 2, o.x, acc2);
  store(first + 3, o.x, acc3);
}
