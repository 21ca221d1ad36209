// y[n, iy * factor + ky, ix * factor + kx, c] = x[n, iy, ix, c]: every pixel repeated factor x factor
// times. One invocation per element of x, so that the index arithmetic serves factor^2 elements of y.
alias Element = f32;

struct Params {
  n: u32, // elements of x
  width: u32, // of x
  c: u32,
  factor: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
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
  // Rows of all images in one count: an image's height is a multiple of the factor in y.
  let pixel = i / params.c;
  let row = pixel / params.width;
  let line = params.width * params.factor * params.c;
  var at = row * params.factor * line + (pixel - row * params.width) * params.factor * params.c + i - pixel * params.c;
  let v = x[i];
  for (var ky = 0u; ky < params.factor; ky++) {
    for (var kx = 0u; kx < params.factor; kx++) {
      y[at + kx * params.c] = v;
    }
    at += line;
  }
}
