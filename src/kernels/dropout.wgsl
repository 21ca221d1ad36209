// y[i] = scale * x[i] where the hash of (i, seed, step) is at least threshold, else 0.
struct Params { n: u32, seed: u32, step: u32, threshold: u32, scale: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// pcg3d (Jarzynski and Olano 2020).
fn hash(i: u32) -> u32 {
  var v = vec3u(i, params.seed, params.step) * 1664525 + 1013904223;
  v.x += v.y * v.z;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v ^= v >> vec3u(16);
  return v.x + v.y * v.z;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  for (var i = first; i < min(first + 512, params.n); i += 64) {
    y[i] = select(0.0, params.scale * x[i], hash(i) >= params.threshold);
  }
}
