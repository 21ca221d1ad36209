// y[n, oy, ox, c] = x at the centre of the output pixel: oy maps to (oy + 1/2) * H / OH - 1/2, ox likewise.
// LINEAR: the four pixels around it, weighted; otherwise the nearest one.
alias Element = f32;

struct Params {
  n: u32, // elements of y
  c: u32,
  // [height, width] each.
  xSize: vec2u,
  ySize: vec2u,
}

override LINEAR: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.y * groups.x + wid.x) * 64 + lane;
  if (i >= params.n) {
    return;
  }
  let pixel = i / params.c;
  let c = i - pixel * params.c;
  let row = pixel / params.ySize.y;
  let n = row / params.ySize.x;
  // Positions in units of 1 / (2 * ySize), so that they are exact integers.
  let unit = 2 * params.ySize;
  let centre = (2 * vec2u(row - n * params.ySize.x, pixel - row * params.ySize.y) + 1) * params.xSize;
  let first = n * params.xSize.x;
  let line = params.xSize.y;
  if (!LINEAR) {
    let at = centre / unit;
    y[i] = x[((first + at.x) * line + at.y) * params.c + c];
    return;
  }
  let position = max(centre, params.ySize) - params.ySize;
  let low = position / unit;
  let high = min(low + 1, params.xSize - 1);
  let t = vec2f(position - low * unit) / vec2f(unit);
  let top = (first + low.x) * line;
  let bottom = (first + high.x) * line;
  let upper = (1 - t.y) * x[(top + low.y) * params.c + c] + t.y * x[(top + high.y) * params.c + c];
  let lower = (1 - t.y) * x[(bottom + low.y) * params.c + c] + t.y * x[(bottom + high.y) * params.c + c];
  y[i] = (1 - t.x) * upper + t.x * lower;
}
