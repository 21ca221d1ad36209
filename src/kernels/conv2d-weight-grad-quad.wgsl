// partial[k, ky, kx, c, o] = sum over the output rows of chunk k of x[n, iy, ix, c] * dy[n, oy, ox, o]
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// A matrix product as in conv2d-quad, for any channels and any window; a second pass adds the chunks in
// order. Four lanes share a tile of 16 weight rows (ky, kx, c) x 16 (WIDE: 32) output channels: a lane loads
// x for every fourth of the rows, and all four lanes get it.
enable subgroups;

struct Params {
  x_size: vec2u, // width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  c: u32, // input channels
  o: u32, // output channels
  rows: u32, // batch * output height
  chunk_rows: u32,
}

override WIDE: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;

// What a lane loads x for: reach from the output pixel's corner (x, y), and the channel.
fn tap(row: u32) -> vec3i {
  let at = row / params.c;
  let reach = vec2u(at % params.kernel.x, at / params.kernel.x) * params.dilation;
  return vec3i(vec2i(reach) - vec2i(params.pad), i32(row % params.c));
}

// x at a tap of this lane, under output pixel (ox, oy); line is the image's first row.
fn load(tap: vec3i, corner: vec2i, line: i32) -> f32 {
  let at = corner + tap.xy;
  let inside = u32(at.x) < params.x_size.x && u32(at.y) < params.x_size.y;
  let index = ((line + at.y) * i32(params.x_size.x) + at.x) * i32(params.c) + tap.z;
  return select(0.0, x[index], inside);
}

// Four channels of dy; past the last one that again, whose sums are not stored.
fn four(at: u32, o: u32) -> vec4f {
  let last = params.o - 1;
  return vec4f(dy[at + min(o, last)], dy[at + min(o + 1, last)], dy[at + min(o + 2, last)], dy[at + min(o + 3, last)]);
}

fn store(chunk: u32, row: u32, o: u32, lo: vec4f, hi: vec4f) {
  let weights = params.kernel.x * params.kernel.y * params.c;
  if (row < weights && chunk * params.chunk_rows < params.rows) {
    store_four(chunk * weights + row, o, lo);
    if (WIDE) { store_four(chunk * weights + row, o + 16, hi); }
  }
}

fn store_four(row: u32, o: u32, v: vec4f) {
  if (o >= params.o) {
    return;
  }
  let at = row * params.o + o;
  partial[at] = v.x;
  if (o + 1 < params.o) { partial[at + 1] = v.y; }
  if (o + 2 < params.o) { partial[at + 2] = v.z; }
  if (o + 3 < params.o) { partial[at + 3] = v.w; }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  // No invocation returns early or loops longer, because quads must stay together.
  let lane = local % 4;
  let width = select(16u, 32u, WIDE);
  let across = (params.o + width - 1) / width;
  let down = (params.kernel.x * params.kernel.y * params.c + 15) / 16;
  let id = (wid.y * groups.x + wid.x) * 16 + local / 4;
  let o = id % across * width + lane * 4;
  let first = id / across % down * 16;
  let chunk = id / (across * down);
  let begin = chunk * params.chunk_rows;
  let end = min(begin + params.chunk_rows, params.rows);
  let tap0 = tap(first + 0 + lane);
  let tap1 = tap(first + 4 + lane);
  let tap2 = tap(first + 8 + lane);
  let tap3 = tap(first + 12 + lane);

  var lo0 = vec4f();
  var hi0 = vec4f();
  var lo1 = vec4f();
  var hi1 = vec4f();
  var lo2 = vec4f();
  var hi2 = vec4f();
  var lo3 = vec4f();
  var hi3 = vec4f();
  var lo4 = vec4f();
  var hi4 = vec4f();
  var lo5 = vec4f();
  var hi5 = vec4f();
  var lo6 = vec4f();
  var hi6 = vec4f();
  var lo7 = vec4f();
  var hi7 = vec4f();
  var lo8 = vec4f();
  var hi8 = vec4f();
  var lo9 = vec4f();
  var hi9 = vec4f();
  var lo10 = vec4f();
  var hi10 = vec4f();
  var lo11 = vec4f();
  var hi11 = vec4f();
  var lo12 = vec4f();
  var hi12 = vec4f();
  var lo13 = vec4f();
  var hi13 = vec4f();
  var lo14 = vec4f();
  var hi14 = vec4f();
  var lo15 = vec4f();
  var hi15 = vec4f();
  for (var n = 0u; n < params.chunk_rows; n++) {
    // A row past the last is above every image.
    let row = begin + n;
    let real = row < end;
    let top = select(-(1 << 29), i32(row % params.dy_size.y * params.stride.y), real);
    let line = i32(row / params.dy_size.y * params.x_size.y);
    var out = min(row, params.rows - 1) * params.dy_size.x * params.o;
    for (var ox = 0u; ox < params.dy_size.x; ox++) {
      let corner = vec2i(i32(ox * params.stride.x), top);
      let d_lo = four(out, o);
      var d_hi = d_lo;
      if (WIDE) {
        d_hi = four(out, o + 16);
      }
      out += params.o;
      let a0 = load(tap0, corner, line);
      let s0 = quadBroadcast(a0, 0);
      lo0 += s0 * d_lo;
      if (WIDE) { hi0 += s0 * d_hi; }
      let s1 = quadBroadcast(a0, 1);
      lo1 += s1 * d_lo;
      if (WIDE) { hi1 += s1 * d_hi; }
      let s2 = quadBroadcast(a0, 2);
      lo2 += s2 * d_lo;
      if (WIDE) { hi2 += s2 * d_hi; }
      let s3 = quadBroadcast(a0, 3);
      lo3 += s3 * d_lo;
      if (WIDE) { hi3 += s3 * d_hi; }
      let a1 = load(tap1, corner, line);
      let s4 = quadBroadcast(a1, 0);
      lo4 += s4 * d_lo;
      if (WIDE) { hi4 += s4 * d_hi; }
      let s5 = quadBroadcast(a1, 1);
      lo5 += s5 * d_lo;
      if (WIDE) { hi5 += s5 * d_hi; }
      let s6 = quadBroadcast(a1, 2);
      lo6 += s6 * d_lo;
      if (WIDE) { hi6 += s6 * d_hi; }
      let s7 = quadBroadcast(a1, 3);
      lo7 += s7 * d_lo;
      if (WIDE) { hi7 += s7 * d_hi; }
      let a2 = load(tap2, corner, line);
      let s8 = quadBroadcast(a2, 0);
      lo8 += s8 * d_lo;
      if (WIDE) { hi8 += s8 * d_hi; }
      let s9 = quadBroadcast(a2, 1);
      lo9 += s9 * d_lo;
      if (WIDE) { hi9 += s9 * d_hi; }
      let s10 = quadBroadcast(a2, 2);
      lo10 += s10 * d_lo;
      if (WIDE) { hi10 += s10 * d_hi; }
      let s11 = quadBroadcast(a2, 3);
      lo11 += s11 * d_lo;
      if (WIDE) { hi11 += s11 * d_hi; }
      let a3 = load(tap3, corner, line);
      let s12 = quadBroadcast(a3, 0);
      lo12 += s12 * d_lo;
      if (WIDE) { hi12 += s12 * d_hi; }
      let s13 = quadBroadcast(a3, 1);
      lo13 += s13 * d_lo;
      if (WIDE) { hi13 += s13 * d_hi; }
      let s14 = quadBroadcast(a3, 2);
      lo14 += s14 * d_lo;
      if (WIDE) { hi14 += s14 * d_hi; }
      let s15 = quadBroadcast(a3, 3);
      lo15 += s15 * d_lo;
      if (WIDE) { hi15 += s15 * d_hi; }
    }
  }

  store(chunk, first, o, lo0, hi0);
  store(chunk, first + 1, o, lo1, hi1);
  store(chunk, first + 2, o, lo2, hi2);
  store(chunk, first + 3, o, lo3, hi3);
  store(chunk, first + 4, o, lo4, hi4);
  store(chunk, first + 5, o, lo5, hi5);
  store(chunk, first + 6, o, lo6, hi6);
  store(chunk, first + 7, o, lo7, hi7);
  store(chunk, first + 8, o, lo8, hi8);
  store(chunk, first + 9, o, lo9, hi9);
  store(chunk, first + 10, o, lo10, hi10);
  store(chunk, first + 11, o, lo11, hi11);
  store(chunk, first + 12, o, lo12, hi12);
  store(chunk, first + 13, o, lo13, hi13);
  store(chunk, first + 14, o, lo14, hi14);
  store(chunk, first + 15, o, lo15, hi15);
}
