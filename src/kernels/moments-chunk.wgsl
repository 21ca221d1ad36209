// Mean and sum of squared deviations of x[r, c] over the rows r = k, k + chunks, ... for chunk k and channel c.
struct Params { rows: u32, channels: u32, chunks: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
// [2, chunks, channels]: means, then sums of squared deviations.
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let p = (wid.y * groups.x + wid.x) * 64 + lane;
  let step = params.chunks * params.channels;
  if (p >= step) {
    return;
  }
  let end = params.rows * params.channels;
  var at = p;
  var n = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  // Deviations are taken from the mean of 8 values and merged (Chan, Golub, LeVeque 1979):
  // sums of squares would lose a variance far smaller than the mean.
  for (; at + 7 * step < end; at += 8 * step) {
    let u = vec4f(x[at], x[at + step], x[at + 2 * step], x[at + 3 * step]);
    let v = vec4f(x[at + 4 * step], x[at + 5 * step], x[at + 6 * step], x[at + 7 * step]);
    let mean8 = dot(u + v, vec4f(0.125));
    let du = u - mean8;
    let dv = v - mean8;
    let delta = mean8 - mean;
    let weight = 8 / (n + 8);
    mean += delta * weight;
    squares += dot(du, du) + dot(dv, dv) + delta * delta * (n * weight);
    n += 8;
  }
  for (; at < end; at += step) {
    n += 1;
    let delta = x[at] - mean;
    mean += delta / n;
    squares += delta * (x[at] - mean);
  }
  partial[p] = mean;
  partial[step + p] = squares;
}
