// y[i, c] = x[indices[i], c]; fill where there is no such row.
alias Element = f32;

// step: 64 elements as (elements, rows).
struct Params { n: u32, rows: u32, inner: u32, fill: f32, step: vec2u }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> indices: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  var c = first % params.inner;
  var i = first / params.inner;
  for (var k = first; k < min(first + 512, params.n); k += 64) {
    // Below zero wraps to above every row.
    let row = u32(indices[i]);
    if (row < params.rows) {
      y[k] = x[row * params.inner + c];
    } else {
      y[k] = Element(params.fill);
    }
    // An addition with carry, cheaper than a division.
    c += params.step.x;
    i += params.step.y;
    if (c >= params.inner) {
      c -= params.inner;
      i++;
    }
  }
}
