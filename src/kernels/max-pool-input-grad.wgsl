// y[pixel, c] = sum of dy over the windows whose first maximum (row-major; NaN wins) is this pixel of x.
struct Params {
  n: u32,
  channels: u32,
  // [height, width] each; ySize is that of dy.
  xSize: vec2u,
  ySize: vec2u,
  window: vec2u,
  stride: vec2u,
  before: vec2u,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn isNan(v: f32) -> bool {
  return (bitcast<u32>(v) & 0x7fffffff) > 0x7f800000;
}

fn beats(v: f32, best: f32) -> bool {
  return v > best || (isNan(v) && !isNan(best));
}

// Position in row-major order, within an image, of the first maximum of a window.
fn firstMaximum(corner: vec2u, image: u32, c: u32) -> vec2u {
  let low = max(corner, params.before) - params.before;
  let high = min(corner + params.window - params.before, params.xSize);
  var at = low;
  var best = x[((image * params.xSize.x + low.x) * params.xSize.y + low.y) * params.channels + c];
  for (var h = low.x; h < high.x; h++) {
    for (var w = low.y; w < high.y; w++) {
      let v = x[((image * params.xSize.x + h) * params.xSize.y + w) * params.channels + c];
      if (beats(v, best)) {
        best = v;
        at = vec2u(h, w);
      }
    }
  }
  return at;
}

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
  let own = vec2u(row % params.xSize.x, pixel % params.xSize.y);
  // Windows that hold this pixel: corners from own - window + 1 to own, with the padding counted.
  let padded = own + params.before;
  let span = params.window - 1;
  let low = (max(padded, span) - span + params.stride - 1) / params.stride;
  let high = min(padded / params.stride + 1, params.ySize);
  var total = 0.0;
  for (var h = low.x; h < high.x; h++) {
    for (var w = low.y; w < high.y; w++) {
      if (all(firstMaximum(vec2u(h, w) * params.stride, image, c) == own)) {
        total += dy[((image * params.ySize.x + h) * params.ySize.y + w) * params.channels + c];
      }
    }
  }
  y[i] = total;
}
