// y[r, c] = sum of dy[i, c] over the i with indices[i] = r, in order: no atomics, so that equal input
// gives equal sums. One invocation: one element of y.
alias Element = f32;

struct Params { n: u32, count: u32, inner: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read> indices: array<i32>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let p = (wid.y * groups.x + wid.x) * 64 + lane;
  if (p >= params.n) {
    return;
  }
  let row = i32(p / params.inner);
  let c = p % params.inner;
  var total = Element();
  for (var i = 0u; i < params.count; i++) {
    if (indices[i] == row) {
      total += dy[i * params.inner + c];
    }
  }
  y[p] = total;
}
