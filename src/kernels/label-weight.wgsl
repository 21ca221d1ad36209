// weight[i] = class weight of labels[i] (1 without weights), 0 where ignored, NaN where there is no such class.
struct Params { n: u32, classes: u32, ignore: i32, weighted: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;

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
  let label = labels[i];
  var w = 0.0;
  if (label != params.ignore) {
    let nan = 0x7fc00000u;
    w = bitcast<f32>(nan);
    if (u32(label) < params.classes) {
      w = 1;
      if (params.weighted != 0) {
        w = weights[label];
      }
    }
  }
  weight[i] = w;
}
