// partial[k, ky, kx, c, o] = sum over the output rows of chunk k of x[n, iy, ix, c] * dy[n, oy, ox, o]
//   iy = oy * stride.y + ky * dilation.y - pad.y, ix likewise; x is 0 outside its extents.
// Any number of channels: 4 rows of the weight matrix [ky * kx * c, o] x 4 output channels per
// invocation, so that a single input channel still fills the tile.
struct Params {
  x_size: vec2u, // width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  c: u32, // input channels
  o: u32, // output channels
  rows: u32, // batch * output height
  chunk_rows: u32,
  invocations: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;

fn store(at: u32, o: u32, value: vec4f) {
  partial[at] = value.x;
  if (o + 1 < params.o) {
    partial[at + 1] = value.y;
  }
  if (o + 2 < params.o) {
    partial[at + 2] = value.z;
  }
  if (o + 3 < params.o) {
    partial[at + 3] = value.w;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  if (id >= params.invocations) {
    return;
  }
  let weights = params.kernel.x * params.kernel.y * params.c;
  let o_tiles = (params.o + 3) / 4;
  let m_tiles = (weights + 3) / 4;
  // Channels past the last repeat it, and are not stored; weight rows past the last store it again.
  let o = min(id % o_tiles * 4 + vec4u(0, 1, 2, 3), vec4u(params.o - 1));
  let m = min(id / o_tiles % m_tiles * 4 + vec4u(0, 1, 2, 3), vec4u(weights - 1));
  let chunk = id / (o_tiles * m_tiles);
  let c = vec4i(m % params.c);
  let reach_x = vec4i(m / params.c % params.kernel.x * params.dilation.x) - i32(params.pad.x);
  let reach_y = vec4i(m / (params.c * params.kernel.x) * params.dilation.y) - i32(params.pad.y);
  let size = vec2i(params.x_size);

  var acc0 = vec4f();
  var acc1 = vec4f();
  var acc2 = vec4f();
  var acc3 = vec4f();
  let row_end = min((chunk + 1) * params.chunk_rows, params.rows);
  for (var row = chunk * params.chunk_rows; row < row_end; row++) {
    let iy = i32(row % params.dy_size.y * params.stride.y) + reach_y;
    let in_y = (iy >= vec4i()) & (iy < vec4i(size.y));
    let line = (i32(row / params.dy_size.y * params.x_size.y) + iy) * size.x;
    var out = row * params.dy_size.x * params.o;
    for (var ox = 0u; ox < params.dy_size.x; ox++) {
      let ix = i32(ox * params.stride.x) + reach_x;
      let inside = in_y & (ix >= vec4i()) & (ix < vec4i(size.x));
      let at = select(vec4i(), (line + ix) * i32(params.c) + c, inside);
      let d = vec4f(dy[out + o.x], dy[out + o.y], dy[out + o.z], dy[out + o.w]);
      acc0 += select(0.0, x[at.x], inside.x) * d;
      acc1 += select(0.0, x[at.y], inside.y) * d;
      acc2 += select(0.0, x[at.z], inside.z) * d;
      acc3 += select(0.0, x[at.w], inside.w) * d;
      out += params.o;
    }
  }

  let base = chunk * weights;
  store((base + m.x) * params.o + o.x, o.x, acc0);
  store((base + m.y) * params.o + o.x, o.x, acc1);
  store((base + m.z) * params.o + o.x, o.x, acc2);
  store((base + m.w) * params.o + o.x, o.x, acc3);
}
