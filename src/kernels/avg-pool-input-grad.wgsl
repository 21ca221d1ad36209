// y[pixel, c] = sum of dy over the windows that hold the pixel, each divided by its number of pixels.
alias Element = f32;

struct Params {
  n: u32,
  channels: u32,
  // [height, width] each; xSize is that of the result, ySize that of dy.
  xSize: vec2u,
  ySize: vec2u,
  window: vec2u,
  stride: vec2u,
  before: vec2u,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
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
  let row = pixel / params.xSize.y;
  let image = row / params.xSize.x;
  // Windows that hold this pixel: corners from own - window + 1 to own, with the padding counted.
  let padded = vec2u(row % params.xSize.x, pixel % params.xSize.y) + params.before;
  let span = params.window - 1;
  let low = (max(padded, span) - span + params.stride - 1) / params.stride;
  let high = min(padded / params.stride + 1, params.ySize);
  let end = params.xSize + params.before;
  var total = Element();
  for (var h = low.x; h < high.x; h++) {
    for (var w = low.y; w < high.y; w++) {
      let corner = vec2u(h, w) * params.stride;
      let size = min(corner + params.window, end) - max(corner, params.before);
      let at = ((image * params.ySize.x + h) * params.ySize.y + w) * params.channels + c;
      total += dy[at] / f32(size.x * size.y);
    }
  }
  y[i] = total;
}
