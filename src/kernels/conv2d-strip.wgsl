// y[n, oy, ox, o] = b[o] + sum over ky, kx, c of x[n, oy + ky - pad.y, ox + kx - pad.x, c] * w[ky, kx, c, o]
//   x is 0 outside its extents. Kernels three wide, stride and dilation 1, channels in fours; those of
//   x may be padded with zeros, which w is not.
// An invocation computes a strip, 2 rows of 8 pixels x 8 output channels. Their windows overlap: a row of x
// is loaded once for all kx and both rows of y. Four lanes share the weights: each loads those of one of four
// input channels. With few channels this beats the transforms of Winograd's algorithm, which do not become
// cheaper with them.
enable subgroups;

struct Params {
  x_size: vec2u, // width, height
  y_size: vec2u,
  pad: vec2i, // left, top
  kernel_height: u32,
  c: u32, // input channels of w
  c4: u32, // those of x / 4
  o4: u32, // output channels / 4
  batch: u32,
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

// Four channels of the pixel in column ix; start is where its row starts.
fn load(start: i32, ix: i32, in_row: bool) -> vec4f {
  let at = start + ix * i32(params.c4);
  return select(vec4f(), x[at], in_row && u32(ix) < params.x_size.x);
}

// The weights that the four lanes loaded, a column each.
fn shared_by_quad(v: vec4f) -> mat4x4f {
  return mat4x4f(quadBroadcast(v, 0), quadBroadcast(v, 1), quadBroadcast(v, 2), quadBroadcast(v, 3));
}

fn store(pixel: u32, inside: bool, o: u32, lo: vec4f, hi: vec4f) {
  if (!inside) {
    return;
  }
  let at = pixel * params.o4 + o;
  y[at] = lo;
  if (o + 1 < params.o4) {
    y[at + 1] = hi;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  // No invocation returns early or loops longer, because quads must stay together.
  let lane = local % 4;
  let across = (params.y_size.x + 7) / 8;
  let down = (params.y_size.y + 1) / 2;
  let id = (wid.y * groups.x + wid.x) * 64 + local;
  let ox = id % across * 8;
  let oy = id / across % down * 2;
  let n = id / (across * down);
  // Past the last image all of x is outside.
  let real = n < params.batch;
  let o = wid.z * 2;
  let o_hi = min(o + 1, params.o4 - 1);
  let left = i32(ox) - params.pad.x;
  let top = i32(oy) - params.pad.y;

  var lo_a0 = vec4f();
  var hi_a0 = vec4f();
  if (HAS_BIAS) {
    lo_a0 = b[o];
    hi_a0 = b[o_hi];
  }
  var lo_a1 = lo_a0;
  var hi_a1 = hi_a0;
  var lo_a2 = lo_a0;
  var hi_a2 = hi_a0;
  var lo_a3 = lo_a0;
  var hi_a3 = hi_a0;
  var lo_a4 = lo_a0;
  var hi_a4 = hi_a0;
  var lo_a5 = lo_a0;
  var hi_a5 = hi_a0;
  var lo_a6 = lo_a0;
  var hi_a6 = hi_a0;
  var lo_a7 = lo_a0;
  var hi_a7 = hi_a0;
  var lo_b0 = lo_a0;
  var hi_b0 = hi_a0;
  var lo_b1 = lo_a0;
  var hi_b1 = hi_a0;
  var lo_b2 = lo_a0;
  var hi_b2 = hi_a0;
  var lo_b3 = lo_a0;
  var hi_b3 = hi_a0;
  var lo_b4 = lo_a0;
  var hi_b4 = hi_a0;
  var lo_b5 = lo_a0;
  var hi_b5 = hi_a0;
  var lo_b6 = lo_a0;
  var hi_b6 = hi_a0;
  var lo_b7 = lo_a0;
  var hi_b7 = hi_a0;
  for (var c = 0u; c < params.c4; c++) {
    var in_row = real && u32(top) < params.x_size.y;
    var start = (i32(n * params.x_size.y) + top) * i32(params.x_size.x * params.c4) + i32(c);
    var b0 = load(start, left, in_row);
    var b1 = load(start, left + 1, in_row);
    var b2 = load(start, left + 2, in_row);
    var b3 = load(start, left + 3, in_row);
    var b4 = load(start, left + 4, in_row);
    var b5 = load(start, left + 5, in_row);
    var b6 = load(start, left + 6, in_row);
    var b7 = load(start, left + 7, in_row);
    var b8 = load(start, left + 8, in_row);
    var b9 = load(start, left + 9, in_row);
    for (var ky = 0u; ky < params.kernel_height; ky++) {
      let iy = top + i32(ky) + 1;
      in_row = real && u32(iy) < params.x_size.y;
      start += i32(params.x_size.x * params.c4);
      let a0 = b0;
      let a1 = b1;
      let a2 = b2;
      let a3 = b3;
      let a4 = b4;
      let a5 = b5;
      let a6 = b6;
      let a7 = b7;
      let a8 = b8;
      let a9 = b9;
      b0 = load(start, left, in_row);
      b1 = load(start, left + 1, in_row);
      b2 = load(start, left + 2, in_row);
      b3 = load(start, left + 3, in_row);
      b4 = load(start, left + 4, in_row);
      b5 = load(start, left + 5, in_row);
      b6 = load(start, left + 6, in_row);
      b7 = load(start, left + 7, in_row);
      b8 = load(start, left + 8, in_row);
      b9 = load(start, left + 9, in_row);
      let weight = (ky * 3 * params.c + min(4 * c + lane, params.c - 1)) * params.o4;
      let w0 = weight;
      let w_lo0 = shared_by_quad(w[w0 + o]);
      let w_hi0 = shared_by_quad(w[w0 + o_hi]);
      lo_a0 += w_lo0 * a0;
      hi_a0 += w_hi0 * a0;
      lo_a1 += w_lo0 * a1;
      hi_a1 += w_hi0 * a1;
      lo_a2 += w_lo0 * a2;
      hi_a2 += w_hi0 * a2;
      lo_a3 += w_lo0 * a3;
      hi_a3 += w_hi0 * a3;
      lo_a4 += w_lo0 * a4;
      hi_a4 += w_hi0 * a4;
      lo_a5 += w_lo0 * a5;
      hi_a5 += w_hi0 * a5;
      lo_a6 += w_lo0 * a6;
      hi_a6 += w_hi0 * a6;
      lo_a7 += w_lo0 * a7;
      hi_a7 += w_hi0 * a7;
      lo_b0 += w_lo0 * b0;
      hi_b0 += w_hi0 * b0;
      lo_b1 += w_lo0 * b1;
      hi_b1 += w_hi0 * b1;
      lo_b2 += w_lo0 * b2;
      hi_b2 += w_hi0 * b2;
      lo_b3 += w_lo0 * b3;
      hi_b3 += w_hi0 * b3;
      lo_b4 += w_lo0 * b4;
      hi_b4 += w_hi0 * b4;
      lo_b5 += w_lo0 * b5;
      hi_b5 += w_hi0 * b5;
      lo_b6 += w_lo0 * b6;
      hi_b6 += w_hi0 * b6;
      lo_b7 += w_lo0 * b7;
      hi_b7 += w_hi0 * b7;
      let w1 = weight + params.c * params.o4;
      let w_lo1 = shared_by_quad(w[w1 + o]);
      let w_hi1 = shared_by_quad(w[w1 + o_hi]);
      lo_a0 += w_lo1 * a1;
      hi_a0 += w_hi1 * a1;
      lo_a1 += w_lo1 * a2;
      hi_a1 += w_hi1 * a2;
      lo_a2 += w_lo1 * a3;
      hi_a2 += w_hi1 * a3;
      lo_a3 += w_lo1 * a4;
      hi_a3 += w_hi1 * a4;
      lo_a4 += w_lo1 * a5;
      hi_a4 += w_hi1 * a5;
      lo_a5 += w_lo1 * a6;
      hi_a5 += w_hi1 * a6;
      lo_a6 += w_lo1 * a7;
      hi_a6 += w_hi1 * a7;
      lo_a7 += w_lo1 * a8;
      hi_a7 += w_hi1 * a8;
      lo_b0 += w_lo1 * b1;
      hi_b0 += w_hi1 * b1;
      lo_b1 += w_lo1 * b2;
      hi_b1 += w_hi1 * b2;
      lo_b2 += w_lo1 * b3;
      hi_b2 += w_hi1 * b3;
      lo_b3 += w_lo1 * b4;
      hi_b3 += w_hi1 * b4;
      lo_b4 += w_lo1 * b5;
      hi_b4 += w_hi1 * b5;
      lo_b5 += w_lo1 * b6;
      hi_b5 += w_hi1 * b6;
      lo_b6 += w_lo1 * b7;
      hi_b6 += w_hi1 * b7;
      lo_b7 += w_lo1 * b8;
      hi_b7 += w_hi1 * b8;
      let w2 = weight + 2 * params.c * params.o4;
      let w_lo2 = shared_by_quad(w[w2 + o]);
      let w_hi2 = shared_by_quad(w[w2 + o_hi]);
      lo_a0 += w_lo2 * a2;
      hi_a0 += w_hi2 * a2;
      lo_a1 += w_lo2 * a3;
      hi_a1 += w_hi2 * a3;
      lo_a2 += w_lo2 * a4;
      hi_a2 += w_hi2 * a4;
      lo_a3 += w_lo2 * a5;
      hi_a3 += w_hi2 * a5;
      lo_a4 += w_lo2 * a6;
      hi_a4 += w_hi2 * a6;
      lo_a5 += w_lo2 * a7;
      hi_a5 += w_hi2 * a7;
      lo_a6 += w_lo2 * a8;
      hi_a6 += w_hi2 * a8;
      lo_a7 += w_lo2 * a9;
      hi_a7 += w_hi2 * a9;
      lo_b0 += w_lo2 * b2;
      hi_b0 += w_hi2 * b2;
      lo_b1 += w_lo2 * b3;
      hi_b1 += w_hi2 * b3;
      lo_b2 += w_lo2 * b4;
      hi_b2 += w_hi2 * b4;
      lo_b3 += w_lo2 * b5;
      hi_b3 += w_hi2 * b5;
      lo_b4 += w_lo2 * b6;
      hi_b4 += w_hi2 * b6;
      lo_b5 += w_lo2 * b7;
      hi_b5 += w_hi2 * b7;
      lo_b6 += w_lo2 * b8;
      hi_b6 += w_hi2 * b8;
      lo_b7 += w_lo2 * b9;
      hi_b7 += w_hi2 * b9;
    }
  }

  let pixel = (n * params.y_size.y + oy) * params.y_size.x + ox;
  let below = pixel + params.y_size.x;
  let in_below = real && oy + 1 < params.y_size.y;
  store(pixel, real && ox < params.y_size.x, o, lo_a0, hi_a0);
  store(pixel + 1, real && ox + 1 < params.y_size.x, o, lo_a1, hi_a1);
  store(pixel + 2, real && ox + 2 < params.y_size.x, o, lo_a2, hi_a2);
  store(pixel + 3, real && ox + 3 < params.y_size.x, o, lo_a3, hi_a3);
  store(pixel + 4, real && ox + 4 < params.y_size.x, o, lo_a4, hi_a4);
  store(pixel + 5, real && ox + 5 < params.y_size.x, o, lo_a5, hi_a5);
  store(pixel + 6, real && ox + 6 < params.y_size.x, o, lo_a6, hi_a6);
  store(pixel + 7, real && ox + 7 < params.y_size.x, o, lo_a7, hi_a7);
  store(below, in_below && ox < params.y_size.x, o, lo_b0, hi_b0);
  store(below + 1, in_below && ox + 1 < params.y_size.x, o, lo_b1, hi_b1);
  store(below + 2, in_below && ox + 2 < params.y_size.x, o, lo_b2, hi_b2);
  store(below + 3, in_below && ox + 3 < params.y_size.x, o, lo_b3, hi_b3);
  store(below + 4, in_below && ox + 4 < params.y_size.x, o, lo_b4, hi_b4);
  store(below + 5, in_below && ox + 5 < params.y_size.x, o, lo_b5, hi_b5);
  store(below + 6, in_below && ox + 6 < params.y_size.x, o, lo_b6, hi_b6);
  store(below + 7, in_below && ox + 7 < params.y_size.x, o, lo_b7, hi_b7);
}
