// u[i, j, r, q] = G g G^T, the filter of Winograd's F(TILE x TILE, 3x3) (Lavin and Gray, 2016), where
// g[ky, kx] = w[ky, kx, r, q]; with FLIP g[ky, kx] = w[2 - ky, 2 - kx, q, r], whose convolution is
// the input gradient. One invocation: one pair of channels.
struct Params {
  reduced: u32, // channels r
  results: u32, // channels q
}

override TILE: u32 = 4; // or 2
override FLIP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> u: array<f32>;

fn tap(i: u32, r: u32, q: u32) -> f32 {
  if (FLIP) {
    return w[((8 - i) * params.results + q) * params.reduced + r];
  }
  return w[(i * params.reduced + r) * params.results + q];
}

// G times a column of three; with tiles of 2, in the first four.
fn g_times(a: f32, b: f32, c: f32) -> array<f32, 6> {
  let even = a + c;
  if (TILE == 2) {
    return array<f32, 6>(a, (even + b) * 0.5, (even - b) * 0.5, c, 0.0, 0.0);
  }
  let wide = a * (1.0 / 24.0) + c * (1.0 / 6.0);
  return array<f32, 6>(
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
  let n = params.reduced * params.results;
  if (id >= n) {
    return;
  }
  let r = id / params.results;
  let q = id % params.results;
  let c0 = g_times(tap(0, r, q), tap(3, r, q), tap(6, r, q));
  let c1 = g_times(tap(1, r, q), tap(4, r, q), tap(7, r, q));
  let c2 = g_times(tap(2, r, q), tap(5, r, q), tap(8, r, q));
  for (var i = 0u; i < TILE + 2; i++) {
    let row = g_times(c0[i], c1[i], c2[i]);
    let at = i * (TILE + 2) * n + id;
    u[at] = row[0];
    u[at + n] = row[1];
    u[at + 2 * n] = row[2];
    u[at + 3 * n] = row[3];
    if (TILE == 4) {
      u[at + 4 * n] = row[4];
      u[at + 5 * n] = row[5];
    }
  }
}
