// y[i] = the sum of twelve chains of 8 * `rounds` dependent multiply-adds: arithmetic and nothing else,
// unrolled by eight so that the loop does not count.
struct Params { rounds: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = x[0];
  let c = x[1];
  var a0 = f32(id.x);
  var a1 = a0 + 1.0;
  var a2 = a0 + 2.0;
  var a3 = a0 + 3.0;
  var a4 = a0 + 4.0;
  var a5 = a0 + 5.0;
  var a6 = a0 + 6.0;
  var a7 = a0 + 7.0;
  var a8 = a0 + 8.0;
  var a9 = a0 + 9.0;
  var a10 = a0 + 10.0;
  var a11 = a0 + 11.0;
  for (var i = 0u; i < params.rounds; i++) {
    a0 = (((((((a0 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a1 = (((((((a1 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a2 = (((((((a2 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a3 = (((((((a3 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a4 = (((((((a4 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a5 = (((((((a5 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a6 = (((((((a6 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a7 = (((((((a7 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a8 = (((((((a8 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a9 = (((((((a9 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a10 = (((((((a10 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
    a11 = (((((((a11 * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c) * m + c;
  }
  y[id.x] = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11;
}
