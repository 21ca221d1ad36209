// y[s, k, i, q] = b[q] + sum over the r of chunk s of a[k, i, r] * w[k, r, q]: matrix products, one per
// plane k; `a` has any layout, given by its steps, so that transposed ones and weight gradients (summed
// over many rows, in chunks that a second pass adds in order) are the same kernel. Columns in fours.
//
// Four lanes share a tile of 16 rows x 16 columns, each computing four of the columns: a lane loads the
// elements of `a` for one of four r and broadcasts them, so that a load serves 16 multiply-adds; each row
// takes four r in one expression. Loads are what software adapters are slow at. The lanes of a quad are
// taken to be four neighbouring invocations, as they are there.
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
// Whether the last chunk is shorter, so that it must drop what is past its end.
override RAGGED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

// What the four lanes hold, for all of them.
fn shared_by_quad(v: f32, inside: bool) -> vec4f {
  var mine = v;
  if (RAGGED) {
    mine = select(0.0, v, inside);
  }
  return vec4f(quadBroadcast(mine, 0), quadBroadcast(mine, 1), quadBroadcast(mine, 2), quadBroadcast(mine, 3));
}

// A row of w, or past the last one that: its products are dropped, but must be finite.
fn within(row: u32, last: u32) -> u32 {
  if (RAGGED) {
    return min(row, last);
  }
  return row;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  // No invocation returns early or loops longer, because quads must stay together.
  let lane = local % 4;
  let down = (params.rows + 15) / 16;
  let across = (params.q4 + 3) / 4;
  let id = (wid.y * groups.x + wid.x) * 16 + local / 4;
  let q = id % across * 4 + lane;
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
  let weights = k * params.inner * params.q4 + q;
  let last = weights + (end - 1) * params.q4;

  var acc0 = vec4f();
  if (HAS_BIAS) {
    acc0 = b[min(q, params.q4 - 1)];
  }
  var acc1 = acc0;
  var acc2 = acc0;
  var acc3 = acc0;
  var acc4 = acc0;
  var acc5 = acc0;
  var acc6 = acc0;
  var acc7 = acc0;
  var acc8 = acc0;
  var acc9 = acc0;
  var acc10 = acc0;
  var acc11 = acc0;
  var acc12 = acc0;
  var acc13 = acc0;
  var acc14 = acc0;
  var acc15 = acc0;
  for (var n = 0u; n < params.chunk; n += 4) {
    let r = begin + n;
    let row = weights + r * params.q4;
    let u = mat4x4f(
      w[within(row, last)],
      w[within(row + params.q4, last)],
      w[within(row + 2 * params.q4, last)],
      w[within(row + 3 * params.q4, last)],
    );
    let inside = r + lane < end;
    let step = r * params.a_inner;
    acc0 += u * shared_by_quad(a[at0 + step], inside);
    acc1 += u * shared_by_quad(a[at1 + step], inside);
    acc2 += u * shared_by_quad(a[at2 + step], inside);
    acc3 += u * shared_by_quad(a[at3 + step], inside);
    acc4 += u * shared_by_quad(a[at4 + step], inside);
    acc5 += u * shared_by_quad(a[at5 + step], inside);
    acc6 += u * shared_by_quad(a[at6 + step], inside);
    acc7 += u * shared_by_quad(a[at7 + step], inside);
    acc8 += u * shared_by_quad(a[at8 + step], inside);
    acc9 += u * shared_by_quad(a[at9 + step], inside);
    acc10 += u * shared_by_quad(a[at10 + step], inside);
    acc11 += u * shared_by_quad(a[at11 + step], inside);
    acc12 += u * shared_by_quad(a[at12 + step], inside);
    acc13 += u * shared_by_quad(a[at13 + step], inside);
    acc14 += u * shared_by_quad(a[at14 + step], inside);
    acc15 += u * shared_by_quad(a[at15 + step], inside);
  }

  if (begin >= params.inner || q >= params.q4) {
    return;
  }
  let to = (slab * params.rows + i) * params.q4 + q;
  let left = params.rows - i;
  y[to] = acc0;
  if (left > 1) { y[to + params.q4] = acc1; }
  if (left > 2) { y[to + 2 * params.q4] = acc2; }
  if (left > 3) { y[to + 3 * params.q4] = acc3; }
  if (left > 4) { y[to + 4 * params.q4] = acc4; }
  if (left > 5) { y[to + 5 * params.q4] = acc5; }
  if (left > 6) { y[to + 6 * params.q4] = acc6; }
  if (left > 7) { y[to + 7 * params.q4] = acc7; }
  if (left > 8) { y[to + 8 * params.q4] = acc8; }
  if (left > 9) { y[to + 9 * params.q4] = acc9; }
  if (left > 10) { y[to + 10 * params.q4] = acc10; }
  if (left > 11) { y[to + 11 * params.q4] = acc11; }
  if (left > 12) { y[to + 12 * params.q4] = acc12; }
  if (left > 13) { y[to + 13 * params.q4] = acc13; }
  if (left > 14) { y[to + 14 * params.q4] = acc14; }
  if (left > 15) { y[to + 15 * params.q4] = acc15; }
}
