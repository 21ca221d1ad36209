// y[o, c, i] = by * sum of x[o, r, i] over the rows r = c, c + chunks, c + 2 chunks, ... (or their
// maximum, or minimum; NaN where there is one).

alias Element = f32;
alias Bits = u32;

// 0: sum, 1: maximum, 2: minimum
override OP: u32 = 0;

// Vectors of four where inner divides by four.
struct Params { outputs: u32, rows: u32, inner: u32, chunks: u32, by: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> y: array<Element>;

fn combine(u: Element, v: Element) -> Element {
  if (OP == 0) {
    return u + v;
  }
  // Exponent bits tell NaN; comparisons do not on every adapter.
  let none = (bitcast<Bits>(u) & Bits(0x7fffffff)) <= Bits(0x7f800000);
  let nan = (bitcast<Bits>(v) & Bits(0x7fffffff)) > Bits(0x7f800000);
  if (OP == 1) {
    return select(u, v, ((v > u) & none) | nan);
  }
  return select(u, v, ((v < u) & none) | nan);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let p = (wid.y * groups.x + wid.x) * 64 + lane;
  if (p >= params.outputs) {
    return;
  }
  let i = p % params.inner;
  let c = (p / params.inner) % params.chunks;
  let o = p / params.inner / params.chunks;
  // Chunks interleave, so that neighbouring invocations load neighbours even when inner is 1.
  let step = params.chunks * params.inner;
  let base = o * params.rows * params.inner + i;
  let end = base + params.rows * params.inner;
  var at = base + c * params.inner;
  var t0 = Element();
  if (OP > 0) {
    t0 = x[at];
  }
  var t1 = t0;
  var t2 = t0;
  var t3 = t0;
  for (; at + 3 * step < end; at += 4 * step) {
    t0 = combine(t0, x[at]);
    t1 = combine(t1, x[at + step]);
    t2 = combine(t2, x[at + 2 * step]);
    t3 = combine(t3, x[at + 3 * step]);
  }
  for (; at < end; at += step) {
    t0 = combine(t0, x[at]);
  }
  y[p] = params.by * combine(combine(t0, t1), combine(t2, t3));
}
