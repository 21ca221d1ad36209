// y = A^T m A + b, the output of Winograd's F(2x2, 3x3) (Lavin and Gray, 2016): 4x4 products of a
// tile become 2x2 pixels. One invocation: one tile, one channel.
struct Params {
  y_size: vec2u, // width, height
  tiles: vec2u, // per image: across, down
  batch: u32,
  q: u32, // channels
}

override HAS_BIAS: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

// A^T times a column of four.
fn at_times(a: f32, b: f32, c: f32, d: f32) -> vec2f {
  return vec2f(a + b + c, b - c - d);
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
  let oy = tile % per_image / params.tiles.x * 2;
  let ox = tile % params.tiles.x * 2;
  let c0 = column(id, n);
  let c1 = column(id + n, n);
  let c2 = column(id + 2 * n, n);
  let c3 = column(id + 3 * n, n);
  var bias = 0.0;
  if (HAS_BIAS) {
    bias = b[q];
  }
  for (var i = 0u; i < 2 && oy + i < params.y_size.y; i++) {
    let row = at_times(c0[i], c1[i], c2[i], c3[i]);
    let at = ((image * params.y_size.y + oy + i) * params.y_size.x + ox) * params.q + q;
    y[at] = row.x + bias;
    if (ox + 1 < params.y_size.x) {
      y[at + params.q] = row.y + bias;
    }
  }
}

fn column(first: u32, n: u32) -> vec2f {
  return at_times(m[first], m[first + 4 * n], m[first + 8 * n], m[first + 12 * n]);
}
