// y[n, oy, ox, o] = b[o] + sum over ky, kx, c of x[n, iy, ix, c] * w[ky, kx, c, o]
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// What conv2d-quad computes, for real GPUs: a matrix product, pixels x (ky, kx, c) times (ky, kx, c) x o.
//
// A workgroup computes 64 pixels x 64 channels from pieces of 16 (ky, kx, c) that it keeps in workgroup
// memory, an invocation 8 pixels x 8 channels of them: pixels 4 ty to 4 ty + 3 and 32 further, channels
// likewise by tx.
struct Params {
  x_size: vec2u, // width, height
  y_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2i, // left, top
  c: u32, // input channels
  o: u32, // output channels
  o4: u32, // those of w / 4
  pixels: u32, // batch * output height * output width
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// [(ky, kx, c)][pixel] and [(ky, kx, c)][channels / 4].
var<workgroup> x_piece: array<f32, 1024>;
var<workgroup> w_piece: array<vec4f, 256>;

fn bias(o: u32) -> vec4f {
  let last = params.o - 1;
  return vec4f(b[min(o, last)], b[min(o + 1, last)], b[min(o + 2, last)], b[min(o + 3, last)]);
}

fn store(pixel: u32, o: u32, lo: vec4f, hi: vec4f) {
  if (pixel < params.pixels) {
    store_four(pixel, o, lo);
    store_four(pixel, o + 32, hi);
  }
}

fn store_four(pixel: u32, o: u32, v: vec4f) {
  if (o >= params.o) {
    return;
  }
  let at = pixel * params.o + o;
  y[at] = v.x;
  if (o + 1 < params.o) { y[at + 1] = v.y; }
  if (o + 2 < params.o) { y[at + 2] = v.z; }
  if (o + 3 < params.o) { y[at + 3] = v.w; }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let across = (params.o4 + 15) / 16;
  let id = wid.y * groups.x + wid.x;
  let first = id / across * 64;
  if (first >= params.pixels) {
    return;
  }
  let q0 = id % across * 16;
  let tx = local % 8;
  let ty = local / 8;
  // The pixel whose window this invocation loads; past the last one that again, which is not stored.
  let pixel = min(first + local, params.pixels - 1);
  let row = pixel / params.y_size.x;
  let image = row / params.y_size.y;
  let left = i32(pixel % params.y_size.x * params.stride.x) - params.pad.x;
  let top = i32(row % params.y_size.y * params.stride.y) - params.pad.y;
  let line = i32(image * params.x_size.y) + top;

  var lo0 = vec4f();
  var hi0 = vec4f();
  if (HAS_BIAS) {
    lo0 = bias(4 * (q0 + tx));
    hi0 = bias(4 * (q0 + tx) + 32);
  }
  var lo1 = lo0;
  var lo2 = lo0;
  var lo3 = lo0;
  var lo4 = lo0;
  var lo5 = lo0;
  var lo6 = lo0;
  var lo7 = lo0;
  var hi1 = hi0;
  var hi2 = hi0;
  var hi3 = hi0;
  var hi4 = hi0;
  var hi5 = hi0;
  var hi6 = hi0;
  var hi7 = hi0;
  let terms = params.kernel.x * params.kernel.y * params.c;
  // The term that is loaded next, in digits that are carried along.
  var c = 0u;
  var kx = 0u;
  var ky = 0u;
  for (var n = 0u; n < terms; n += 16) {
    for (var r = 0u; r < 16; r++) {
      let ix = left + i32(kx * params.dilation.x);
      let reach = i32(ky * params.dilation.y);
      let in_y = top + reach >= 0 && top + reach < i32(params.x_size.y) && n + r < terms;
      let inside = in_y && ix >= 0 && ix < i32(params.x_size.x);
      let at = select(0, (line + reach) * i32(params.x_size.x) + ix, inside);
      x_piece[r * 64 + local] = select(0.0, x[u32(at) * params.c + c], inside);
      c++;
      if (c == params.c) {
        c = 0;
        kx++;
      }
      if (kx == params.kernel.x) {
        kx = 0;
        ky++;
      }
    }
    for (var l = 0u; l < 4; l++) {
      let r = local / 16 + 4 * l;
      let q = min(q0 + local % 16, params.o4 - 1);
      w_piece[r * 16 + local % 16] = w[min(n + r, terms - 1) * params.o4 + q];
    }
    workgroupBarrier();
    for (var r = 0u; r < 16; r++) {
      let u_lo = w_piece[r * 16 + tx];
      let u_hi = w_piece[r * 16 + tx + 8];
      let p = r * 64 + 4 * ty;
      let v0 = x_piece[p];
      let v1 = x_piece[p + 1];
      let v2 = x_piece[p + 2];
      let v3 = x_piece[p + 3];
      let v4 = x_piece[p + 32];
      let v5 = x_piece[p + 33];
      let v6 = x_piece[p + 34];
      let v7 = x_piece[p + 35];
      lo0 += v0 * u_lo;
      hi0 += v0 * u_hi;
      lo1 += v1 * u_lo;
      hi1 += v1 * u_hi;
      lo2 += v2 * u_lo;
      hi2 += v2 * u_hi;
      lo3 += v3 * u_lo;
      hi3 += v3 * u_hi;
      lo4 += v4 * u_lo;
      hi4 += v4 * u_hi;
      lo5 += v5 * u_lo;
      hi5 += v5 * u_hi;
      lo6 += v6 * u_lo;
      hi6 += v6 * u_hi;
      lo7 += v7 * u_lo;
      hi7 += v7 * u_hi;
    }
    workgroupBarrier();
  }

  let p = first + 4 * ty;
  let o = 4 * (q0 + tx);
  store(p, o, lo0, hi0);
  store(p + 1, o, lo1, hi1);
  store(p + 2, o, lo2, hi2);
  store(p + 3, o, lo3, hi3);
  store(p + 32, o, lo4, hi4);
  store(p + 33, o, lo5, hi5);
  store(p + 34, o, lo6, hi6);
  store(p + 35, o, lo7, hi7);
}
