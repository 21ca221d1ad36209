// partial[k, ky, kx, c, o] = sum over the output rows of chunk k of x[n, iy, ix, c] * dy[n, oy, ox, o]
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// Register tile: one tap, 8 input x 8 output channels per invocation. Both channel counts are
// multiples of 4. A second pass adds the chunks in order, so the sum does not depend on timing.
struct Params {
  x_size: vec2u, // width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  c4: u32, // input channels / 4
  o4: u32, // output channels / 4
  rows: u32, // batch * output height
  chunk_rows: u32,
  invocations: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>;

// Where row `c` of the tile's result goes.
fn store(at: u32, c: u32, o: u32, lo: vec4f, hi: vec4f) {
  if (c >= 4 * params.c4) {
    return;
  }
  let to = (at * 4 * params.c4 + c) * params.o4 + o;
  partial[to] = lo;
  if (o + 1 < params.o4) {
    partial[to + 1] = hi;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  if (id >= params.invocations) {
    return;
  }
  let o_tiles = (params.o4 + 1) / 2;
  let c_tiles = (params.c4 + 1) / 2;
  let taps = params.kernel.x * params.kernel.y;
  let o = id % o_tiles * 2;
  let c = id / o_tiles % c_tiles * 2;
  let tap = id / (o_tiles * c_tiles) % taps;
  let chunk = id / (o_tiles * c_tiles * taps);
  // Channels past the last repeat it, and are not stored.
  let o_hi = min(o + 1, params.o4 - 1);
  let c_hi = min(c + 1, params.c4 - 1);

  // The range of ox for which ix = ox * stride + reach lies inside x.
  let stride = i32(params.stride.x);
  let reach = i32(tap % params.kernel.x * params.dilation.x) - i32(params.pad.x);
  let begin = max(0, (stride - 1 - reach) / stride);
  let last = i32(params.x_size.x) - 1 - reach;
  let to = select(0, min(i32(params.dy_size.x), last / stride + 1), last >= 0);
  let reach_y = i32(tap / params.kernel.x * params.dilation.y) - i32(params.pad.y);

  var lo0 = vec4f();
  var lo1 = vec4f();
  var lo2 = vec4f();
  var lo3 = vec4f();
  var lo4 = vec4f();
  var lo5 = vec4f();
  var lo6 = vec4f();
  var lo7 = vec4f();
  var hi0 = vec4f();
  var hi1 = vec4f();
  var hi2 = vec4f();
  var hi3 = vec4f();
  var hi4 = vec4f();
  var hi5 = vec4f();
  var hi6 = vec4f();
  var hi7 = vec4f();

  let row_end = min((chunk + 1) * params.chunk_rows, params.rows);
  for (var row = chunk * params.chunk_rows; row < row_end; row++) {
    let iy = i32(row % params.dy_size.y * params.stride.y) + reach_y;
    if (iy < 0 || iy >= i32(params.x_size.y)) {
      continue;
    }
    let n = row / params.dy_size.y;
    var at = u32((i32(n * params.x_size.y) + iy) * i32(params.x_size.x) + begin * stride + reach) * params.c4;
    var out = (row * params.dy_size.x + u32(begin)) * params.o4;
    for (var ox = begin; ox < to; ox++) {
      let a = x[at + c];
      let b = x[at + c_hi];
      let d_lo = dy[out + o];
      let d_hi = dy[out + o_hi];
      lo0 += a.x * d_lo;
      lo1 += a.y * d_lo;
      lo2 += a.z * d_lo;
      lo3 += a.w * d_lo;
      lo4 += b.x * d_lo;
      lo5 += b.y * d_lo;
      lo6 += b.z * d_lo;
      lo7 += b.w * d_lo;
      hi0 += a.x * d_hi;
      hi1 += a.y * d_hi;
      hi2 += a.z * d_hi;
      hi3 += a.w * d_hi;
      hi4 += b.x * d_hi;
      hi5 += b.y * d_hi;
      hi6 += b.z * d_hi;
      hi7 += b.w * d_hi;
      at += params.stride.x * params.c4;
      out += params.o4;
    }
  }

  let slot = chunk * taps + tap;
  store(slot, c * 4, o, lo0, hi0);
  store(slot, c * 4 + 1, o, lo1, hi1);
  store(slot, c * 4 + 2, o, lo2, hi2);
  store(slot, c * 4 + 3, o, lo3, hi3);
  store(slot, c * 4 + 4, o, lo4, hi4);
  store(slot, c * 4 + 5, o, lo5, hi5);
  store(slot, c * 4 + 6, o, lo6, hi6);
  store(slot, c * 4 + 7, o, lo7, hi7);
}
