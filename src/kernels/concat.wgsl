// y[o, :] = a[o, :] followed by b[o, :], with everything from the joined axis on as one row.
// step: 64 elements as (elements, rows).
alias Element = f32;

struct Params { n: u32, aRow: u32, bRow: u32, step: vec2u }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<Element>;
@group(0) @binding(2) var<storage, read> b: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = params.aRow + params.bRow;
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  var j = first % row;
  var o = first / row;
  for (var k = 0u; k < 8; k++) {
    let i = first + k * 64;
    if (i < params.n) {
      if (j < params.aRow) {
        y[i] = a[o * params.aRow + j];
      } else {
        y[i] = b[o * params.bRow + j - params.aRow];
      }
    }
    // An addition with carry, cheaper than a division.
    j += params.step.x;
    o += params.step.y;
    if (j >= row) {
      j -= row;
      o++;
    }
  }
}
