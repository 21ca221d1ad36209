// y = f(x) or y = dy * f'(x), elementwise; NaN in x stays NaN, but its power 0 is 1.

// 0: exp, 1: log, 2: sqrt, 3: abs, 4: sign, 5: erf, 6: power p; 7: sigmoid, 8: tanh, 9: elu (p = alpha),
// 10: gelu, 11: gelu by tanh, 12: silu, 13: hard swish, 14: clamp to p..q.
// 20 more: its derivative times dy, for 7 to 9 with the output of f as x; 33 takes the open range p..q.
override OP: u32;

alias Element = f32;
alias Bits = u32;

struct Params { n: u32, p: f32, q: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> dy: array<Element>;
@group(0) @binding(3) var<storage, read_write> y: array<Element>;

// |v| as bits: 0x7f800000 is infinity, above is NaN. Comparisons do not tell NaN on every adapter.
fn magnitude(v: Element) -> Bits {
  return bitcast<Bits>(v) & Bits(0x7fffffff);
}

const NAN = 0x7fc00000u;
const INFINITY = 0x7f800000u;

// Through a variable, because WGSL rejects constants that are not finite.
fn special(bits: u32) -> Element {
  let all = Bits(bits);
  return bitcast<Element>(all);
}

// Cephes' tanhf: a polynomial near 0, where the quotient would lose digits.
fn tanhOf(v: Element) -> Element {
  let z = v * v;
  let near = v + v * z * ((((z * -5.70498872745e-3 + 2.06390887954e-2) * z - 5.37397155531e-2) * z
    + 1.33314422036e-1) * z - 3.33332819422e-1);
  let m = abs(v);
  let far = 1.0 - 2.0 / (exp(2.0 * m) + 1.0);
  return select(select(far, -far, v < Element()), near, m < Element(0.625));
}

fn sigmoidOf(v: Element) -> Element {
  let e = exp(-abs(v));
  return select(Element(1), e, v < Element()) / (1.0 + e);
}

// erf(v) for |v| up to ERF_NEAR; with erfcOf, N. Juffa's single precision erff, absolute error below 1e-7.
const ERF_NEAR = 0.927734375;
fn erfNear(v: Element) -> Element {
  let z = v * v;
  return v + v * (((((z * -5.96761703e-4 + 4.99119423e-3) * z - 2.67681349e-2) * z
    + 1.12819925e-1) * z - 3.76125336e-1) * z + 1.28379166e-1);
}

// 1 - erf(m) for m from ERF_NEAR on.
fn erfcOf(m: Element) -> Element {
  return exp(((((((m * -1.72853470e-5 + 3.83197126e-4) * m - 3.88396438e-3) * m + 2.42546219e-2) * m
    - 1.06777877e-1) * m - 6.34846687e-1) * m - 1.28717512e-1) * m - m);
}

// The standard normal distribution function; the lower tail keeps its relative precision.
fn normalOf(v: Element) -> Element {
  let t = v * 0.7071067811865476;
  let tail = 0.5 * erfcOf(abs(t));
  return select(select(1.0 - tail, tail, v < Element()), 0.5 + 0.5 * erfNear(t), abs(t) < Element(ERF_NEAR));
}

// sqrt(2 / pi) (v + 0.044715 v^3)
fn geluInner(v: Element) -> Element {
  return v * (0.7978845608028654 + 0.035677408136300125 * v * v);
}

// v to the power p as IEEE 754 pow.
fn power(v: Element, p: f32) -> Element {
  if (p == 1) { return v; }
  if (p == 2) { return v * v; }
  let m = abs(v);
  // Adapters' log2 and exp2 are wrong at 0 and at infinity.
  let t = p * select(log2(m), -special(INFINITY), m == Element());
  let r = select(select(exp2(t), Element(), t < Element(-200)), special(INFINITY), t > Element(200));
  if (p != trunc(p)) {
    let infinite = magnitude(v) == Bits(0x7f800000);
    return select(r, special(NAN), (v < Element()) & !infinite);
  }
  if (p == 2 * floor(p / 2)) { return r; }
  // By the sign's bit: -0 counts.
  return select(r, -r, bitcast<Bits>(v) > magnitude(v));
}

fn apply(v: Element, d: Element) -> Element {
  let zero = Element();
  let one = Element(1);
  let p = Element(params.p);
  let q = Element(params.q);
  switch (OP) {
    case 0: { return exp(v); }
    case 1: { return select(select(log(v), -special(INFINITY), v == zero), special(NAN), v < zero); }
    case 2: { return select(sqrt(v), special(NAN), v < zero); }
    case 3: { return abs(v); }
    case 4: { return sign(v); }
    case 5: {
      let far = 1.0 - erfcOf(abs(v));
      return select(select(far, -far, v < zero), erfNear(v), abs(v) < Element(ERF_NEAR));
    }
    case 6: { return power(v, params.p); }
    case 7: { return sigmoidOf(v); }
    case 8: { return tanhOf(v); }
    case 9: {
      // exp(v) - 1 without cancellation.
      let t = tanhOf(0.5 * v);
      return select(p * (2.0 * t / (1.0 - t)), v, v > zero);
    }
    case 10: { return v * normalOf(v); }
    case 11: { return v * sigmoidOf(2.0 * geluInner(v)); }
    case 12: { return v * sigmoidOf(v); }
    case 13: { return v * clamp(v + 3.0, zero, Element(6)) / 6.0; }
    case 14: { return select(select(v, p, v < p), q, v > q); }
    case 27: { return d * (v * (1.0 - v)); }
    case 28: { return d * (1.0 - v * v); }
    case 29: { return select(d * (v + p), d, v > zero); }
    case 30: { return d * (normalOf(v) + v * (0.3989422804014327 * exp(-0.5 * v * v))); }
    case 31: {
      // Farther out nothing changes, and squares stay finite.
      let w = clamp(v, Element(-1000), Element(1000));
      let s = sigmoidOf(2.0 * geluInner(w));
      let slope = 1.5957691216057308 + 0.21406444881780076 * w * w;
      return d * (s + v * (s * sigmoidOf(-2.0 * geluInner(w)) * slope));
    }
    case 32: {
      let s = sigmoidOf(v);
      return d * (s * (1.0 + v * sigmoidOf(-v)));
    }
    case 33: { return select(d, zero, (v <= p) | (v >= q)); }
    case 34: { return select(d, zero, (v < p) | (v > q)); }
    default: { return select(select(d * (v / 3.0 + 0.5), d, v > Element(3)), zero, v < Element(-3)); }
  }
}

fn put(i: u32) {
  if (OP == 6 && params.p == 0) {
    y[i] = Element(1);
  } else {
    let v = x[i];
    y[i] = select(apply(v, dy[i]), v, magnitude(v) > Bits(0x7f800000));
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
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
