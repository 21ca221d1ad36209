// y[s, k, i, q] = b[q] + sum over the r of chunk s of a[k, i, r] * w[k, r, q]: matrix products, one per
// plane k; `a` has any layout, given by its steps, so that transposed ones and weight gradients (summed
// over many rows, in chunks that a second pass adds in order) are the same kernel. Columns in fours.
//
// Four lanes share a tile of 16 rows x 16 columns (WIDE: 32), each computing four (eight) of the columns:
// a lane loads the elements of `a` for one of four r and all four get them, so that a load serves 16 (32)
// multiply-adds; each row takes four r in one expression. Loads are what software adapters are slow at.
// The lanes of a quad are taken to be four neighbouring invocations, as they are there.
enable subgroups;

struct Params {
  planes: u32,
  rows: u32,
  inner: u32,
  q4: u32, // columns / 4
  chunk: u32, // r per chunk, a multiple of 4
  a_plane: u32, // elements of a from one plane to the next
  a_row: u32, // and from one row to the next
  a_inner: u32, // and from one r to the next
}

override HAS_BIAS: bool = false;
override WIDE: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

// What each of the four lanes loads, for all of them; 0 past the chunk's end.
fn shared_by_quad(v: f32, inside: bool) -> vec4f {
  let mine = select(0.0, v, inside);
  return vec4f(quadBroadcast(mine, 0), quadBroadcast(mine, 1), quadBroadcast(mine, 2), quadBroadcast(mine, 3));
}

// Four rows of w; past the last one that again, whose products are dropped but must be finite.
fn weights(row: u32, last: u32) -> mat4x4f {
  let step = params.q4;
  return mat4x4f(
    w[min(row, last)],
    w[min(row + step, last)],
    w[min(row + 2 * step, last)],
    w[min(row + 3 * step, last)],
  );
}

fn store(at: u32, lo: vec4f, hi: vec4f, both: bool) {
  y[at] = lo;
  if (both) {
    y[at + 4] = hi;
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  // No invocation returns early or loops longer, because quads must stay together.
  let span = select(4u, 8u, WIDE);
  let lane = local % 4;
  let down = (params.rows + 15) / 16;
  let across = (params.q4 + span - 1) / span;
  let id = (wid.y * groups.x + wid.x) * 16 + local / 4;
  let q = id % across * span + lane;
  let i = id / across % down * 16;
  let slab = id / (across * down);
  let k = slab % params.planes;
  let begin = slab / params.planes * params.chunk;
  let end = min(begin + params.chunk, params.inner);
  let origin = k * params.a_plane + i * params.a_row + lane * params.a_inner;
  let at0 = origin;
  let at1 = origin + params.a_row;
  let at2 = origin + 2 * params.a_row;
  let at3 = origin + 3 * params.a_row;
  let at4 = origin + 4 * params.a_row;
  let at5 = origin + 5 * params.a_row;
  let at6 = origin + 6 * params.a_row;
  let at7 = origin + 7 * params.a_row;
  let at8 = origin + 8 * params.a_row;
  let at9 = origin + 9 * params.a_row;
  let at10 = origin + 10 * params.a_row;
  let at11 = origin + 11 * params.a_row;
  let at12 = origin + 12 * params.a_row;
  let at13 = origin + 13 * params.a_row;
  let at14 = origin + 14 * params.a_row;
  let at15 = origin + 15 * params.a_row;
  let first = k * params.inner * params.q4 + q;
  let last = first + (end - 1) * params.q4;

  var lo0 = vec4f();
  var hi0 = vec4f();
  if (HAS_BIAS) {
    lo0 = b[min(q, params.q4 - 1)];
    hi0 = b[min(q + 4, params.q4 - 1)];
  }
  var lo1 = lo0;
  var lo2 = lo0;
  var lo3 = lo0;
  var lo4 = lo0;
  var lo5 = lo0;
  var lo6 = lo0;
  var lo7 = lo0;
  var lo8 = lo0;
  var lo9 = lo0;
  var lo10 = lo0;
  var lo11 = lo0;
  var lo12 = lo0;
  var lo13 = lo0;
  var lo14 = lo0;
  var lo15 = lo0;
  var hi1 = hi0;
  var hi2 = hi0;
  var hi3 = hi0;
  var hi4 = hi0;
  var hi5 = hi0;
  var hi6 = hi0;
  var hi7 = hi0;
  var hi8 = hi0;
  var hi9 = hi0;
  var hi10 = hi0;
  var hi11 = hi0;
  var hi12 = hi0;
  var hi13 = hi0;
  var hi14 = hi0;
  var hi15 = hi0;
  for (var n = 0u; n < params.chunk; n += 4) {
    let r = begin + n;
    let row = first + r * params.q4;
    let w_lo = weights(row, last);
    var w_hi = w_lo;
    if (WIDE) {
      w_hi = weights(row + 4, last + 4);
    }
    let inside = r + lane < end;
    let step = r * params.a_inner;
    let a0 = shared_by_quad(a[at0 + step], inside);
    lo0 += w_lo * a0;
    if (WIDE) { hi0 += w_hi * a0; }
    let a1 = shared_by_quad(a[at1 + step], inside);
    lo1 += w_lo * a1;
    if (WIDE) { hi1 += w_hi * a1; }
    let a2 = shared_by_quad(a[at2 + step], inside);
    lo2 += w_lo * a2;
    if (WIDE) { hi2 += w_hi * a2; }
    let a3 = shared_by_quad(a[at3 + step], inside);
    lo3 += w_lo * a3;
    if (WIDE) { hi3 += w_hi * a3; }
    let a4 = shared_by_quad(a[at4 + step], inside);
    lo4 += w_lo * a4;
    if (WIDE) { hi4 += w_hi * a4; }
    let a5 = shared_by_quad(a[at5 + step], inside);
    lo5 += w_lo * a5;
    if (WIDE) { hi5 += w_hi * a5; }
    let a6 = shared_by_quad(a[at6 + step], inside);
    lo6 += w_lo * a6;
    if (WIDE) { hi6 += w_hi * a6; }
    let a7 = shared_by_quad(a[at7 + step], inside);
    lo7 += w_lo * a7;
    if (WIDE) { hi7 += w_hi * a7; }
    let a8 = shared_by_quad(a[at8 + step], inside);
    lo8 += w_lo * a8;
    if (WIDE) { hi8 += w_hi * a8; }
    let a9 = shared_by_quad(a[at9 + step], inside);
    lo9 += w_lo * a9;
    if (WIDE) { hi9 += w_hi * a9; }
    let a10 = shared_by_quad(a[at10 + step], inside);
    lo10 += w_lo * a10;
    if (WIDE) { hi10 += w_hi * a10; }
    let a11 = shared_by_quad(a[at11 + step], inside);
    lo11 += w_lo * a11;
    if (WIDE) { hi11 += w_hi * a11; }
    let a12 = shared_by_quad(a[at12 + step], inside);
    lo12 += w_lo * a12;
    if (WIDE) { hi12 += w_hi * a12; }
    let a13 = shared_by_quad(a[at13 + step], inside);
    lo13 += w_lo * a13;
    if (WIDE) { hi13 += w_hi * a13; }
    let a14 = shared_by_quad(a[at14 + step], inside);
    lo14 += w_lo * a14;
    if (WIDE) { hi14 += w_hi * a14; }
    let a15 = shared_by_quad(a[at15 + step], inside);
    lo15 += w_lo * a15;
    if (WIDE) { hi15 += w_hi * a15; }
  }

  if (begin >= params.inner || q >= params.q4) {
    return;
  }
  let both = WIDE && q + 4 < params.q4;
  let to = (slab * params.rows + i) * params.q4 + q;
  let left = params.rows - i;
  store(to, lo0, hi0, both);
  if (left > 1) { store(to + params.q4, lo1, hi1, both); }
  if (left > 2) { store(to + 2 * params.q4, lo2, hi2, both); }
  if (left > 3) { store(to + 3 * params.q4, lo3, hi3, both); }
  if (left > 4) { store(to + 4 * params.q4, lo4, hi4, both); }
  if (left > 5) { store(to + 5 * params.q4, lo5, hi5, both); }
  if (left > 6) { store(to + 6 * params.q4, lo6, hi6, both); }
  if (left > 7) { store(to + 7 * params.q4, lo7, hi7, both); }
  if (left > 8) { store(to + 8 * params.q4, lo8, hi8, both); }
  if (left > 9) { store(to + 9 * params.q4, lo9, hi9, both); }
  if (left > 10) { store(to + 10 * params.q4, lo10, hi10, both); }
  if (left > 11) { store(to + 11 * params.q4, lo11, hi11, both); }
  if (left > 12) { store(to + 12 * params.q4, lo12, hi12, both); }
  if (left > 13) { store(to + 13 * params.q4, lo13, hi13, both); }
  if (left > 14) { store(to + 14 * params.q4, lo14, hi14, both); }
  if (left > 15) { store(to + 15 * params.q4, lo15, hi15, both); }
}
