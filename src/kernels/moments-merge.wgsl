// y[0, c], y[1, c] = mean and biased variance of channel c from its chunks, merged in order.
struct Params { rows: u32, channels: u32, chunks: u32 }

@group(0) @binding(0) var<uniform> params: Params;
// [2, chunks, channels]: means, then sums of squared deviations.
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = (wid.y * groups.x + wid.x) * 64 + lane;
  if (c >= params.channels) {
    return;
  }
  var n = 0.0;
  var mean = 0.0;
  var squares = 0.0;
  for (var k = 0u; k < params.chunks; k++) {
    let at = k * params.channels + c;
    // Rows k, k + chunks, ... below rows.
    let m = f32((params.rows - k - 1) / params.chunks + 1);
    let delta = partial[at] - mean;
    let weight = m / (n + m);
    mean += delta * weight;
    squares += partial[params.chunks * params.channels + at] + delta * delta * (n * weight);
    n += m;
  }
  y[c] = mean;
  y[params.channels + c] = squares / f32(params.rows);
}
