// partial[s, k, c, o] = sum over the rows i of chunk s of a[k, i, c] * d[k, i, o]: transposed matrix
// products, one per plane k, split over rows; a second pass adds the chunks in order.
// Register tile: 8 x 8 channels per invocation. Both channel counts are multiples of 4.
struct Params {
  planes: u32,
  rows: u32,
  chunk_rows: u32,
  c4: u32, // channels of a / 4
  o4: u32, // channels of d / 4
  invocations: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> d: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>;

fn store(plane: u32, c: u32, o: u32, lo: vec4f, hi: vec4f) {
  if (c >= 4 * params.c4) {
    return;
  }
  let to = (plane * 4 * params.c4 + c) * params.o4 + o;
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
  let o_blocks = (params.o4 + 1) / 2;
  let c_blocks = (params.c4 + 1) / 2;
  let o = id % o_blocks * 2;
  let c = id / o_blocks % c_blocks * 2;
  let plane = id / (o_blocks * c_blocks);
  let k = plane % params.planes;
  let chunk = plane / params.planes;
  // Channels past the last repeat it, and are not stored.
  let o_hi = min(o + 1, params.o4 - 1) - o;
  let c_hi = min(c + 1, params.c4 - 1) - c;

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
  let begin = chunk * params.chunk_rows;
  let to = min(begin + params.chunk_rows, params.rows);
  var in = (k * params.rows + begin) * params.c4 + c;
  var out = (k * params.rows + begin) * params.o4 + o;
  for (var i = begin; i < to; i++) {
    let e = a[in];
    let f = a[in + c_hi];
    let d_lo = d[out];
    let d_hi = d[out + o_hi];
    in += params.c4;
    out += params.o4;
    lo0 += e.x * d_lo;
    lo1 += e.y * d_lo;
    lo2 += e.z * d_lo;
    lo3 += e.w * d_lo;
    lo4 += f.x * d_lo;
    lo5 += f.y * d_lo;
    lo6 += f.z * d_lo;
    lo7 += f.w * d_lo;
    hi0 += e.x * d_hi;
    hi1 += e.y * d_hi;
    hi2 += e.z * d_hi;
    hi3 += e.w * d_hi;
    hi4 += f.x * d_hi;
    hi5 += f.y * d_hi;
    hi6 += f.z * d_hi;
    hi7 += f.w * d_hi;
  }

  store(plane, c * 4, o, lo0, hi0);
  store(plane, c * 4 + 1, o, lo1, hi1);
  store(plane, c * 4 + 2, o, lo2, hi2);
  store(plane, c * 4 + 3, o, lo3, hi3);
  store(plane, c * 4 + 4, o, lo4, hi4);
  store(plane, c * 4 + 5, o, lo5, hi5);
  store(plane, c * 4 + 6, o, lo6, hi6);
  store(plane, c * 4 + 7, o, lo7, hi7);
}
