// partial[k, ky, kx, c, o] = sum over the output rows of chunk k of x[n, oy + ky - pad.y, ox + kx - pad.x, c] * dy[n, oy, ox, o]
//   x is 0 outside its extents. Kernels three wide, stride and dilation 1, channels in fours; those of
//   x may be padded, and are not stored.
// An invocation computes the three taps of one kernel row for 4 input x 8 output channels, and walks along
// the output's rows: of x it loads one pixel per step, the other two it has. A second pass adds the chunks
// in order.
struct Params {
  x_size: vec2u, // width, height
  dy_size: vec2u,
  pad: vec2i, // left, top
  kernel_height: u32,
  c: u32, // input channels
  c4: u32, // those of x / 4
  o4: u32, // output channels / 4
  rows: u32, // batch * output height
  chunk_rows: u32,
  invocations: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partial: array<vec4f>;

// Four channels of the pixel in column ix of the row that starts at pixel `line`.
fn load(line: u32, ix: i32, c: u32) -> vec4f {
  let at = u32(i32(line) + ix) * params.c4 + c;
  return select(vec4f(), x[at], u32(ix) < params.x_size.x);
}

// Where the result of a tap and an input channel goes.
fn store(tap: u32, c: u32, o: u32, lo: vec4f, hi: vec4f) {
  if (c >= params.c) {
    return;
  }
  let to = (tap * params.c + c) * params.o4 + o;
  partial[to] = lo;
  if (o + 1 < params.o4) {
    partial[to + 1] = hi;
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
  let o_tiles = (params.o4 + 1) / 2;
  let o = id % o_tiles * 2;
  let c = id / o_tiles % params.c4;
  let ky = id / (o_tiles * params.c4) % params.kernel_height;
  let chunk = id / (o_tiles * params.c4 * params.kernel_height);
  let o_hi = min(o + 1, params.o4 - 1);

  var lo00 = vec4f();
  var hi00 = vec4f();
  var lo01 = vec4f();
  var hi01 = vec4f();
  var lo02 = vec4f();
  var hi02 = vec4f();
  var lo03 = vec4f();
  var hi03 = vec4f();
  var lo10 = vec4f();
  var hi10 = vec4f();
  var lo11 = vec4f();
  var hi11 = vec4f();
  var lo12 = vec4f();
  var hi12 = vec4f();
  var lo13 = vec4f();
  var hi13 = vec4f();
  var lo20 = vec4f();
  var hi20 = vec4f();
  var lo21 = vec4f();
  var hi21 = vec4f();
  var lo22 = vec4f();
  var hi22 = vec4f();
  var lo23 = vec4f();
  var hi23 = vec4f();
  let row_end = min((chunk + 1) * params.chunk_rows, params.rows);
  for (var row = chunk * params.chunk_rows; row < row_end; row++) {
    let iy = i32(row % params.dy_size.y + ky) - params.pad.y;
    if (u32(iy) >= params.x_size.y) {
      continue;
    }
    let line = (row / params.dy_size.y * params.x_size.y + u32(iy)) * params.x_size.x;
    var out = row * params.dy_size.x * params.o4;
    var ix = -params.pad.x;
    var x1 = load(line, ix, c);
    var x2 = load(line, ix + 1, c);
    for (var ox = 0u; ox < params.dy_size.x; ox++) {
      let x0 = x1;
      x1 = x2;
      x2 = load(line, ix + 2, c);
      let d_lo = dy[out + o];
      let d_hi = dy[out + o_hi];
      lo00 += x0.x * d_lo;
      hi00 += x0.x * d_hi;
      lo01 += x0.y * d_lo;
      hi01 += x0.y * d_hi;
      lo02 += x0.z * d_lo;
      hi02 += x0.z * d_hi;
      lo03 += x0.w * d_lo;
      hi03 += x0.w * d_hi;
      lo10 += x1.x * d_lo;
      hi10 += x1.x * d_hi;
      lo11 += x1.y * d_lo;
      hi11 += x1.y * d_hi;
      lo12 += x1.z * d_lo;
      hi12 += x1.z * d_hi;
      lo13 += x1.w * d_lo;
      hi13 += x1.w * d_hi;
      lo20 += x2.x * d_lo;
      hi20 += x2.x * d_hi;
      lo21 += x2.y * d_lo;
      hi21 += x2.y * d_hi;
      lo22 += x2.z * d_lo;
      hi22 += x2.z * d_hi;
      lo23 += x2.w * d_lo;
      hi23 += x2.w * d_hi;
      ix += 1;
      out += params.o4;
    }
  }

  let taps = (chunk * params.kernel_height + ky) * 3;
  store(taps, 4 * c, o, lo00, hi00);
  store(taps, 4 * c + 1, o, lo01, hi01);
  store(taps, 4 * c + 2, o, lo02, hi02);
  store(taps, 4 * c + 3, o, lo03, hi03);
  store(taps + 1, 4 * c, o, lo10, hi10);
  store(taps + 1, 4 * c + 1, o, lo11, hi11);
  store(taps + 1, 4 * c + 2, o, lo12, hi12);
  store(taps + 1, 4 * c + 3, o, lo13, hi13);
  store(taps + 2, 4 * c, o, lo20, hi20);
  store(taps + 2, 4 * c + 1, o, lo21, hi21);
  store(taps + 2, 4 * c + 2, o, lo22, hi22);
  store(taps + 2, 4 * c + 3, o, lo23, hi23);
}
