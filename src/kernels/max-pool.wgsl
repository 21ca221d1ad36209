// y[n, oy, ox, c] = the largest x in the window at (oy, ox), without the padding; NaN wins.
alias Element = f32;
alias Bits = u32;

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

fn pool(i: u32) -> Element {
  let c = i % params.channels;
  let pixel = i / params.channels;
  let row = pixel / params.ySize.y;
  let image = row / params.ySize.x;
  let corner = vec2u(row % params.ySize.x, pixel % params.ySize.y) * params.stride;
  // Windows are wider than the padding, so that each holds a pixel.
  let low = max(corner, params.before) - params.before;
  let high = min(corner + params.window - params.before, params.xSize);
  let base = image * params.xSize.x * params.xSize.y;
  var best = x[(base + low.x * params.xSize.y + low.y) * params.channels + c];
  for (var h = low.x; h < high.x; h++) {
    for (var w = low.y; w < high.y; w++) {
      let v = x[(base + h * params.xSize.y + w) * params.channels + c];
      // Above the bits of infinity are those of NaN; v != v is not reliable.
      let bits = bitcast<Bits>(v) & Bits(0x7fffffff);
      best = select(best, v, (v > best) | (bits > Bits(0x7f800000)));
    }
  }
  return best;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 256 + lane;
  for (var k = 0u; k < 4; k++) {
    let i = first + k * 64;
    if (i < params.n) {
      y[i] = pool(i);
    }
  }
}
