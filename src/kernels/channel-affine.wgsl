// y[r, c] = (x[r, c] - center[c]) * scale[c] + shift[c]: batch normalization and the two gradients of its form.

// 0: normalize            (x - mean) / sqrt(variance + epsilon) * gamma + beta
// 1: normalizeInputGrad   x * gamma / sqrt(variance + epsilon), where x is dy
// 2: momentsInputGrad     (x - mean) * 2 dVariance / rows + dMean / rows
override KIND: u32;

alias Element = f32;

struct Params { n: u32, stride: u32, channels: u32, epsilon: f32, perRow: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
// [2, channels]: means, then variances.
@group(0) @binding(2) var<storage, read> moments: array<Element>;
@group(0) @binding(3) var<storage, read> gamma: array<Element>;
@group(0) @binding(4) var<storage, read> beta: array<Element>;
// [2, channels]: gradients of the means, then of the variances.
@group(0) @binding(5) var<storage, read> dMoments: array<Element>;
@group(0) @binding(6) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let first = (wid.y * groups.x + wid.x) * 64 + lane;
  if (first >= params.stride) {
    return;
  }
  // The stride is a multiple of the channels: an invocation stays in its channel.
  let c = first % params.channels;
  var center = Element();
  var scale = Element();
  var shift = Element();
  if (KIND == 2) {
    center = moments[c];
    scale = 2 * dMoments[params.channels + c] * params.perRow;
    shift = dMoments[c] * params.perRow;
  } else {
    scale = gamma[c] / sqrt(moments[params.channels + c] + params.epsilon);
    if (KIND == 0) {
      center = moments[c];
      shift = beta[c];
    }
  }
  let step = params.stride;
  if (first + 7 * step < params.n) {
    // Straight-line code, without a test per element, takes half the time on software adapters.
    y[first] = (x[first] - center) * scale + shift;
    y[first + step] = (x[first + step] - center) * scale + shift;
    y[first + 2 * step] = (x[first + 2 * step] - center) * scale + shift;
    y[first + 3 * step] = (x[first + 3 * step] - center) * scale + shift;
    y[first + 4 * step] = (x[first + 4 * step] - center) * scale + shift;
    y[first + 5 * step] = (x[first + 5 * step] - center) * scale + shift;
    y[first + 6 * step] = (x[first + 6 * step] - center) * scale + shift;
    y[first + 7 * step] = (x[first + 7 * step] - center) * scale + shift;
  } else {
    for (var i = first; i < params.n; i += step) {
      y[i] = (x[i] - center) * scale + shift;
    }
  }
}
