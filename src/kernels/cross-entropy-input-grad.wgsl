// y[i, k] = dy * slope * (softmax(x)_k * sum of all shares - share_k) for pixel i with logits x and the shares of
// cross-entropy.wgsl; slope is the derivative of (1 - p)^gamma log p by log p, for the label's probability p.
// 0 where the label is ignored, NaN where there is no such class.
struct Params { n: u32, classes: u32, ignore: i32, weighted: u32, smoothing: f32, gamma: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read> total: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read> weights: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

fn weightOf(k: u32) -> f32 {
  if (params.weighted == 0) {
    return 1;
  }
  return weights[k];
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
  let label = u32(labels[i]);
  let base = i * params.classes;
  if (labels[i] == params.ignore) {
    for (var k = 0u; k < params.classes; k++) {
      y[base + k] = 0;
    }
    return;
  }
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
    let e = exp(logits[base + k] - largest);
    y[base + k] = e;
    sum += e;
  }
  var unit = select(dy[0] / total[0], 0.0, total[0] == 0);
  let infinite = (bitcast<u32>(largest) & 0x7fffffff) >= 0x7f800000;
  if (label >= params.classes || bits > 0x7f800000 || infinite) {
    let nan = 0x7fc00000u;
    unit = bitcast<f32>(nan);
  } else if (params.gamma > 0) {
    let own = y[base + label];
    var others = 0.0;
    for (var k = 0u; k < params.classes; k++) {
      others += select(y[base + k], 0.0, k == label);
    }
    // 1 at probability 0 and 0 at probability 1, where a factor is infinite.
    var slope = select(1.0, 0.0, others == 0);
    if (own > 0 && others > 0) {
      let missed = others / sum;
      let logP = logits[base + label] - largest - log(sum);
      slope = pow(missed, params.gamma) - params.gamma * pow(missed, params.gamma - 1) * (own / sum) * logP;
    }
    unit *= slope;
  }
  let spread = params.smoothing / f32(params.classes);
  let own = (1 - params.smoothing) * weightOf(label);
  var all = own;
  if (params.smoothing > 0) {
    for (var k = 0u; k < params.classes; k++) {
      all += spread * weightOf(k);
    }
  }
  for (var k = 0u; k < params.classes; k++) {
    var share = select(0.0, own, k == label);
    if (params.smoothing > 0) {
      share += spread * weightOf(k);
    }
    y[base + k] = unit * (all * (y[base + k] / sum) - share);
  }
}
