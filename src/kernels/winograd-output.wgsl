// y = A^T m A + b, the output of Winograd's F(TILE x TILE, 3x3) (Lavin and Gray, 2016): the products of
// a tile, TILE + 2 high and wide, become its pixels. One invocation: one tile, one channel.
struct Params {
  y_size: vec2u, // width, height
  tiles: vec2u, // per image: across, down
  batch: u32,
  q: u32, // channels
}

override TILE: u32 = 4; // or 2
override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// A^T times a column of six; with tiles of 2, of the first four.
fn at_times(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32) -> array<f32, 4> {
  if (TILE == 2) {
    return array<f32, 4>(a + b + c, b - c - d, 0.0, 0.0);
  }
  let p = b + c;
  let q = b - c;
  let r = d + e;
  let s = d - e;
  return array<f32, 4>(a + p + r, q + 2.0 * s, p + 4.0 * r, q + 8.0 * s + f);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  let per_image = params.tiles.x * params.tiles.y;
  let n = params.batch * per_image * params.q;
  if (id >= n) {
    return;
  }
  let q = id % params.q;
  let tile = id / params.q;
  let image = tile / per_image;
  let oy = tile % per_image / params.tiles.x * TILE;
  let ox = tile % params.tiles.x * TILE;
  let c0 = column(id, n);
  let c1 = column(id + n, n);
  let c2 = column(id + 2 * n, n);
  let c3 = column(id + 3 * n, n);
  var c4: array<f32, 4>;
  var c5: array<f32, 4>;
  if (TILE == 4) {
    c4 = column(id + 4 * n, n);
    c5 = column(id + 5 * n, n);
  }
  var bias = 0.0;
  if (HAS_BIAS) {
    bias = b[q];
  }
  for (var i = 0u; i < TILE && oy + i < params.y_size.y; i++) {
    let row = at_times(c0[i], c1[i], c2[i], c3[i], c4[i], c5[i]);
    let at = ((image * params.y_size.y + oy + i) * params.y_size.x + ox) * params.q + q;
    y[at] = row[0] + bias;
    if (ox + 1 < params.y_size.x) {
      y[at + params.q] = row[1] + bias;
    }
    if (TILE == 4 && ox + 2 < params.y_size.x) {
      y[at + 2 * params.q] = row[2] + bias;
    }
    if (TILE == 4 && ox + 3 < params.y_size.x) {
      y[at + 3 * params.q] = row[3] + bias;
    }
  }
}

fn column(first: u32, n: u32) -> array<f32, 4> {
  let row = (TILE + 2) * n;
  var e = 0.0;
  var f = 0.0;
  if (TILE == 4) {
    e = m[first + 4 * row];
    f = m[first + 5 * row];
  }
  return at_times(m[first], m[first + row], m[first + 2 * row], m[first + 3 * row], e, f);
}
