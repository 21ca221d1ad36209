// y[n, oy, ox, c] = mean of x over the window at (oy, ox), without the padding.
alias Element = f32;

struct Params {
  n: u32,
  channels: u32,
  // [height, width] each.
  xSize: vec2u,
  ySize: vec2u,
  window: vec2u,
  stride: vec2u,
  before: vec2u,
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
  let c = i % params.channels;
  let pixel = i / params.channels;
  let row = pixel / params.ySize.y;
  let image = row / params.ySize.x;
  let corner = vec2u(row % params.ySize.x, pixel % params.ySize.y) * params.stride;
  // Windows are wider than the padding, so that each holds a pixel.
  let low = max(corner, params.before) - params.before;
  let high = min(corner + params.window - params.before, params.xSize);
  let base = image * params.xSize.x;
  var total = Element();
  for (var h = low.x; h < high.x; h++) {
    for (var w = low.y; w < high.y; w++) {
      total += x[((base + h) * params.xSize.y + w) * params.channels + c];
    }
  }
  let size = high - low;
  y[i] = total / f32(size.x * size.y);
}
