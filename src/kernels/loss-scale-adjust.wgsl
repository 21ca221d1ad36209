// scaling = [scale, steps since it changed]: halved where found is set, doubled after growAfter steps without.
struct Params { growAfter: f32, least: f32, most: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> scaling: array<f32>;
@group(0) @binding(2) var<storage, read> found: array<i32>;

@compute @workgroup_size(1)
fn main() {
  let scale = scaling[0];
  let steps = scaling[1] + 1;
  if (found[0] != 0) {
    scaling[0] = max(scale / 2, params.least);
    scaling[1] = 0;
  } else if (steps >= params.growAfter) {
    scaling[0] = min(scale * 2, params.most);
    scaling[1] = 0;
  } else {
    scaling[1] = steps;
  }
}
