// y = x where x >= 0, else 0 (relu) or slope * x (leaky relu). NaN stays NaN.

// 0: relu, 1: leaky relu
override OP: u32;

alias Element = f32;

struct Params { n: u32, slope: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

// select, because max(NaN, 0) may be 0.
fn activate(v: Element) -> Element {
  switch (OP) {
    case 0: { return select(v, Element(), v < Element()); }
    default: { return select(v, params.slope * v, v < Element()); }
  }
}

fn put(i: u32) {
  y[i] = activate(x[i]);
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
