// loss[i] = weight[label] * (log sum_k exp(x_k) - x_label) / total for pixel i with logits x;
// 0 where the label is ignored, NaN where there is no such class.
struct Params { n: u32, classes: u32, ignore: i32, weighted: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read> total: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> loss: array<f32>;

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
  if (label == params.ignore) {
    loss[i] = 0;
    return;
  }
  let base = i * params.classes;
  var largest = logits[base];
  // Exponent bits tell NaN and infinity; comparisons and exp do not on every adapter.
  var bits = 0u;
  for (var k = 0u; k < params.classes; k++) {
    let v = logits[base + k];
    largest = max(largest, v);
    bits = max(bits, bitcast<u32>(v) & 0x7fffffff);
  }
  var sum = 0.0;
  for (var k = 0u; k < params.classes; k++) {
    sum += exp(logits[base + k] - largest);
  }
  let infinite = (bitcast<u32>(largest) & 0x7fffffff) >= 0x7f800000;
  if (u32(label) >= params.classes || bits > 0x7f800000 || infinite) {
    let nan = 0x7fc00000u;
    loss[i] = bitcast<f32>(nan);
    return;
  }
  var weight = 1.0;
  if (params.weighted != 0) {
    weight = weights[label];
  }
  let share = select(weight / total[0], 0.0, total[0] == 0);
  loss[i] = share * (log(sum) - (logits[base + u32(label)] - largest));
}
