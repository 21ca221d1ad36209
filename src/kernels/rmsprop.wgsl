// square = keep square + rest g^2 for g with l2 w added, average = keep average + rest g,
// root = sqrt(square + innerEpsilon) + outerEpsilon, centered: of square - average^2,
// velocity = momentum velocity + inside g / root, w = decay w - outside velocity
override CENTERED: u32;

alias Element = f32;
alias Bits = u32;

struct Params {
  n: u32,
  keep: f32,
  rest: f32,
  momentum: f32,
  // The learning rate and 1, in the one or the other order.
  inside: f32,
  outside: f32,
  innerEpsilon: f32,
  outerEpsilon: f32,
  // 1 - learningRate * weightDecay
  decay: f32,
  l2: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<Element>;
@group(0) @binding(2) var<storage, read_write> square: array<Element>;
@group(0) @binding(3) var<storage, read_write> velocity: array<Element>;
@group(0) @binding(4) var<storage, read> g: array<Element>;
@group(0) @binding(5) var<storage, read_write> average: array<Element>;

fn put(i: u32) {
  let slope = g[i] + params.l2 * w[i];
  var spread = params.keep * square[i] + params.rest * slope * slope;
  square[i] = spread;
  if (CENTERED != 0) {
    let mean = params.keep * average[i] + params.rest * slope;
    average[i] = mean;
    spread -= mean * mean;
    // Rounding may take a variance below 0; NaN, which max may lose, stays.
    let nan = (bitcast<Bits>(spread) & Bits(0x7fffffff)) > Bits(0x7f800000);
    spread = select(max(spread, Element()), spread, nan);
  }
  let root = sqrt(spread + params.innerEpsilon) + params.outerEpsilon;
  let change = params.momentum * velocity[i] + params.inside * slope / root;
  velocity[i] = change;
  w[i] = params.decay * w[i] - params.outside * change;
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
