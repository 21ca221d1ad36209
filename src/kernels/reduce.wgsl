// y[o, c, i] = by * sum of x[o, r, i] over the rows r = c, c + chunks, c + 2 chunks, ... (or their
// maximum, or minimum; NaN where there is one).

// 0: sum, 1: maximum, 2: minimum
override OP: u32 = 0;

struct Params { outputs: u32, rows: u32, inner: u32, chunks: u32, by: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// Exponent bits tell NaN; comparisons do not on every adapter.
fn combine(u: vec4f, v: vec4f) -> vec4f {
  switch (OP) {
    case 0: { return u + v; }
    case 1: { return select(u, v, ((v > u) & !isNan(u)) | isNan(v)); }
    default: { return select(u, v, ((v < u) & !isNan(u)) | isNan(v)); }
  }
}

fn isNan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffff)) > vec4u(0x7f800000);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let p = (wid.y * groups.x + wid.x) * 64 + lane;
  if (p >= params.outputs) {
    return;
  }
  let i = p % params.inner;
  let c = (p / params.inner) % params.chunks;
  let o = p / params.inner / params.chunks;
  // Chunks interleave, so that neighbouring invocations load neighbours even when inner is 1.
  let step = params.chunks * params.inner;
  let base = o * params.rows * params.inner + i;
  let end = base + params.rows * params.inner;
  var at = base + c * params.inner;
  var total = vec4f(0);
  if (OP > 0) {
    total = vec4f(x[at]);
  }
  for (; at + 3 * step < end; at += 4 * step) {
    total = combine(total, vec4f(x[at], x[at + step], x[at + 2 * step], x[at + 3 * step]));
  }
  for (; at < end; at += step) {
    total.x = combine(total, vec4f(x[at])).x;
  }
  let pairs = combine(total, total.yxwz);
  y[p] = params.by * combine(pairs, pairs.zwxy).x;
}
