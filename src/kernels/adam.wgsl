// With l2 w added to g: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = decay w - stepSize m / (sqrt(v) rootScale + epsilon)
// AMSGrad has in place of v the largest so far, most = max(most, v).
override AMSGRAD: u32;

struct Params {
  n: u32,
  beta1: f32,
  // 1 - beta1
  rest1: f32,
  beta2: f32,
  // 1 - beta2
  rest2: f32,
  // 1 - learningRate * weightDecay
  decay: f32,
  // learningRate / (1 - beta1^step)
  stepSize: f32,
  // 1 / sqrt(1 - beta2^step)
  rootScale: f32,
  epsilon: f32,
  l2: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> m: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;
@group(0) @binding(4) var<storage, read> g: array<f32>;
@group(0) @binding(5) var<storage, read_write> most: array<f32>;

fn put(i: u32) {
  let slope = g[i] + params.l2 * w[i];
  let mean = params.beta1 * m[i] + params.rest1 * slope;
  var square = params.beta2 * v[i] + params.rest2 * slope * slope;
  m[i] = mean;
  v[i] = square;
  if (AMSGRAD != 0) {
    // Squares order as their bits do, and NaN, which max may lose, comes last.
    square = bitcast<f32>(max(bitcast<u32>(most[i]), bitcast<u32>(square)));
    most[i] = square;
  }
  w[i] = params.decay * w[i] - params.stepSize * mean / (sqrt(square) * params.rootScale + params.epsilon);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  if (first + 448 < params.n) {
    // Straight-line code, without a test per element, takes half the time on software adapters.
    put(first);
    put(first + 64);
    put(first + 128);
    put(first + 192);
    put(first + 256);
    put(first + 320);
    put(first + 384);
    put(first + 448);
  } else {
    for (var i = first; i < params.n; i += 64) {
      put(i);
    }
  }
}
