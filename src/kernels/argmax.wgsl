// y[i] = the first k with the largest x[i, k]; NaN is larger than every number.
struct Params { n: u32, classes: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<i32>;

fn isNan(v: f32) -> bool {
  return (bitcast<u32>(v) & 0x7fffffff) > 0x7f800000;
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
  let base = i * params.classes;
  var best = x[base];
  var at = 0u;
  for (var k = 1u; k < params.classes; k++) {
    let v = x[base + k];
    if (v > best || (isNan(v) && !isNan(best))) {
      best = v;
      at = k;
    }
  }
  y[i] = i32(at);
}
