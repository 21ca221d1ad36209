// y[n, iy, ix, c] = sum over the factor x factor pixels of dy that upsampling copied from (iy, ix).
struct Params {
  n: u32, // elements of y
  width: u32, // of y
  c: u32,
  factor: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  for (var k = 0u; k < 8; k++) {
    let i = first + k * 64;
    if (i < params.n) {
      let pixel = i / params.c;
      let ix = pixel % params.width;
      // Rows of all images in one count: an image's height is a multiple of the factor in dy.
      let row = pixel / params.width;
      let line = params.width * params.factor;
      var at = (row * params.factor * line + ix * params.factor) * params.c + i % params.c;
      var total = 0.0;
      for (var ky = 0u; ky < params.factor; ky++) {
        for (var kx = 0u; kx < params.factor; kx++) {
          total += dy[at + kx * params.c];
        }
        at += line * params.c;
      }
      y[i] = total;
    }
  }
}
