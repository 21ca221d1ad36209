// y[i] = sum over k of partial[k, i], in the order of k: the second pass of a split reduction.
struct Params {
  n: u32,
  chunks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
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
  var total = 0.0;
  for (var k = 0u; k < params.chunks; k++) {
    total += partial[k * params.n + i];
  }
  y[i] = total;
}
