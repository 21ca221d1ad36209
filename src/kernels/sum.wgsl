// y[o, c, i] = by * sum of x[o, r, i] over the rows r = c, c + chunks, c + 2 chunks, ...
struct Params { outputs: u32, rows: u32, inner: u32, chunks: u32, by: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

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
  for (; at + 3 * step < end; at += 4 * step) {
    total += vec4f(x[at], x[at + step], x[at + 2 * step], x[at + 3 * step]);
  }
  for (; at < end; at += step) {
    total.x += x[at];
  }
  y[p] = params.by * ((total.x + total.y) + (total.z + total.w));
}
