// u[i, j, r, q] = G g G^T, the filter of Winograd's F(4x4, 3x3) (Lavin and Gray, 2016), where
// g[ky, kx] = w[ky, kx, r, q]; with FLIP g[ky, kx] = w[2 - ky, 2 - kx, q, r], whose convolution is
// the input gradient. One invocation: one reduced channel r, 4 result channels q.
struct Params {
  reduced: u32, // channels r
  results4: u32, // channels q / 4
}

override FLIP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> u: array<vec4f>;

fn tap(i: u32, r: u32, q: u32) -> vec4f {
  let results = params.results4 * 4;
  if (FLIP) {
    let at = ((8 - i) * results + q) * params.reduced + r;
    let n = params.reduced;
    return vec4f(w[at], w[at + n], w[at + 2 * n], w[at + 3 * n]);
  }
  let at = (i * params.reduced + r) * results + q;
  return vec4f(w[at], w[at + 1], w[at + 2], w[at + 3]);
}

// G times a column of three.
fn g_times(a: vec4f, b: vec4f, c: vec4f) -> array<vec4f, 6> {
  let even = a + c;
  let wide = a * (1.0 / 24.0) + c * (1.0 / 6.0);
  return array<vec4f, 6>(
    a * 0.25,
    (even + b) * (-1.0 / 6.0),
    (even - b) * (-1.0 / 6.0),
    wide + b * (1.0 / 12.0),
    wide - b * (1.0 / 12.0),
    c,
  );
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  let n = params.reduced * params.results4;
  if (id >= n) {
    return;
  }
  let r = id / params.results4;
  let q = id % params.results4 * 4;
  let c0 = g_times(tap(0, r, q), tap(3, r, q), tap(6, r, q));
  let c1 = g_times(tap(1, r, q), tap(4, r, q), tap(7, r, q));
  let c2 = g_times(tap(2, r, q), tap(5, r, q), tap(8, r, q));
  for (var i = 0u; i < 6; i++) {
    let row = g_times(c0[i], c1[i], c2[i]);
    let at = i * 6 * n + id;
    u[at] = row[0];
    u[at + n] = row[1];
    u[at + 2 * n] = row[2];
    u[at + 3 * n] = row[3];
    u[at + 4 * n] = row[4];
    u[at + 5 * n] = row[5];
  }
}
