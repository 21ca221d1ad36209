// y[k, i, q] = b[q] + sum over r of a[k, i, r] * w[k, r, q]: matrix products, one per plane k.
// Register tile: 8 rows x 8 columns per invocation. Inner and column counts are multiples of 4.
struct Params {
  planes: u32,
  rows: u32,
  r4: u32, // inner extent / 4
  q4: u32, // columns / 4
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  let across = (params.rows + 7) / 8;
  let down = (params.q4 + 1) / 2;
  let k = id / (across * down);
  if (k >= params.planes) {
    return;
  }
  // Rows past the last repeat it, and are not stored.
  let last = params.rows - 1;
  let i = id % across * 8;
  let q = id / across % down * 2;
  let q_hi = min(q + 1, params.q4 - 1);
  let plane = k * params.rows;
  let at0 = (plane + i) * params.r4;
  let at1 = (plane + min(i + 1, last)) * params.r4;
  let at2 = (plane + min(i + 2, last)) * params.r4;
  let at3 = (plane + min(i + 3, last)) * params.r4;
  let at4 = (plane + min(i + 4, last)) * params.r4;
  let at5 = (plane + min(i + 5, last)) * params.r4;
  let at6 = (plane + min(i + 6, last)) * params.r4;
  let at7 = (plane + min(i + 7, last)) * params.r4;
  var row = k * params.r4 * 4 * params.q4;

  var lo0 = vec4f();
  var hi0 = vec4f();
  if (HAS_BIAS) {
    lo0 = b[q];
    hi0 = b[q_hi];
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
  for (var r = 0u; r < params.r4; r++) {
    let w_lo = mat4x4f(
      w[row + q],
      w[row + params.q4 + q],
      w[row + 2 * params.q4 + q],
      w[row + 3 * params.q4 + q],
    );
    let w_hi = mat4x4f(
      w[row + q_hi],
      w[row + params.q4 + q_hi],
      w[row + 2 * params.q4 + q_hi],
      w[row + 3 * params.q4 + q_hi],
    );
    row += 4 * params.q4;
    let a0 = a[at0 + r];
    lo0 += w_lo * a0;
    hi0 += w_hi * a0;
    let a1 = a[at1 + r];
    lo1 += w_lo * a1;
    hi1 += w_hi * a1;
    let a2 = a[at2 + r];
    lo2 += w_lo * a2;
    hi2 += w_hi * a2;
    let a3 = a[at3 + r];
    lo3 += w_lo * a3;
    hi3 += w_hi * a3;
    let a4 = a[at4 + r];
    lo4 += w_lo * a4;
    hi4 += w_hi * a4;
    let a5 = a[at5 + r];
    lo5 += w_lo * a5;
    hi5 += w_hi * a5;
    let a6 = a[at6 + r];
    lo6 += w_lo * a6;
    hi6 += w_hi * a6;
    let a7 = a[at7 + r];
    lo7 += w_lo * a7;
    hi7 += w_hi * a7;
  }

  store(plane, i, q, lo0, hi0);
  store(plane, i + 1, q, lo1, hi1);
  store(plane, i + 2, q, lo2, hi2);
  store(plane, i + 3, q, lo3, hi3);
  store(plane, i + 4, q, lo4, hi4);
  store(plane, i + 5, q, lo5, hi5);
  store(plane, i + 6, q, lo6, hi6);
  store(plane, i + 7, q, lo7, hi7);
}

fn store(plane: u32, i: u32, q: u32, lo: vec4f, hi: vec4f) {
  if (i >= params.rows) {
    return;
  }
  let at = (plane + i) * params.q4 + q;
  y[at] = lo;
  if (q + 1 < params.q4) {
    y[at + 1] = hi;
  }
}
