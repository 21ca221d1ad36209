// m[k, t, q] = sum over r of v[k, t, r] * u[k, r, q]: the 36 matrix products of Winograd's
// F(4x4, 3x3). Register tile: 8 tiles x 8 result channels. Channels are multiples of 4.
struct Params {
  tiles: u32,
  r4: u32, // reduced channels / 4
  q4: u32, // result channels / 4
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(2) var<storage, read> u: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> m: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  let across = (params.tiles + 7) / 8;
  let down = (params.q4 + 1) / 2;
  let k = id / (across * down);
  if (k >= 36) {
    return;
  }
  // Tiles past the last repeat it, and are not stored.
  let last = params.tiles - 1;
  let t = id % across * 8;
  let q = id / across % down * 2;
  let q_hi = min(q + 1, params.q4 - 1);
  let plane = k * params.tiles;
  let a0 = (plane + t) * params.r4;
  let a1 = (plane + min(t + 1, last)) * params.r4;
  let a2 = (plane + min(t + 2, last)) * params.r4;
  let a3 = (plane + min(t + 3, last)) * params.r4;
  let a4 = (plane + min(t + 4, last)) * params.r4;
  let a5 = (plane + min(t + 5, last)) * params.r4;
  let a6 = (plane + min(t + 6, last)) * params.r4;
  let a7 = (plane + min(t + 7, last)) * params.r4;
  var row = k * params.r4 * 4 * params.q4;

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
  for (var r = 0u; r < params.r4; r++) {
    let u_lo = mat4x4f(
      u[row + q],
      u[row + params.q4 + q],
      u[row + 2 * params.q4 + q],
      u[row + 3 * params.q4 + q],
    );
    let u_hi = mat4x4f(
      u[row + q_hi],
      u[row + params.q4 + q_hi],
      u[row + 2 * params.q4 + q_hi],
      u[row + 3 * params.q4 + q_hi],
    );
    row += 4 * params.q4;
    let v0 = v[a0 + r];
    lo0 += u_lo * v0;
    hi0 += u_hi * v0;
    let v1 = v[a1 + r];
    lo1 += u_lo * v1;
    hi1 += u_hi * v1;
    let v2 = v[a2 + r];
    lo2 += u_lo * v2;
    hi2 += u_hi * v2;
    let v3 = v[a3 + r];
    lo3 += u_lo * v3;
    hi3 += u_hi * v3;
    let v4 = v[a4 + r];
    lo4 += u_lo * v4;
    hi4 += u_hi * v4;
    let v5 = v[a5 + r];
    lo5 += u_lo * v5;
    hi5 += u_hi * v5;
    let v6 = v[a6 + r];
    lo6 += u_lo * v6;
    hi6 += u_hi * v6;
    let v7 = v[a7 + r];
    lo7 += u_lo * v7;
    hi7 += u_hi * v7;
  }

  store(plane, t, q, lo0, hi0);
  store(plane, t + 1, q, lo1, hi1);
  store(plane, t + 2, q, lo2, hi2);
  store(plane, t + 3, q, lo3, hi3);
  store(plane, t + 4, q, lo4, hi4);
  store(plane, t + 5, q, lo5, hi5);
  store(plane, t + 6, q, lo6, hi6);
  store(plane, t + 7, q, lo7, hi7);
}

fn store(plane: u32, t: u32, q: u32, lo: vec4f, hi: vec4f) {
  if (t >= params.tiles) {
    return;
  }
  let at = (plane + t) * params.q4 + q;
  m[at] = lo;
  if (q + 1 < params.q4) {
    m[at + 1] = hi;
  }
}
