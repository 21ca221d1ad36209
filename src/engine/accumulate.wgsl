// y = a + b, elementwise, or with b as one row that is repeated.
override REPEATED: bool = false;

alias Element = f32;

struct Params { n: u32, row: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<Element>;
@group(0) @binding(2) var<storage, read> b: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

fn of_row(i: u32) -> u32 {
  if (REPEATED) {
    return i % params.row;
  }
  return i;
}

fn put(i: u32) {
  y[i] = a[i] + b[of_row(i)];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  // Each invocation does 8 elements, a workgroup apart, so that neighbours load neighbours.
  let first = (wid.y * groups.x + wid.x) * 512 + lane;
  if (first + 448 < params.n) {
    // Straight-line code, without a test per element, takes half the time on software adapters.
    put(first);
    put(first + 64);
    put(first + 128);
    put(first + 192);
    put(first + 256);
    put(first + 320);
    put(first + 384);
    put(first + 448);
  } else {
    for (var i = first; i < params.n; i += 64) {
      put(i);
    }
  }
}
