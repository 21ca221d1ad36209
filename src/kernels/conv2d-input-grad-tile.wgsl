// x[n, iy, ix, c] = sum over ky, kx, o of dy[n, oy, ox, o] * w[ky, kx, c, o]
//   where oy * stride.y = iy + pad.y - ky * dilation.y divides exactly and lies inside, ox likewise.
// Output pixels are visited by phase (iy mod stride, ix mod stride): within a phase the same taps
// apply to every pixel, so strides cost no wasted multiply-adds.
// Register tile: 8 pixels of one phase x 8 channels. Both channel counts are multiples of 4.
struct Params {
  y_size: vec2u, // of the result: width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  dilation: vec2u,
  pad: vec2u, // left, top
  batch: u32,
  c: u32, // channels of the result
  o4: u32, // channels of dy / 4
  tiles: u32, // tiles of 8 channels
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn load(offset: i32, inside: bool) -> vec4f {
  return select(vec4f(), dy[offset], inside);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let phase_index = wid.z / params.tiles;
  let phase = vec2u(phase_index % params.stride.x, phase_index / params.stride.x);
  // Pixels of this phase along each axis; none when the extent is smaller than the stride.
  let extent = (params.y_size + params.stride - 1 - phase) / params.stride;
  let pixels = params.batch * extent.x * extent.y;
  let first = ((wid.y * groups.x + wid.x) * 64 + lane) * 8;
  if (first >= pixels) {
    return;
  }
  let c = wid.z % params.tiles * 8;
  let o4 = params.o4;
  // Channels past the last repeat it, and are not stored.
  let c_hi = min(c + 4, params.c - 4);

  let p = min(first + vec4u(0, 1, 2, 3), vec4u(pixels - 1));
  let q = min(first + vec4u(4, 5, 6, 7), vec4u(pixels - 1));
  let col_p = p % extent.x;
  let col_q = q % extent.x;
  let row_p = p / extent.x % extent.y;
  let row_q = q / extent.x % extent.y;
  let n_p = p / (extent.x * extent.y);
  let n_q = q / (extent.x * extent.y);
  let rows_p = vec4i(n_p * params.dy_size.y);
  let rows_q = vec4i(n_q * params.dy_size.y);
  let size = vec2i(params.dy_size);
  let stride = vec2i(params.stride);

  var lo0 = vec4f();
  var lo1 = vec4f();
  var lo2 = vec4f();
  var lo3 = vec4f();
  var lo4 = vec4f();
  var lo5 = vec4f();
  var lo6 = vec4f();
  var lo7 = vec4f();
  var hi0 = vec4f();
  var hi1 = vec4f();
  var hi2 = vec4f();
  var hi3 = vec4f();
  var hi4 = vec4f();
  var hi5 = vec4f();
  var hi6 = vec4f();
  var hi7 = vec4f();

  for (var ky = 0u; ky < params.kernel.y; ky++) {
    let ty = i32(phase.y + params.pad.y) - i32(ky * params.dilation.y);
    if (ty % stride.y != 0) {
      continue;
    }
    let oy_p = vec4i(row_p) + ty / stride.y;
    let oy_q = vec4i(row_q) + ty / stride.y;
    let in_y_p = (oy_p >= vec4i()) & (oy_p < vec4i(size.y));
    let in_y_q = (oy_q >= vec4i()) & (oy_q < vec4i(size.y));
    for (var kx = 0u; kx < params.kernel.x; kx++) {
      let tx = i32(phase.x + params.pad.x) - i32(kx * params.dilation.x);
      if (tx % stride.x != 0) {
        continue;
      }
      let ox_p = vec4i(col_p) + tx / stride.x;
      let ox_q = vec4i(col_q) + tx / stride.x;
      let in_p = in_y_p & (ox_p >= vec4i()) & (ox_p < vec4i(size.x));
      let in_q = in_y_q & (ox_q >= vec4i()) & (ox_q < vec4i(size.x));
      let at_p = select(vec4i(), ((rows_p + oy_p) * size.x + ox_p) * i32(o4), in_p);
      let at_q = select(vec4i(), ((rows_q + oy_q) * size.x + ox_q) * i32(o4), in_q);
      let tap = (ky * params.kernel.x + kx) * params.c;
      for (var o = 0u; o < o4; o++) {
        // Columns are the weights of 4 channels over 4 of dy's: vector * matrix is 4 dot products.
        let w_lo = mat4x4f(
          w[(tap + c) * o4 + o],
          w[(tap + c + 1) * o4 + o],
          w[(tap + c + 2) * o4 + o],
          w[(tap + c + 3) * o4 + o],
        );
        let w_hi = mat4x4f(
          w[(tap + c_hi) * o4 + o],
          w[(tap + c_hi + 1) * o4 + o],
          w[(tap + c_hi + 2) * o4 + o],
          w[(tap + c_hi + 3) * o4 + o],
        );
        let i = i32(o);
        let a0 = load(at_p.x + i, in_p.x);
        lo0 += a0 * w_lo;
        hi0 += a0 * w_hi;
        let a1 = load(at_p.y + i, in_p.y);
        lo1 += a1 * w_lo;
        hi1 += a1 * w_hi;
        let a2 = load(at_p.z + i, in_p.z);
        lo2 += a2 * w_lo;
        hi2 += a2 * w_hi;
        let a3 = load(at_p.w + i, in_p.w);
        lo3 += a3 * w_lo;
        hi3 += a3 * w_hi;
        let a4 = load(at_q.x + i, in_q.x);
        lo4 += a4 * w_lo;
        hi4 += a4 * w_hi;
        let a5 = load(at_q.y + i, in_q.y);
        lo5 += a5 * w_lo;
        hi5 += a5 * w_hi;
        let a6 = load(at_q.z + i, in_q.z);
        lo6 += a6 * w_lo;
        hi6 += a6 * w_hi;
        let a7 = load(at_q.w + i, in_q.w);
        lo7 += a7 * w_lo;
        hi7 += a7 * w_hi;
      }
    }
  }

  let line = params.y_size.x;
  let image = params.y_size.x * params.y_size.y;
  let out_p = n_p * image + (row_p * params.stride.y + phase.y) * line + col_p * params.stride.x + phase.x;
  let out_q = n_q * image + (row_q * params.stride.y + phase.y) * line + col_q * params.stride.x + phase.x;
  let both = c + 4 < params.c;
  let left = pixels - first;
  store(out_p.x, c, lo0, hi0, both);
  if (left > 1) { store(out_p.y, c, lo1, hi1, both); }
  if (left > 2) { store(out_p.z, c, lo2, hi2, both); }
  if (left > 3) { store(out_p.w, c, lo3, hi3, both); }
  if (left > 4) { store(out_q.x, c, lo4, hi4, both); }
  if (left > 5) { store(out_q.y, c, lo5, hi5, both); }
  if (left > 6) { store(out_q.z, c, lo6, hi6, both); }
  if (left > 7) { store(out_q.w, c, lo7, hi7, both); }
}

fn store(pixel: u32, c: u32, lo: vec4f, hi: vec4f, both: bool) {
  let at = (pixel * params.c + c) / 4;
  y[at] = lo;
  if (both) {
    y[at + 1] = hi;
  }
}
