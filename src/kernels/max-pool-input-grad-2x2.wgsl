// The same for 2x2 windows at stride 2 without padding before: an invocation
// writes the four pixels of one window, for four channels at a time.
struct Params {
  n: u32,
  channels: u32,
  // [height, width] each; ySize is that of dy, tiles counts the windows that cover x.
  xSize: vec2u,
  ySize: vec2u,
  tiles: vec2u,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn isNan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffff)) > vec4u(0x7f800000);
}

fn beats(v: vec4f, best: vec4f) -> vec4<bool> {
  return (v > best) | (isNan(v) & !isNan(best));
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
  let tile = i / params.channels;
  let row = tile / params.tiles.y;
  let image = row / params.tiles.x;
  let own = vec2u(row % params.tiles.x, tile % params.tiles.y);
  // The last window may lie half outside x: its missing pixels repeat others, which never win.
  let right = own.y * 2 + 1 < params.xSize.y;
  let below = own.x * 2 + 1 < params.xSize.x;
  let p0 = ((image * params.xSize.x + own.x * 2) * params.xSize.y + own.y * 2) * params.channels + c;
  let p1 = p0 + select(0, params.channels, right);
  let p2 = p0 + select(0, params.xSize.y * params.channels, below);
  let p3 = p2 + p1 - p0;
  var best = x[p0];
  var winner = vec4u(p0);
  let v1 = x[p1];
  winner = select(winner, vec4u(p1), beats(v1, best));
  best = select(best, v1, beats(v1, best));
  let v2 = x[p2];
  winner = select(winner, vec4u(p2), beats(v2, best));
  best = select(best, v2, beats(v2, best));
  winner = select(winner, vec4u(p3), beats(x[p3], best));
  var d = vec4f(0);
  if (all(own < params.ySize)) {
    d = dy[((image * params.ySize.x + own.x) * params.ySize.y + own.y) * params.channels + c];
  }
  // Where pixels coincide, the same value is written again.
  y[p0] = select(vec4f(0), d, winner == vec4u(p0));
  y[p1] = select(vec4f(0), d, winner == vec4u(p1));
  y[p2] = select(vec4f(0), d, winner == vec4u(p2));
  y[p3] = select(vec4f(0), d, winner == vec4u(p3));
}
