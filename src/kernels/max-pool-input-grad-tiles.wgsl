// The same for windows that tile x (stride = window): an invocation writes all pixels of its window and channel.
struct Params {
  n: u32,
  channels: u32,
  // [height, width] each; ySize is that of dy.
  xSize: vec2u,
  ySize: vec2u,
  // Windows that cover x, those without an output included.
  tiles: vec2u,
  window: vec2u,
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

fn spread(i: u32) {
  let c = i % params.channels;
  let tile = i / params.channels;
  let row = tile / params.tiles.y;
  let image = row / params.tiles.x;
  let own = vec2u(row % params.tiles.x, tile % params.tiles.y);
  let corner = own * params.window;
  let low = max(corner, params.before) - params.before;
  let high = min(corner + params.window - params.before, params.xSize);
  let base = image * params.xSize.x;
  var first = ((base + low.x) * params.xSize.y + low.y) * params.channels + c;
  var best = x[first];
  for (var h = low.x; h < high.x; h++) {
    for (var w = low.y; w < high.y; w++) {
      let at = ((base + h) * params.xSize.y + w) * params.channels + c;
      let v = x[at];
      if (beats(v, best)) {
        best = v;
        first = at;
      }
    }
  }
  var d = 0.0;
  if (all(own < params.ySize)) {
    d = dy[((image * params.ySize.x + own.x) * params.ySize.y + own.y) * params.channels + c];
  }
  for (var h = low.x; h < high.x; h++) {
    for (var w = low.y; w < high.y; w++) {
      let at = ((base + h) * params.xSize.y + w) * params.channels + c;
      y[at] = select(0.0, d, at == first);
    }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let start = (wid.y * groups.x + wid.x) * 256 + lane;
  for (var k = 0u; k < 4; k++) {
    let i = start + k * 64;
    if (i < params.n) {
      spread(i);
    }
  }
}
