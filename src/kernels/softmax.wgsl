// y[i, k] = exp(x[i, k]) / sum_j exp(x[i, j])
struct Params { n: u32, classes: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

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
  var largest = x[base];
  // Exponent bits tell NaN and infinity; comparisons and exp do not on every adapter.
  var bits = 0u;
  for (var k = 0u; k < params.classes; k++) {
    let v = x[base + k];
    largest = max(largest, v);
    bits = max(bits, bitcast<u32>(v) & 0x7fffffff);
  }
  var sum = 0.0;
  for (var k = 0u; k < params.classes; k++) {
    let e = exp(x[base + k] - largest);
    y[base + k] = e;
    sum += e;
  }
  var scale = 1 / sum;
  if (bits > 0x7f800000 || (bitcast<u32>(largest) & 0x7fffffff) >= 0x7f800000) {
    let nan = 0x7fc00000u;
    scale = bitcast<f32>(nan);
  }
  for (var k = 0u; k < params.classes; k++) {
    y[base + k] *= scale;
  }
}
