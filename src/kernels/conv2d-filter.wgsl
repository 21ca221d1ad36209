// u[k, r, q] = w[k, r, q], or with FLIP w[taps - 1 - k, q, r], whose convolution is the input gradient;
// 0 for q past the last channel, up to a multiple of 4. One invocation: one element.
struct Params {
  taps: u32,
  reduced: u32, // channels r
  results: u32, // channels q
  width: u32, // those of u
}

override FLIP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> u: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  if (id >= params.taps * params.reduced * params.width) {
    return;
  }
  let q = id % params.width;
  let row = id / params.width;
  if (q >= params.results) {
    u[id] = 0.0;
    return;
  }
  if (FLIP) {
    let k = params.taps - 1 - row / params.reduced;
    u[id] = w[(k * params.results + q) * params.reduced + row % params.reduced];
  } else {
    u[id] = w[row * params.results + q];
  }
}
