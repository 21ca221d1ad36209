// running = momentum * running + (1 - momentum) * batch, for means, then variances (times a correction).
struct Params { n: u32, channels: u32, momentum: f32, rest: f32, correction: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> running: array<f32>;
@group(0) @binding(2) var<storage, read> batch: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.y * groups.x + wid.x) * 64 + lane;
  if (i >= params.n) {
    return;
  }
  let factor = select(params.rest, params.rest * params.correction, i >= params.channels);
  running[i] = params.momentum * running[i] + factor * batch[i];
}
