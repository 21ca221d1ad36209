// y[o, k, i] = exp(x[o, k, i]) / sum over j of exp(x[o, j, i]), or its logarithm
struct Params { n: u32, classes: u32, inner: u32 }

override LOG: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let p = (wid.y * groups.x + wid.x) * 64 + lane;
  if (p >= params.n) {
    return;
  }
  let step = params.inner;
  let base = p / step * params.classes * step + p % step;
  let end = base + params.classes * step;
  var largest = x[base];
  // Exponent bits tell NaN and infinity; comparisons and exp do not on every adapter.
  var bits = 0u;
  for (var at = base; at < end; at += step) {
    let v = x[at];
    largest = max(largest, v);
    bits = max(bits, bitcast<u32>(v) & 0x7fffffff);
  }
  var sum = 0.0;
  for (var at = base; at < end; at += step) {
    let e = exp(x[at] - largest);
    if (!LOG) {
      y[at] = e;
    }
    sum += e;
  }
  var scale = 1 / sum;
  if (LOG) {
    scale = log(sum);
  }
  if (bits > 0x7f800000 || (bitcast<u32>(largest) & 0x7fffffff) >= 0x7f800000) {
    let nan = 0x7fc00000u;
    scale = bitcast<f32>(nan);
  }
  for (var at = base; at < end; at += step) {
    if (LOG) {
      y[at] = (x[at] - largest) - scale;
    } else {
      y[at] *= scale;
    }
  }
}
