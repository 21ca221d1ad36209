// y[ky, kx, c, o] = G^T (sum over chunks s of partial[s, ., c, o]) G: back from Winograd's domain to
// the 3x3 weight gradient. One invocation: one pair of channels.
struct Params {
  n: u32, // input channels * output channels
  chunks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// G^T times a column of six.
fn gt_times(a: f32, b: f32, c: f32, d: f32, e: f32, f: f32) -> array<f32, 3> {
  let p = (b + c) * (1.0 / 6.0);
  let r = d + e;
  return array<f32, 3>(
    a * 0.25 - p + r * (1.0 / 24.0),
    (c - b) * (1.0 / 6.0) + (d - e) * (1.0 / 12.0),
    r * (1.0 / 6.0) - p + f,
  );
}

fn total(k: u32, id: u32) -> f32 {
  var sum = 0.0;
  for (var s = 0u; s < params.chunks; s++) {
    sum += partial[(s * 36 + k) * params.n + id];
  }
  return sum;
}

fn column(j: u32, id: u32) -> array<f32, 3> {
  return gt_times(
    total(j, id),
    total(j + 6, id),
    total(j + 12, id),
    total(j + 18, id),
    total(j + 24, id),
    total(j + 30, id),
  );
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
  let c0 = column(0, id);
  let c1 = column(1, id);
  let c2 = column(2, id);
  let c3 = column(3, id);
  let c4 = column(4, id);
  let c5 = column(5, id);
  for (var i = 0u; i < 3; i++) {
    let row = gt_times(c0[i], c1[i], c2[i], c3[i], c4[i], c5[i]);
    y[i * 3 * params.n + id] = row[0];
    y[(i * 3 + 1) * params.n + id] = row[1];
    y[(i * 3 + 2) * params.n + id] = row[2];
  }
}
