// g /= scaling[0]; found |= 1 where a value of g is infinite or NaN.
struct Params { n: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> found: array<atomic<i32>>;
@group(0) @binding(3) var<storage, read> scaling: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  let last = min(first + 512, params.n);
  let inverse = 1 / scaling[0];
  var largest = 0u;
  for (var i = first; i < last; i += 64) {
    // Bits, because adapters may assume that no value is infinite or NaN.
    largest = max(largest, bitcast<u32>(g[i]) & 0x7fffffff);
    g[i] *= inverse;
  }
  if (largest >= 0x7f800000) {
    atomicOr(&found[0], 1);
  }
}
