// Gradients of the means and variances that normalize was given, from sums[0, c] = sum dy, sums[1, c] = sum dy * xhat.
struct Params { channels: u32, epsilon: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read> moments: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = (wid.y * groups.x + wid.x) * 64 + lane;
  if (c >= params.channels) {
    return;
  }
  let perDeviation = 1 / sqrt(moments[params.channels + c] + params.epsilon);
  let slope = gamma[c] * perDeviation;
  y[c] = -slope * sums[c];
  y[params.channels + c] = -0.5 * slope * perDeviation * sums[params.channels + c];
}
