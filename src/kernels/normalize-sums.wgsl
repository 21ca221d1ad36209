// Sums of dy and of dy * xhat over the rows r = k, k + chunks, ... for chunk k and channel c,
// where xhat = (x - mean) / sqrt(variance + epsilon).
struct Params { rows: u32, channels: u32, chunks: u32, epsilon: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> moments: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
// [2, chunks, channels]
@group(0) @binding(4) var<storage, read_write> partial: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let p = (wid.y * groups.x + wid.x) * 64 + lane;
  let step = params.chunks * params.channels;
  if (p >= step) {
    return;
  }
  let c = p % params.channels;
  let mean = moments[c];
  let end = params.rows * params.channels;
  var at = p;
  var plain = vec4f(0);
  var weighted = vec4f(0);
  for (; at + 3 * step < end; at += 4 * step) {
    let d = vec4f(dy[at], dy[at + step], dy[at + 2 * step], dy[at + 3 * step]);
    let v = vec4f(x[at], x[at + step], x[at + 2 * step], x[at + 3 * step]);
    plain += d;
    weighted += d * (v - mean);
  }
  for (; at < end; at += step) {
    plain.x += dy[at];
    weighted.x += dy[at] * (x[at] - mean);
  }
  let one = vec4f(1);
  partial[p] = dot(plain, one);
  partial[step + p] = dot(weighted, one) / sqrt(moments[params.channels + c] + params.epsilon);
}
