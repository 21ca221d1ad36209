// y[n, oy, ox, o] = b[o] + sum over ky, kx, c of x[n, iy, ix, c] * w[ky, kx, c, o]
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// A matrix product, pixels x (ky, kx, c) times (ky, kx, c) x o, whose left matrix is read from x where it
// lies: for any number of input channels and any window. Output channels are padded to fours in w alone.
//
// Four lanes share a tile of 16 pixels x 16 (WIDE: 32) output channels, as in matmul-quad: a lane loads x
// for one of four (ky, kx, c), and all four lanes get it.
enable subgroups;

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
override WIDE: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// Where a pixel's window starts: x, y, and the first element there.
fn corner(pixel: u32) -> vec3i {
  let size = params.y_size;
  let p = min(pixel, params.pixels - 1);
  let row = p / size.x;
  let at = vec2i(vec2u(p % size.x, row % size.y) * params.stride) - params.pad;
  let line = i32(row / size.y * params.x_size.y) + at.y;
  return vec3i(at, (line * i32(params.x_size.x) + at.x) * i32(params.c));
}

// What each of the four lanes loads at its tap (x, y, offset), for all of them.
fn shared_by_quad(corner: vec3i, tap: vec3i) -> vec4f {
  let at = corner + tap;
  let inside = u32(at.x) < params.x_size.x && u32(at.y) < params.x_size.y;
  let v = select(0.0, x[at.z], inside);
  return vec4f(quadBroadcast(v, 0), quadBroadcast(v, 1), quadBroadcast(v, 2), quadBroadcast(v, 3));
}

// Four rows of w; past the last one that again, times zeros of x.
fn weights(row: u32, last: u32) -> mat4x4f {
  let step = params.o4;
  return mat4x4f(
    w[row],
    w[min(row + step, last)],
    w[min(row + 2 * step, last)],
    w[min(row + 3 * step, last)],
  );
}

fn bias(o: u32) -> vec4f {
  let last = params.o - 1;
  return vec4f(b[min(o, last)], b[min(o + 1, last)], b[min(o + 2, last)], b[min(o + 3, last)]);
}

fn store(pixel: u32, o: u32, lo: vec4f, hi: vec4f) {
  if (pixel < params.pixels) {
    store_four(pixel, o, lo);
    if (WIDE) { store_four(pixel, o + 16, hi); }
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
  // No invocation returns early or loops longer, because quads must stay together.
  let span = select(4u, 8u, WIDE);
  let lane = local % 4;
  let across = (params.o4 + span - 1) / span;
  let id = (wid.y * groups.x + wid.x) * 16 + local / 4;
  let o = id % across * span + lane;
  let first = id / across * 16;
  let at0 = corner(first);
  let at1 = corner(first + 1);
  let at2 = corner(first + 2);
  let at3 = corner(first + 3);
  let at4 = corner(first + 4);
  let at5 = corner(first + 5);
  let at6 = corner(first + 6);
  let at7 = corner(first + 7);
  let at8 = corner(first + 8);
  let at9 = corner(first + 9);
  let at10 = corner(first + 10);
  let at11 = corner(first + 11);
  let at12 = corner(first + 12);
  let at13 = corner(first + 13);
  let at14 = corner(first + 14);
  let at15 = corner(first + 15);

  var lo0 = vec4f();
  var hi0 = vec4f();
  if (HAS_BIAS) {
    lo0 = bias(4 * o);
    hi0 = bias(4 * o + 16);
  }
  var lo1 = lo0;
  var lo2 = lo0;
  var lo3 = lo0;
  var lo4 = lo0;
  var lo5 = lo0;
  var lo6 = lo0;
  var lo7 = lo0;
  var lo8 = lo0;
  var lo9 = lo0;
  var lo10 = lo0;
  var lo11 = lo0;
  var lo12 = lo0;
  var lo13 = lo0;
  var lo14 = lo0;
  var lo15 = lo0;
  var hi1 = hi0;
  var hi2 = hi0;
  var hi3 = hi0;
  var hi4 = hi0;
  var hi5 = hi0;
  var hi6 = hi0;
  var hi7 = hi0;
  var hi8 = hi0;
  var hi9 = hi0;
  var hi10 = hi0;
  var hi11 = hi0;
  var hi12 = hi0;
  var hi13 = hi0;
  var hi14 = hi0;
  var hi15 = hi0;
  // This lane's (c, kx, ky), in digits that are carried along.
  let terms = params.kernel.x * params.kernel.y * params.c;
  var c = lane % params.c;
  var kx = lane / params.c % params.kernel.x;
  var ky = lane / (params.c * params.kernel.x);
  let step_c = 4 % params.c;
  let step_x = 4 / params.c % params.kernel.x;
  let step_y = 4 / (params.c * params.kernel.x);
  let last = (terms - 1) * params.o4 + o;
  for (var r = 0u; r < terms; r += 4) {
    let w_lo = weights(r * params.o4 + o, last);
    var w_hi = w_lo;
    if (WIDE) {
      w_hi = weights(r * params.o4 + o + 4, last + 4);
    }
    let reach = vec2i(vec2u(kx, ky) * params.dilation);
    let offset = (reach.y * i32(params.x_size.x) + reach.x) * i32(params.c) + i32(c);
    // Past the last term a lane is outside of every image.
    let tap = vec3i(reach.x, select(reach.y, 1 << 29, r + lane >= terms), offset);
    let a0 = shared_by_quad(at0, tap);
    lo0 += w_lo * a0;
    if (WIDE) { hi0 += w_hi * a0; }
    let a1 = shared_by_quad(at1, tap);
    lo1 += w_lo * a1;
    if (WIDE) { hi1 += w_hi * a1; }
    let a2 = shared_by_quad(at2, tap);
    lo2 += w_lo * a2;
    if (WIDE) { hi2 += w_hi * a2; }
    let a3 = shared_by_quad(at3, tap);
    lo3 += w_lo * a3;
    if (WIDE) { hi3 += w_hi * a3; }
    let a4 = shared_by_quad(at4, tap);
    lo4 += w_lo * a4;
    if (WIDE) { hi4 += w_hi * a4; }
    let a5 = shared_by_quad(at5, tap);
    lo5 += w_lo * a5;
    if (WIDE) { hi5 += w_hi * a5; }
    let a6 = shared_by_quad(at6, tap);
    lo6 += w_lo * a6;
    if (WIDE) { hi6 += w_hi * a6; }
    let a7 = shared_by_quad(at7, tap);
    lo7 += w_lo * a7;
    if (WIDE) { hi7 += w_hi * a7; }
    let a8 = shared_by_quad(at8, tap);
    lo8 += w_lo * a8;
    if (WIDE) { hi8 += w_hi * a8; }
    let a9 = shared_by_quad(at9, tap);
    lo9 += w_lo * a9;
    if (WIDE) { hi9 += w_hi * a9; }
    let a10 = shared_by_quad(at10, tap);
    lo10 += w_lo * a10;
    if (WIDE) { hi10 += w_hi * a10; }
    let a11 = shared_by_quad(at11, tap);
    lo11 += w_lo * a11;
    if (WIDE) { hi11 += w_hi * a11; }
    let a12 = shared_by_quad(at12, tap);
    lo12 += w_lo * a12;
    if (WIDE) { hi12 += w_hi * a12; }
    let a13 = shared_by_quad(at13, tap);
    lo13 += w_lo * a13;
    if (WIDE) { hi13 += w_hi * a13; }
    let a14 = shared_by_quad(at14, tap);
    lo14 += w_lo * a14;
    if (WIDE) { hi14 += w_hi * a14; }
    let a15 = shared_by_quad(at15, tap);
    lo15 += w_lo * a15;
    if (WIDE) { hi15 += w_hi * a15; }
    c += step_c;
    let carry_c = select(0u, 1u, c >= params.c);
    c -= carry_c * params.c;
    kx += step_x + carry_c;
    let carry_x = select(0u, 1u, kx >= params.kernel.x);
    kx -= carry_x * params.kernel.x;
    ky += step_y + carry_x;
  }

  store(first, 4 * o, lo0, hi0);
  store(first + 1, 4 * o, lo1, hi1);
  store(first + 2, 4 * o, lo2, hi2);
  store(first + 3, 4 * o, lo3, hi3);
  store(first + 4, 4 * o, lo4, hi4);
  store(first + 5, 4 * o, lo5, hi5);
  store(first + 6, 4 * o, lo6, hi6);
  store(first + 7, 4 * o, lo7, hi7);
  store(first + 8, 4 * o, lo8, hi8);
  store(first + 9, 4 * o, lo9, hi9);
  store(first + 10, 4 * o, lo10, hi10);
  store(first + 11, 4 * o, lo11, hi11);
  store(first + 12, 4 * o, lo12, hi12);
  store(first + 13, 4 * o, lo13, hi13);
  store(first + 14, 4 * o, lo14, hi14);
  store(first + 15, 4 * o, lo15, hi15);
}
