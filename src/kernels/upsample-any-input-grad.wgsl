// y[n, iy, ix, c] = sum of dy over the pixels that upsample-any made from (iy, ix), times its weight in them.
// Gathered, so that equal input gives equal output bit for bit.
alias Element = f32;

struct Params {
  n: u32, // elements of y
  c: u32,
  // [height, width] each; ySize is that of the result.
  ySize: vec2u,
  dySize: vec2u,
}

override LINEAR: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

// The first output pixel whose centre is at `position` or after it, in units of 1 / (2 * outputs) input pixels.
fn firstFrom(position: u32, inputs: u32, outputs: u32) -> u32 {
  return min((position + inputs - 1) / (2 * inputs), outputs);
}

// Output pixels from x to before y take part of input pixel i.
fn takers(i: u32, inputs: u32, outputs: u32) -> vec2u {
  let unit = 2 * outputs;
  if (!LINEAR) {
    return vec2u(firstFrom(i * unit, inputs, outputs), firstFrom((i + 1) * unit, inputs, outputs));
  }
  // Between the centres of the neighbours; past the border the first and the last pixel are repeated.
  let low = select(firstFrom(i * unit - outputs, inputs, outputs), 0, i <= 1);
  let high = select(firstFrom((i + 1) * unit + outputs, inputs, outputs), outputs, i == inputs - 1);
  return vec2u(low, high);
}

// The weight of input pixel i in output pixel o, which is one of its takers.
fn weight(i: u32, o: u32, inputs: u32, outputs: u32) -> f32 {
  let unit = 2 * outputs;
  let position = max((2 * o + 1) * inputs, outputs) - outputs;
  let own = i * unit;
  if (!LINEAR || (i == inputs - 1 && position > own)) {
    return 1;
  }
  return 1 - f32(max(position, own) - min(position, own)) / f32(unit);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.y * groups.x + wid.x) * 64 + lane;
  if (id >= params.n) {
    return;
  }
  let pixel = id / params.c;
  let c = id - pixel * params.c;
  let row = pixel / params.ySize.y;
  let n = row / params.ySize.x;
  let own = vec2u(row - n * params.ySize.x, pixel - row * params.ySize.y);
  let rows = takers(own.x, params.ySize.x, params.dySize.x);
  let columns = takers(own.y, params.ySize.y, params.dySize.y);
  var total = Element();
  for (var h = rows.x; h < rows.y; h++) {
    var sum = Element();
    for (var w = columns.x; w < columns.y; w++) {
      sum += weight(own.y, w, params.ySize.y, params.dySize.y) * dy[((n * params.dySize.x + h) * params.dySize.y + w) * params.c + c];
    }
    total += weight(own.x, h, params.ySize.x, params.dySize.x) * sum;
  }
  y[id] = total;
}
