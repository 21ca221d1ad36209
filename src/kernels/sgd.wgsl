// velocity = momentum velocity + rest inside (g + l2 w); w = decay w - outside velocity,
// or with Nesterov's look ahead w = decay w - outside (momentum velocity + inside (g + l2 w)).
override NESTEROV: u32;

alias Element = f32;

struct Params {
  n: u32,
  momentum: f32,
  // 1 - dampening
  rest: f32,
  // The learning rate and 1, in the one or the other order.
  inside: f32,
  outside: f32,
  // 1 - learningRate * weightDecay
  decay: f32,
  l2: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<Element>;
@group(0) @binding(2) var<storage, read_write> velocity: array<Element>;
@group(0) @binding(3) var<storage, read> g: array<Element>;

fn put(i: u32) {
  let push = params.inside * (g[i] + params.l2 * w[i]);
  var change = params.momentum * velocity[i] + params.rest * push;
  velocity[i] = change;
  if (NESTEROV != 0) {
    change = params.momentum * change + push;
  }
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
