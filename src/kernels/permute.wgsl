// y[d] = x[dot(d, strides)]: the dimensions of x in another order. Vectors of four where both
// orders have the same innermost dimension.
alias Element = f32;

// Extents of y, strides in x and step (64 elements) count from the innermost dimension.
struct Params { n: u32, extents: vec4u, step: vec4u, strides: vec4u }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = params.extents;
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  let rows = first / size.x;
  let planes = rows / size.y;
  var d = vec4u(first % size.x, rows % size.y, planes % size.z, planes / size.z);
  for (var i = first; i < min(first + 512, params.n); i += 64) {
    y[i] = x[dot(d, params.strides)];
    // An addition with carries, cheaper than divisions.
    d += params.step;
    if (d.x >= size.x) {
      d.x -= size.x;
      d.y++;
    }
    if (d.y >= size.y) {
      d.y -= size.y;
      d.z++;
    }
    if (d.z >= size.z) {
      d.z -= size.z;
      d.w++;
    }
  }
}
