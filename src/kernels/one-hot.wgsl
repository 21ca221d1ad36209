// y[i, k] = 1 (or values[i]) where k = labels[i], else 0.
// step: 64 elements as (classes, rows).
struct Params { n: u32, classes: u32, step: vec2u }

override HAS_VALUES: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> labels: array<i32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  var c = first % params.classes;
  var i = first / params.classes;
  for (var k = first; k < min(first + 512, params.n); k += 64) {
    var one = 1.0;
    if (HAS_VALUES) {
      one = values[i];
    }
    y[k] = select(0.0, one, labels[i] == i32(c));
    // An addition with carry, cheaper than a division.
    c += params.step.x;
    i += params.step.y;
    if (c >= params.classes) {
      c -= params.classes;
      i++;
    }
  }
}
