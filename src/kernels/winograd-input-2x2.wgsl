// v[i, j, t, c] = B^T d B, the input of Winograd's F(2x2, 3x3) (Lavin and Gray, 2016): d is the 4x4
// patch of x under tile t of 2x2 outputs, 0 outside x. One invocation: one tile, one channel.
struct Params {
  x_size: vec2u, // width, height
  tiles: vec2u, // per image: across, down
  pad: vec2i, // left, top
  batch: u32,
  c: u32, // channels
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;

// B^T times a column of four.
fn bt_times(a: f32, b: f32, c: f32, d: f32) -> array<f32, 4> {
  return array<f32, 4>(a - c, b + c, c - b, b - d);
}

fn pixel(image: i32, iy: i32, ix: i32, c: u32) -> f32 {
  let size = vec2i(params.x_size);
  let inside = iy >= 0 && iy < size.y && ix >= 0 && ix < size.x;
  let at = select(0, (image * size.y + iy) * size.x + ix, inside);
  return select(0.0, x[u32(at) * params.c + c], inside);
}

fn column(image: i32, iy: i32, ix: i32, c: u32) -> array<f32, 4> {
  return bt_times(
    pixel(image, iy, ix, c),
    pixel(image, iy + 1, ix, c),
    pixel(image, iy + 2, ix, c),
    pixel(image, iy + 3, ix, c),
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
  let iy = i32(tile % per_image / params.tiles.x * 2) - params.pad.y;
  let ix = i32(tile % params.tiles.x * 2) - params.pad.x;
  let c0 = column(image, iy, ix, c);
  let c1 = column(image, iy, ix + 1, c);
  let c2 = column(image, iy, ix + 2, c);
  let c3 = column(image, iy, ix + 3, c);
  for (var i = 0u; i < 4; i++) {
    let row = bt_times(c0[i], c1[i], c2[i], c3[i]);
    let at = i * 4 * n + id;
    v[at] = row[0];
    v[at + n] = row[1];
    v[at + 2 * n] = row[2];
    v[at + 3 * n] = row[3];
  }
}
