// y[p, i, j] = sum over r of a[p, i, r] * b[p, r, j]: matrix products of any extents, operands
// transposed by their steps, planes repeated where their step is 0.
// Register tile: 4 rows x 4 columns per invocation.
struct Params {
  planes: u32,
  rows: u32,
  inner: u32,
  columns: u32,
  a_step: vec2u, // elements from one row, and from one r, to the next
  b_step: vec2u, // elements from one r, and from one column, to the next
  // Dimensions of the planes, innermost first, and elements from one to the next in each.
  extents: vec4u,
  a_planes: vec4u,
  b_planes: vec4u,
}

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
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  let across = (params.columns + 3) / 4;
  let down = (params.rows + 3) / 4;
  let p = id / (across * down);
  if (p >= params.planes) {
    return;
  }
  let j = id % across * 4;
  let i = id / across % down * 4;
  let size = params.extents;
  let lines = p / size.x;
  let faces = lines / size.y;
  let plane = vec4u(p % size.x, lines % size.y, faces % size.z, faces / size.z);
  // Rows and columns past the last repeat it, and are not stored.
  let offsets = vec4u(0, 1, 2, 3);
  var from_a = dot(plane, params.a_planes) + min(i + offsets, vec4u(params.rows - 1)) * params.a_step.x;
  var from_b = dot(plane, params.b_planes) + min(j + offsets, vec4u(params.columns - 1)) * params.b_step.y;
  var row0 = vec4f();
  var row1 = vec4f();
  var row2 = vec4f();
  var row3 = vec4f();
  for (var r = 0u; r < params.inner; r++) {
    let v = vec4f(b[from_b.x], b[from_b.y], b[from_b.z], b[from_b.w]);
    row0 += a[from_a.x] * v;
    row1 += a[from_a.y] * v;
    row2 += a[from_a.z] * v;
    row3 += a[from_a.w] * v;
    from_a += params.a_step.y;
    from_b += params.b_step.x;
  }
  let first = p * params.rows;
  store(first, i, j, row0);
  store(first, i + 1, j, row1);
  store(first, i + 2, j, row2);
  store(first, i + 3, j, row3);
}

fn store(first: u32, i: u32, j: u32, v: vec4f) {
  if (i >= params.rows) {
    return;
  }
  let at = (first + i) * params.columns + j;
  for (var k = 0u; k < min(4, params.columns - j); k++) {
    y[at + k] = v[k];
  }
}
