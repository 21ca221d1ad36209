// y[n, h, w] = x[n, h - top, w - left] where x has that element, else value;
// n counts images, h rows of one, w elements of a row. Negative top and left crop.
alias Element = f32;
alias Scalar = f32;

struct Params {
  n: u32,
  value: f32,
  top: i32,
  left: i32,
  // [height, width] of one image of x and of y.
  xSize: vec2u,
  ySize: vec2u,
  // 64 elements as (elements, rows, images) of y.
  step: vec3u,
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
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  let row = first / params.ySize.y;
  // (element, row, image)
  var at = vec3u(first % params.ySize.y, row % params.ySize.x, row / params.ySize.x);
  for (var k = 0u; k < 8; k++) {
    let i = first + k * 64;
    if (i < params.n) {
      // Below zero wraps to above every extent.
      let h = u32(i32(at.y) - params.top);
      let w = u32(i32(at.x) - params.left);
      var v = Element(Scalar(params.value));
      if (h < params.xSize.x && w < params.xSize.y) {
        v = x[(at.z * params.xSize.x + h) * params.xSize.y + w];
      }
      y[i] = v;
    }
    // An addition with carries, cheaper than divisions.
    at += params.step;
    if (at.x >= params.ySize.y) {
      at.x -= params.ySize.y;
      at.y++;
    }
    if (at.y >= params.ySize.x) {
      at.y -= params.ySize.x;
      at.z++;
    }
  }
}
