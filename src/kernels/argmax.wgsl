// The first k with the largest SIGN * x[o, k, i] among the candidates of chunk c; NaN is larger than
// every number. Candidates are the k themselves or, with MERGE, what an earlier pass found: found[o, s, i].
struct Params {
  n: u32, // results: outer * chunks * inner
  classes: u32,
  inner: u32,
  candidates: u32,
  chunks: u32,
  chunk: u32, // candidates of one chunk
}

override SIGN: f32 = 1;
override MERGE: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> found: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<i32>;

fn isNan(v: f32) -> bool {
  return (bitcast<u32>(v) & 0x7fffffff) > 0x7f800000;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let p = (wid.y * groups.x + wid.x) * 64 + lane;
  if (p >= params.n) {
    return;
  }
  let i = p % params.inner;
  let c = p / params.inner % params.chunks;
  let o = p / params.inner / params.chunks;
  let base = o * params.classes * params.inner + i;
  var best = 0.0;
  var at = -1;
  let first = c * params.chunk;
  for (var s = first; s < min(first + params.chunk, params.candidates); s++) {
    var k = i32(s);
    if (MERGE) {
      k = found[(o * params.candidates + s) * params.inner + i];
    }
    let v = SIGN * x[base + u32(k) * params.inner];
    if (at < 0 || (!isNan(best) && (v > best || isNan(v)))) {
      best = v;
      at = k;
    }
  }
  y[p] = at;
}
