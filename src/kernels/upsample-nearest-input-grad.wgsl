// y[n, iy, ix, c] = sum over the factor x factor pixels of dy that upsampling copied from (iy, ix).
// One invocation per element of y.
alias Element = f32;

struct Params {
  n: u32, // elements of y
  width: u32, // of y
  c: u32,
  factor: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

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
  // Rows of all images in one count: an image's height is a multiple of the factor in dy.
  let pixel = i / params.c;
  let row = pixel / params.width;
  let line = params.width * params.factor * params.c;
  var at = row * params.factor * line + (pixel - row * params.width) * params.factor * params.c + i - pixel * params.c;
  var total = Element();
  for (var ky = 0u; ky < params.factor; ky++) {
    for (var kx = 0u; kx < params.factor; kx++) {
      total += dy[at + kx * params.c];
    }
    at += line;
  }
  y[i] = total;
}
