// y[n, oy, ox, o] = b[o] + sum over ky, kx, c of x[n, iy, ix, c] * w[ky, kx, c, o]
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// Register tile: an invocation computes 8 pixels x 8 output channels, so that every loaded vec4
// serves 32 multiply-adds. Input and output channels are multiples of 4.
struct Params {
  x_size: vec2u, // width, height
  y_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  c4: u32, // input channels / 4
  o4: u32, // output channels / 4
  pixels: u32, // batch * output height * output width
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

fn load(offset: i32, inside: bool) -> vec4f {
  return select(vec4f(), x[offset], inside);
}

fn store(pixel: u32, channels: u32, lo: vec4f, hi: vec4f) {
  if (pixel >= params.pixels) {
    return;
  }
  let at = pixel * params.o4 + channels;
  y[at] = lo;
  if (channels + 1 < params.o4) {
    y[at + 1] = hi;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = ((wid.y * groups.x + wid.x) * 64 + lane) * 8;
  if (first >= params.pixels) {
    return;
  }
  let o = wid.z * 2;
  let o_hi = min(o + 1, params.o4 - 1);

  // Pixels 0-3 and 4-7 of the tile as vector lanes; those past the end repeat the last one.
  let p = min(first + vec4u(0, 1, 2, 3), vec4u(params.pixels - 1));
  let q = min(first + vec4u(4, 5, 6, 7), vec4u(params.pixels - 1));
  let stride = vec2i(params.stride);
  let pad = vec2i(params.pad);
  let x0_p = vec4i(p % params.y_size.x) * stride.x - pad.x;
  let x0_q = vec4i(q % params.y_size.x) * stride.x - pad.x;
  let y0_p = vec4i(p / params.y_size.x % params.y_size.y) * stride.y - pad.y;
  let y0_q = vec4i(q / params.y_size.x % params.y_size.y) * stride.y - pad.y;
  let rows_p = vec4i(p / (params.y_size.x * params.y_size.y) * params.x_size.y);
  let rows_q = vec4i(q / (params.y_size.x * params.y_size.y) * params.x_size.y);
  let size = vec2i(params.x_size);
  let c4 = i32(params.c4);

  var lo0 = vec4f();
  var lo1 = vec4f();
  var lo2 = vec4f();
  var lo3 = vec4f();
  var lo4 = vec4f();
  var lo5 = vec4f();
  var lo6 = vec4f();
  var lo7 = vec4f();
  if (HAS_BIAS) {
    lo0 = b[o];
    lo1 = lo0;
    lo2 = lo0;
    lo3 = lo0;
    lo4 = lo0;
    lo5 = lo0;
    lo6 = lo0;
    lo7 = lo0;
  }
  var hi0 = vec4f();
  var hi1 = vec4f();
  var hi2 = vec4f();
  var hi3 = vec4f();
  var hi4 = vec4f();
  var hi5 = vec4f();
  var hi6 = vec4f();
  var hi7 = vec4f();
  if (HAS_BIAS) {
    hi0 = b[o_hi];
    hi1 = hi0;
    hi2 = hi0;
    hi3 = hi0;
    hi4 = hi0;
    hi5 = hi0;
    hi6 = hi0;
    hi7 = hi0;
  }

  for (var ky = 0u; ky < params.kernel.y; ky++) {
    let iy_p = y0_p + i32(ky * params.dilation.y);
    let iy_q = y0_q + i32(ky * params.dilation.y);
    let in_y_p = (iy_p >= vec4i()) & (iy_p < vec4i(size.y));
    let in_y_q = (iy_q >= vec4i()) & (iy_q < vec4i(size.y));
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let ix_p = x0_p + i32(kx * params.dilation.x);
      let ix_q = x0_q + i32(kx * params.dilation.x);
      let in_p = in_y_p & (ix_p >= vec4i()) & (ix_p < vec4i(size.x));
      let in_q = in_y_q & (ix_q >= vec4i()) & (ix_q < vec4i(size.x));
      let at_p = select(vec4i(), ((rows_p + iy_p) * size.x + ix_p) * c4, in_p);
      let at_q = select(vec4i(), ((rows_q + iy_q) * size.x + ix_q) * c4, in_q);
      var row = (ky * params.kernel.x + kx) * params.c4 * 4 * params.o4;
      for (var c = 0; c < c4; c++) {
        // Columns are the 4 input channels: matrix * vector is 4 multiply-adds per output channel.
        let w_lo = mat4x4f(
          w[row + o],
          w[row + params.o4 + o],
          w[row + 2 * params.o4 + o],
          w[row + 3 * params.o4 + o],
        );
        let w_hi = mat4x4f(
          w[row + o_hi],
          w[row + params.o4 + o_hi],
          w[row + 2 * params.o4 + o_hi],
          w[row + 3 * params.o4 + o_hi],
        );
        row += 4 * params.o4;
        let a0 = load(at_p.x + c, in_p.x);
        lo0 += w_lo * a0;
        hi0 += w_hi * a0;
        let a1 = load(at_p.y + c, in_p.y);
        lo1 += w_lo * a1;
        hi1 += w_hi * a1;
        let a2 = load(at_p.z + c, in_p.z);
        lo2 += w_lo * a2;
        hi2 += w_hi * a2;
        let a3 = load(at_p.w + c, in_p.w);
        lo3 += w_lo * a3;
        hi3 += w_hi * a3;
        let a4 = load(at_q.x + c, in_q.x);
        lo4 += w_lo * a4;
        hi4 += w_hi * a4;
        let a5 = load(at_q.y + c, in_q.y);
        lo5 += w_lo * a5;
        hi5 += w_hi * a5;
        let a6 = load(at_q.z + c, in_q.z);
        lo6 += w_lo * a6;
        hi6 += w_hi * a6;
        let a7 = load(at_q.w + c, in_q.w);
        lo7 += w_lo * a7;
        hi7 += w_hi * a7;
      }
    }
  }

  store(first, o, lo0, hi0);
  store(first + 1, o, lo1, hi1);
  store(first + 2, o, lo2, hi2);
  store(first + 3, o, lo3, hi3);
  store(first + 4, o, lo4, hi4);
  store(first + 5, o, lo5, hi5);
  store(first + 6, o, lo6, hi6);
  store(first + 7, o, lo7, hi7);
}
