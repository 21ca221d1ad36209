// v[i, j, t, c] = B^T d B, the input of Winograd's F(TILE x TILE, 3x3) (Lavin and Gray, 2016): d is
// the patch of x, TILE + 2 pixels high and wide, under tile t of outputs, 0 outside x. One invocation:
// one tile, one channel, so that neighbours load neighbouring channels and the values stay in registers.
struct Params {
  x_size: vec2u, // width, height
  tiles: vec2u, // per image: across, down
  pad: vec2i, // left, top
  batch: u32,
  c: u32, // channels
}

override TILE: u32 = 4; // or 2

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;

// B^T times a column of six; with tiles of 2, of the first four.
fn bt_times(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32) -> array<f32, 6> {
  if (TILE == 2) {
    return array<f32, 6>(a - c, b + c, c - b, b - d, 0.0, 0.0);
  }
  let p = e - 4.0 * c;
  let q = d - 4.0 * b;
  let r = e - c;
  let s = 2.0 * (d - b);
  return array<f32, 6>(4.0 * a - 5.0 * c + e, p + q, p - q, r + s, r - s, 4.0 * b - 5.0 * d + f);
}

fn pixel(image: i32, iy: i32, ix: i32, c: u32) -> f32 {
  let size = vec2i(params.x_size);
  let inside = iy >= 0 && iy < size.y && ix >= 0 && ix < size.x;
  let at = select(0, (image * size.y + iy) * size.x + ix, inside);
  return select(0.0, x[u32(at) * params.c + c], inside);
}

fn column(image: i32, iy: i32, ix: i32, c: u32) -> array<f32, 6> {
  var e = 0.0;
  var f = 0.0;
  if (TILE == 4) {
    e = pixel(image, iy + 4, ix, c);
    f = pixel(image, iy + 5, ix, c);
  }
  return bt_times(
    pixel(image, iy, ix, c),
    pixel(image, iy + 1, ix, c),
    pixel(image, iy + 2, ix, c),
    pixel(image, iy + 3, ix, c),
    e,
    f,
  );
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  let per_image = params.tiles.x * params.tiles.y;
  let n = params.batch * per_image * params.c;
  if (id >= n) {
    return;
  }
  let c = id % params.c;
  let tile = id / params.c;
  let image = i32(tile / per_image);
  let iy = i32(tile % per_image / params.tiles.x * TILE) - params.pad.y;
  let ix = i32(tile % params.tiles.x * TILE) - params.pad.x;
  let c0 = column(image, iy, ix, c);
  let c1 = column(image, iy, ix + 1, c);
  let c2 = column(image, iy, ix + 2, c);
  let c3 = column(image, iy, ix + 3, c);
  var c4: array<f32, 6>;
  var c5: array<f32, 6>;
  if (TILE == 4) {
    c4 = column(image, iy, ix + 4, c);
    c5 = column(image, iy, ix + 5, c);
  }
  for (var i = 0u; i < TILE + 2; i++) {
    let row = bt_times(c0[i], c1[i], c2[i], c3[i], c4[i], c5[i]);
    let at = i * (TILE + 2) * n + id;
    v[at] = row[0];
    v[at + n] = row[1];
    v[at + 2 * n] = row[2];
    v[at + 3 * n] = row[3];
    if (TILE == 4) {
      v[at + 4 * n] = row[4];
      v[at + 5 * n] = row[5];
    }
  }
}
