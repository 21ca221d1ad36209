// square = keep square + rest g^2 for g with l2 w added, root = sqrt(square + innerEpsilon) + outerEpsilon, and
// Adadelta: d = sqrt(delta + innerEpsilon) / root g; delta = keep delta + rest d^2; w = decay w - rate d
// Adagrad: w = decay w - rate g / root

// 0: Adadelta, 1: Adagrad, which has no delta
override RULE: u32;

alias Element = f32;

struct Params {
  n: u32,
  keep: f32,
  rest: f32,
  rate: f32,
  innerEpsilon: f32,
  outerEpsilon: f32,
  // 1 - learningRate * weightDecay
  decay: f32,
  l2: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<Element>;
@group(0) @binding(2) var<storage, read_write> square: array<Element>;
@group(0) @binding(3) var<storage, read_write> delta: array<Element>;
@group(0) @binding(4) var<storage, read> g: array<Element>;

fn put(i: u32) {
  let slope = g[i] + params.l2 * w[i];
  let mean = params.keep * square[i] + params.rest * slope * slope;
  square[i] = mean;
  var change = slope / (sqrt(mean + params.innerEpsilon) + params.outerEpsilon);
  if (RULE == 0) {
    change *= sqrt(delta[i] + params.innerEpsilon);
    delta[i] = params.keep * delta[i] + params.rest * change * change;
  }
  w[i] = params.decay * w[i] - params.rate * change;
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
