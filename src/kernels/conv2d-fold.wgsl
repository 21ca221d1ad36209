// y[n, iy, ix, c] = sum over ky, kx of products[n, oy, ox, ky, kx, c]
//   where oy * stride.y = iy + pad.y - ky divides exactly and lies inside, ox likewise: what is left of
// an input gradient once every pixel of dy is multiplied with all weights.
// One invocation: a pixel's channels (or fours of them) in steps of `parts`.
alias Element = f32;

struct Params {
  y_size: vec2u, // of the result: width, height
  dy_size: vec2u,
  kernel: vec2u,
  stride: vec2u,
  pad: vec2u, // left, top
  pixels: u32, // batch * height * width
  c: u32, // elements of a pixel
  parts: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> products: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  let pixel = id / params.parts;
  if (pixel >= params.pixels) {
    return;
  }
  let row = pixel / params.y_size.x;
  let t = vec2u(pixel % params.y_size.x, row % params.y_size.y) + params.pad;
  // The first taps that apply, and their pixel of dy; further ones lie a stride further, and one pixel back.
  let first = t % params.stride;
  let at_first = t / params.stride;
  let line = row / params.y_size.y * params.dy_size.y;
  for (var c = id % params.parts; c < params.c; c += params.parts) {
    var sum = Element();
    var oy = at_first.y;
    // Below 0 they wrap around, which is not inside either.
    for (var ky = first.y; ky < params.kernel.y; ky += params.stride.y) {
      var ox = at_first.x;
      for (var kx = first.x; kx < params.kernel.x; kx += params.stride.x) {
        if (oy < params.dy_size.y && ox < params.dy_size.x) {
          let from_pixel = (line + oy) * params.dy_size.x + ox;
          sum += products[((from_pixel * params.kernel.y + ky) * params.kernel.x + kx) * params.c + c];
        }
        ox--;
      }
      oy--;
    }
    y[pixel * params.c + c] = sum;
  }
}
