// y = a OP b, elementwise; inputs repeated along the dimensions where their stride is 0.

// 0: a + b, 1: a - b, 2: a * b, 3: a / b, 4: a
override OP: u32;
// Extents that count; 0 when a and b are laid out as y.
override RANK: u32;

struct Params { n: u32, extents: vec4u, aStrides: vec4u, bStrides: vec4u }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn offsets(i: u32) -> vec2u {
  if (RANK == 0) {
    return vec2u(i);
  }
  var rest = i;
  var at = vec2u(0);
  for (var d = RANK - 1; d > 0; d--) {
    let size = params.extents[d];
    at += (rest % size) * vec2u(params.aStrides[d], params.bStrides[d]);
    rest /= size;
  }
  return at + rest * vec2u(params.aStrides[0], params.bStrides[0]);
}

fn combine(u: f32, v: f32) -> f32 {
  switch (OP) {
    case 0: { return u + v; }
    case 1: { return u - v; }
    case 2: { return u * v; }
    case 3: { return u / v; }
    default: { return u; }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  // Each invocation does 8 elements, a workgroup apart, so that neighbours load neighbours.
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  for (var k = 0u; k < 8; k++) {
    let i = first + k * 64;
    if (i < params.n) {
      let at = offsets(i);
      y[i] = combine(a[at.x], b[at.y]);
    }
  }
}
