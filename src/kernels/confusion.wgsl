// counts[label, predicted] += 1 for each pixel whose label and prediction are classes and whose label is not ignored.
struct Params { n: u32, classes: u32, ignore: i32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> counts: array<atomic<i32>>;
@group(0) @binding(2) var<storage, read> predicted: array<i32>;
@group(0) @binding(3) var<storage, read> labels: array<i32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.y * groups.x + wid.x) * 64 + lane;
  if (i >= params.n || labels[i] == params.ignore) {
    return;
  }
  // Negative ones wrap to above every class.
  let truth = u32(labels[i]);
  let guess = u32(predicted[i]);
  if (truth < params.classes && guess < params.classes) {
    atomicAdd(&counts[truth * params.classes + guess], 1);
  }
}
