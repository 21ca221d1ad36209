// y[s, k, i, q] = b[q] + sum over the r of chunk s of a[k, i, r] * w[k, r, q]: what matmul-quad computes,
// with the same layout of `a` by steps, for real GPUs. Columns in fours.
//
// A workgroup computes 64 rows x 64 columns from pieces of 16 r that it keeps in workgroup memory, an
// invocation 8 rows x 8 columns of them: rows 4 ty to 4 ty + 3 and 32 further, columns likewise by tx.
struct Params {
  planes: u32,
  rows: u32,
  inner: u32,
  q4: u32, // columns / 4
  chunk: u32, // r per chunk
  a_plane: u32, // elements of a from one plane to the next
  a_row: u32, // and from one row to the next
  a_inner: u32, // and from one r to the next
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

// [r][rows / 4] and [r][columns / 4].
var<workgroup> a_piece: array<vec4f, 256>;
var<workgroup> w_piece: array<vec4f, 256>;

// Four rows of a at one r; 0 past the chunk's end. (Rows past the last are not stored.)
fn load_a(at: u32, inside: bool) -> vec4f {
  let step = params.a_row;
  return select(vec4f(), vec4f(a[at], a[at + step], a[at + 2 * step], a[at + 3 * step]), inside);
}

fn store(slab: u32, i: u32, q: u32, lo: vec4f, hi: vec4f) {
  if (i >= params.rows) {
    return;
  }
  let at = (slab * params.rows + i) * params.q4 + q;
  if (q < params.q4) { y[at] = lo; }
  if (q + 8 < params.q4) { y[at + 8] = hi; }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let across = (params.q4 + 15) / 16;
  let down = (params.rows + 63) / 64;
  let id = wid.y * groups.x + wid.x;
  let slab = id / (across * down);
  let begin = slab / params.planes * params.chunk;
  if (begin >= params.inner) {
    return;
  }
  let k = slab % params.planes;
  let end = min(begin + params.chunk, params.inner);
  let i0 = id / across % down * 64;
  let q0 = id % across * 16;
  let tx = local % 8;
  let ty = local / 8;
  // Neighbours load neighbouring elements, whether r or rows are contiguous.
  let by_row = params.a_inner == 1;
  let r_a = select(local / 16, local % 16, by_row);
  let i_a = select(local % 16, local / 16, by_row);
  let r_step = select(4u, 0u, by_row);
  let i_step = select(0u, 4u, by_row);

  var lo0 = vec4f();
  var hi0 = vec4f();
  if (HAS_BIAS) {
    lo0 = b[min(q0 + tx, params.q4 - 1)];
    hi0 = b[min(q0 + tx + 8, params.q4 - 1)];
  }
  var lo1 = lo0;
  var lo2 = lo0;
  var lo3 = lo0;
  var lo4 = lo0;
  var lo5 = lo0;
  var lo6 = lo0;
  var lo7 = lo0;
  var hi1 = hi0;
  var hi2 = hi0;
  var hi3 = hi0;
  var hi4 = hi0;
  var hi5 = hi0;
  var hi6 = hi0;
  var hi7 = hi0;
  for (var n = begin; n < end; n += 16) {
    for (var l = 0u; l < 4; l++) {
      let r = r_a + l * r_step;
      let i4 = i_a + l * i_step;
      let from_a = k * params.a_plane + (i0 + 4 * i4) * params.a_row + (n + r) * params.a_inner;
      a_piece[r * 16 + i4] = load_a(from_a, n + r < end);
      let r_w = local / 16 + 4 * l;
      let row = k * params.inner + min(n + r_w, end - 1);
      w_piece[r_w * 16 + local % 16] = w[row * params.q4 + min(q0 + local % 16, params.q4 - 1)];
    }
    workgroupBarrier();
    for (var r = 0u; r < 16; r++) {
      let u_lo = w_piece[r * 16 + tx];
      let u_hi = w_piece[r * 16 + tx + 8];
      let v = a_piece[r * 16 + ty];
      lo0 += v.x * u_lo;
      hi0 += v.x * u_hi;
      lo1 += v.y * u_lo;
      hi1 += v.y * u_hi;
      lo2 += v.z * u_lo;
      hi2 += v.z * u_hi;
      lo3 += v.w * u_lo;
      hi3 += v.w * u_hi;
      let z = a_piece[r * 16 + ty + 8];
      lo4 += z.x * u_lo;
      hi4 += z.x * u_hi;
      lo5 += z.y * u_lo;
      hi5 += z.y * u_hi;
      lo6 += z.z * u_lo;
      hi6 += z.z * u_hi;
      lo7 += z.w * u_lo;
      hi7 += z.w * u_hi;
    }
    workgroupBarrier();
  }

  let i = i0 + 4 * ty;
  let q = q0 + tx;
  store(slab, i, q, lo0, hi0);
  store(slab, i + 1, q, lo1, hi1);
  store(slab, i + 2, q, lo2, hi2);
  store(slab, i + 3, q, lo3, hi3);
  store(slab, i + 32, q, lo4, hi4);
  store(slab, i + 33, q, lo5, hi5);
  store(slab, i + 34, q, lo6, hi6);
  store(slab, i + 35, q, lo7, hi7);
}
