// y = a OP b, elementwise; inputs repeated along the dimensions where their stride is 0.

// 0: a + b, 1: a - b, 2: a * b, 3: a / b, 4: a, 5: minimum, 6: maximum (of NaN, NaN), 7: a to the power b.
// Comparisons give 0 or 1: 8: ==, 9: !=, 10: <, 11: <=, 12: >, 13: >=
override OP: u32;
// Extents that count; 0 when a and b are laid out as y.
override RANK: u32;

// Extents, strides and step (64) count from the innermost dimension.
struct Params { n: u32, extents: vec4u, step: vec4u, aStrides: vec4u, bStrides: vec4u }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

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

// Whether one is NaN; comparisons do not tell on every adapter.
fn unordered(u: f32, v: f32) -> bool {
  return max(bitcast<u32>(u) & 0x7fffffff, bitcast<u32>(v) & 0x7fffffff) > 0x7f800000;
}

// IEEE 754 pow.
fn power(u: f32, v: f32) -> f32 {
  if (v == 0 || u == 1) { return 1; }
  if (unordered(u, v)) { return u + v; }
  let m = abs(u);
  // Adapters' log2 and exp2 are wrong at 0 and at infinity; WGSL rejects constants that are not finite.
  let infinite = 0x7f800000u;
  let nan = 0x7fc00000u;
  let infinity = bitcast<f32>(infinite);
  let t = v * select(log2(m), -infinity, m == 0);
  var r = select(select(exp2(t), 0.0, t < -200), infinity, t > 200);
  if (m == 1) { r = 1; }
  if (v != trunc(v)) {
    return select(r, bitcast<f32>(nan), u < 0 && m != infinity);
  }
  // By the sign's bit: -0 counts.
  return select(r, -r, v != 2 * floor(v / 2) && (bitcast<u32>(u) >> 31) == 1);
}

fn combine(u: f32, v: f32) -> f32 {
  switch (OP) {
    case 0: { return u + v; }
    case 1: { return u - v; }
    case 2: { return u * v; }
    case 3: { return u / v; }
    case 5: { return select(select(v, u, u < v), u + v, unordered(u, v)); }
    case 6: { return select(select(v, u, u > v), u + v, unordered(u, v)); }
    case 7: { return power(u, v); }
    case 8: { return select(0.0, 1.0, u == v && !unordered(u, v)); }
    case 9: { return select(1.0, 0.0, u == v && !unordered(u, v)); }
    case 10: { return select(0.0, 1.0, u < v && !unordered(u, v)); }
    case 11: { return select(0.0, 1.0, u <= v && !unordered(u, v)); }
    case 12: { return select(0.0, 1.0, u > v && !unordered(u, v)); }
    case 13: { return select(0.0, 1.0, u >= v && !unordered(u, v)); }
    default: { return u; }
  }
}

fn put(i: u32) {
  y[i] = combine(a[i], b[i]);
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
      y[i] = combine(a[dot(digits, params.aStrides)], b[dot(digits, params.bStrides)]);
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
