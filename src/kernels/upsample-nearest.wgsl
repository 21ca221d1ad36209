// y[n, oy, ox, c] = x[n, oy / factor, ox / factor, c], every pixel repeated factor x factor times.
struct Params {
  n: u32, // elements of y
  width: u32, // of y
  height: u32, // of y
  c: u32,
  factor: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
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
      let ix = pixel % params.width / params.factor;
      let row = pixel / params.width;
      let iy = row % params.height / params.factor;
      let image = row / params.height;
      let from_row = image * (params.height / params.factor) + iy;
      y[i] = x[(from_row * (params.width / params.factor) + ix) * params.c + i % params.c];
    }
  }
}
