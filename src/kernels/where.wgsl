// y = a where condition is not 0, else b; inputs repeated along the dimensions where their stride is 0.

// Extents that count; 0 when all inputs are laid out as y.
override RANK: u32;

// Extents, strides and step (64) count from the innermost dimension.
struct Params { n: u32, extents: vec4u, step: vec4u, conditionStrides: vec4u, aStrides: vec4u, bStrides: vec4u }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> condition: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// The index of an element in each dimension; the outermost that counts takes what is left.
fn digitsOf(i: u32) -> vec4u {
  let size = params.extents;
  var d = vec4u(i, 0, 0, 0);
  if (RANK > 1) {
    d.y = d.x / size.x;
    d.x %= size.x;
  }
  if (RANK > 2) {
    d.z = d.y / size.y;
    d.y %= size.y;
  }
  if (RANK > 3) {
    d.w = d.z / size.z;
    d.z %= size.z;
  }
  return d;
}

// The digits 64 elements on: an addition with carries, cheaper than divisions.
fn advance(digits: vec4u) -> vec4u {
  let size = params.extents;
  var d = digits + params.step;
  if (RANK > 1 && d.x >= size.x) {
    d.x -= size.x;
    d.y++;
  }
  if (RANK > 2 && d.y >= size.y) {
    d.y -= size.y;
    d.z++;
  }
  if (RANK > 3 && d.z >= size.z) {
    d.z -= size.z;
    d.w++;
  }
  return d;
}

fn choose(c: f32, u: f32, v: f32) -> f32 {
  // By the bits, because NaN is not 0 either.
  return select(u, v, (bitcast<u32>(c) & 0x7fffffff) == 0);
}

fn put(i: u32) {
  y[i] = choose(condition[i], a[i], b[i]);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  // Each invocation does 8 elements, a workgroup apart, so that neighbours load neighbours.
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  if (RANK > 0) {
    var digits = digitsOf(first);
    for (var i = first; i < min(first + 512, params.n); i += 64) {
      y[i] = choose(
        condition[dot(digits, params.conditionStrides)],
        a[dot(digits, params.aStrides)],
        b[dot(digits, params.bStrides)],
      );
      digits = advance(digits);
    }
  } else if (first + 448 < params.n) {
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
