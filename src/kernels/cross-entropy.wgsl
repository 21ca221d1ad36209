// loss[i] = focus * sum over classes k of share_k * (log sum_j exp(x_j) - x_k) for pixel i with logits x, where
// share_k = weight_k / total * ((1 - smoothing) [k = label] + smoothing / K) and focus = (1 - probability of the label)^gamma;
// 0 where the label is ignored, NaN where there is no such class.
struct Params { n: u32, classes: u32, ignore: i32, weighted: u32, smoothing: f32, gamma: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read> total: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> loss: array<f32>;

// What class k, of logit x, adds for its part of the target.
fn term(k: u32, part: f32, x: f32, logSum: f32) -> f32 {
  var weight = 1.0;
  if (params.weighted != 0) {
    weight = weights[k];
  }
  let share = select(part * weight / total[0], 0.0, total[0] == 0);
  return select(share * (logSum - x), 0.0, share == 0);
}

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
  if (labels[i] == params.ignore) {
    loss[i] = 0;
    return;
  }
  let label = u32(labels[i]);
  let base = i * params.classes;
  var largest = logits[base];
  // Exponent bits tell NaN and infinity; comparisons and exp do not on every adapter.
  var bits = 0u;
  for (var k = 0u; k < params.classes; k++) {
    let v = logits[base + k];
    largest = max(largest, v);
    bits = max(bits, bitcast<u32>(v) & 0x7fffffff);
  }
  let infinite = (bitcast<u32>(largest) & 0x7fffffff) >= 0x7f800000;
  if (label >= params.classes || bits > 0x7f800000 || infinite) {
    let nan = 0x7fc00000u;
    loss[i] = bitcast<f32>(nan);
    return;
  }
  // Apart from the label's own: 1 - p would lose digits where p is near 1.
  var others = 0.0;
  for (var k = 0u; k < params.classes; k++) {
    if (k != label) {
      others += exp(logits[base + k] - largest);
    }
  }
  let own = logits[base + label] - largest;
  let sum = others + exp(own);
  let logSum = log(sum);
  var result = term(label, 1 - params.smoothing, own, logSum);
  if (params.smoothing > 0) {
    for (var k = 0u; k < params.classes; k++) {
      result += term(k, params.smoothing / f32(params.classes), logits[base + k] - largest, logSum);
    }
  }
  if (params.gamma > 0) {
    result *= pow(others / sum, params.gamma);
  }
  loss[i] = result;
}
