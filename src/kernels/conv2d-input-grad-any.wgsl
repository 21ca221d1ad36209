// x[n, iy, ix, c] = sum over ky, kx, o of dy[n, oy, ox, o] * w[ky, kx, c, o]
//   where oy * stride.y = iy + pad.y - ky * dilation.y divides exactly and lies inside, ox likewise.
// Any number of channels: 4 pixels of one phase (see conv2d-input-grad-tile) x 4 channels, scalar loads.
struct Params {
  y_size: vec2u, // of the result: width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  batch: u32,
  c: u32, // channels of the result
  o: u32, // channels of dy
  tiles: u32, // tiles of 4 channels
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let phase_index = wid.z / params.tiles;
  let phase = vec2u(phase_index % params.stride.x, phase_index / params.stride.x);
  let extent = (params.y_size + params.stride - 1 - phase) / params.stride;
  let pixels = params.batch * extent.x * extent.y;
  let first = ((wid.y * groups.x + wid.x) * 64 + lane) * 4;
  if (first >= pixels) {
    return;
  }
  // Channels past the last repeat it, and are not stored.
  let c = min(wid.z % params.tiles * 4 + vec4u(0, 1, 2, 3), vec4u(params.c - 1));
  let p = min(first + vec4u(0, 1, 2, 3), vec4u(pixels - 1));
  let col = p % extent.x;
  let row = p / extent.x % extent.y;
  let n = p / (extent.x * extent.y);
  let rows = vec4i(n * params.dy_size.y);
  let size = vec2i(params.dy_size);
  let stride = vec2i(params.stride);
  let channels = i32(params.o);

  var acc0 = vec4f();
  var acc1 = vec4f();
  var acc2 = vec4f();
  var acc3 = vec4f();
  for (var ky = 0u; ky < params.kernel.y; ky++) {
    let ty = i32(phase.y + params.pad.y) - i32(ky * params.dilation.y);
    if (ty % stride.y != 0) {
      continue;
    }
    let oy = vec4i(row) + ty / stride.y;
    let in_y = (oy >= vec4i()) & (oy < vec4i(size.y));
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let tx = i32(phase.x + params.pad.x) - i32(kx * params.dilation.x);
      if (tx % stride.x != 0) {
        continue;
      }
      let ox = vec4i(col) + tx / stride.x;
      let inside = in_y & (ox >= vec4i()) & (ox < vec4i(size.x));
      let at = select(vec4i(), ((rows + oy) * size.x + ox) * channels, inside);
      let tap = ((ky * params.kernel.x + kx) * params.c + c) * params.o;
      for (var o = 0; o < channels; o++) {
        let i = u32(o);
        let k = vec4f(w[tap.x + i], w[tap.y + i], w[tap.z + i], w[tap.w + i]);
        acc0 += select(0.0, dy[at.x + o], inside.x) * k;
        acc1 += select(0.0, dy[at.y + o], inside.y) * k;
        acc2 += select(0.0, dy[at.z + o], inside.z) * k;
        acc3 += select(0.0, dy[at.w + o], inside.w) * k;
      }
    }
  }

  let line = params.y_size.x;
  let image = params.y_size.x * params.y_size.y;
  let out = n * image + (row * params.stride.y + phase.y) * line + col * params.stride.x + phase.x;
  let left = pixels - first;
  store(out.x, c.x, acc0);
  if (left > 1) { store(out.y, c.x, acc1); }
  if (left > 2) { store(out.z, c.x, acc2); }
  if (left > 3) { store(out.w, c.x, acc3); }
}

fn store(pixel: u32, c: u32, value: vec4f) {
  let at = pixel * params.c + c;
  y[at] = value.x;
  if (c + 1 < params.c) {
    y[at + 1] = value.y;
  }
  if (c + 2 < params.c) {
    y[at + 2] = value.z;
  }
  if (c + 3 < params.c) {
    y[at + 3] = value.w;
  }
}
