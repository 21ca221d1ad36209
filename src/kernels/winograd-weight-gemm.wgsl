// partial[s, k, c, o] = sum over the tiles t of chunk s of v[k, t, c] * q[k, t, o]: the 36 matrix
// products of the weight gradient in Winograd's domain. Register tile: 8 x 8 channels. A second pass
// adds the chunks in order. Channels are multiples of 4.
struct Params {
  tiles: u32,
  chunk_tiles: u32,
  c4: u32, // input channels / 4
  o4: u32, // output channels / 4
  invocations: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(2) var<storage, read> q: array<vec4f>;
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
  let k = plane % 36;
  let chunk = plane / 36;
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
  let begin = chunk * params.chunk_tiles;
  let to = min(begin + params.chunk_tiles, params.tiles);
  var in = (k * params.tiles + begin) * params.c4 + c;
  var out = (k * params.tiles + begin) * params.o4 + o;
  for (var t = begin; t < to; t++) {
    let a = v[in];
    let b = v[in + c_hi];
    let d_lo = q[out];
    let d_hi = q[out + o_hi];
    in += params.c4;
    out += params.o4;
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
