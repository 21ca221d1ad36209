// y[o, :] = a[o, :] followed by b[o, :], with everything from the joined axis on as one row.
struct Params { n: u32, aRow: u32, bRow: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = params.aRow + params.bRow;
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  for (var k = 0u; k < 8; k++) {
    let i = first + k * 64;
    if (i < params.n) {
      let o = i / row;
      let j = i % row;
      if (j < params.aRow) {
        y[i] = a[o * params.aRow + j];
      } else {
        y[i] = b[o * params.bRow + j - params.aRow];
      }
    }
  }
}
