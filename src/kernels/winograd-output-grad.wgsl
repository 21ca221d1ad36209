// q[i, j, t, o] = A d A^T: the adjoint of Winograd's output transform. d is the 4x4 patch of dy that
// tile t produced, 0 outside dy. One invocation: one tile, one channel.
struct Params {
  dy_size: vec2u, // width, height
  tiles: vec2u, // per image: across, down
  batch: u32,
  o: u32, // channels
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> q: array<f32>;

// A times a column of four.
fn a_times(a: f32, b: f32, c: f32, d: f32) -> array<f32, 6> {
  let p = a + c;
  let q = b + d;
  let r = a + 4.0 * c;
  let s = 2.0 * b + 8.0 * d;
  return array<f32, 6>(a, p + q, p - q, r + s, r - s, d);
}

fn pixel(image: u32, oy: u32, ox: u32, o: u32) -> f32 {
  let inside = oy < params.dy_size.y && ox < params.dy_size.x;
  let at = select(0u, (image * params.dy_size.y + oy) * params.dy_size.x + ox, inside);
  return select(0.0, dy[at * params.o + o], inside);
}

fn column(image: u32, oy: u32, ox: u32, o: u32) -> array<f32, 6> {
  return a_times(
    pixel(image, oy, ox, o),
    pixel(image, oy + 1, ox, o),
    pixel(image, oy + 2, ox, o),
    pixel(image, oy + 3, ox, o),
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
  let n = params.batch * per_image * params.o;
  if (id >= n) {
    return;
  }
  let o = id % params.o;
  let tile = id / params.o;
  let image = tile / per_image;
  let oy = tile % per_image / params.tiles.x * 4;
  let ox = tile % params.tiles.x * 4;
  let c0 = column(image, oy, ox, o);
  let c1 = column(image, oy, ox + 1, o);
  let c2 = column(image, oy, ox + 2, o);
  let c3 = column(image, oy, ox + 3, o);
  for (var i = 0u; i < 6; i++) {
    let row = a_times(c0[i], c1[i], c2[i], c3[i]);
    let at = i * 6 * n + id;
    q[at] = row[0];
    q[at + n] = row[1];
    q[at + 2 * n] = row[2];
    q[at + 3 * n] = row[3];
    q[at + 4 * n] = row[4];
    q[at + 5 * n] = row[5];
  }
}
