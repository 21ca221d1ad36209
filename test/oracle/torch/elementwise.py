"""Elementwise ops with broadcasting, activations with their kinks, NaN and infinities; matrix products."""

import itertools

import torch
import torch.nn.functional as F

from record import Draw, record

BINARY = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "minimum": torch.minimum,
    "maximum": torch.maximum,
}

COMPARISONS = {
    "equal": torch.eq,
    "notEqual": torch.ne,
    "less": torch.lt,
    "lessEqual": torch.le,
    "greater": torch.gt,
    "greaterEqual": torch.ge,
}

SHAPES = [
    ((), ()),
    ((7,), (7,)),
    ((2, 3), (3,)),
    ((5, 1), (1, 4)),
    ((3,), ()),
    ((2, 4, 3, 8), (8,)),
    ((2, 3, 5), (2, 1, 5)),
    ((1, 3), (2, 4, 3)),
    ((2, 1, 3, 1), (5, 1, 4)),
]

SPECIAL = torch.tensor(
    [float("nan"), float("inf"), -float("inf"), 0.0, 1.0, -1.5, 3e4, -3e4]
)


def binary():
    for (op, function), (a, b) in itertools.product(BINARY.items(), SHAPES):
        draw = Draw(f"{op} {a} {b}")
        inputs = {"a": draw.away_from_zero(*a), "b": draw.away_from_zero(*b)}
        # Ties of minimum and maximum have no second derivative to compare.
        second = op in ("mul", "div") and len(b) < 2
        yield record(op, lambda a, b: function(a, b), inputs, second=second)
    for (a, b) in SHAPES:
        draw = Draw(f"pow {a} {b}")
        inputs = {"a": draw.eighths(*a, low=1, high=3), "b": draw.away_from_zero(*b)}
        yield record("pow", lambda a, b: a**b, inputs, second=len(b) < 2)
    pairs = list(itertools.product(SPECIAL.tolist(), repeat=2))
    a, b = (torch.tensor(column) for column in zip(*pairs))
    for op, function in {**BINARY, "pow": torch.pow}.items():
        yield record(
            op, lambda a, b: function(a, b), {"a": a, "b": b}, wrt=[], name="special"
        )
    for op, function in COMPARISONS.items():
        real = lambda a, b: function(a, b).to(torch.float64)
        yield record(op, real, {"a": a, "b": b}, wrt=[], name="special")
        draw = Draw(op)
        inputs = {"a": draw.integers(3, 4, limit=2), "b": draw.integers(4, limit=2)}
        yield record(op, real, inputs, wrt=[])
    for condition, a, b in [((6,), (6,), (6,)), ((2, 1, 3), (4, 1), (3,)), ((), (2, 4), (1, 4))]:
        draw = Draw(f"where {condition} {a} {b}")
        inputs = {
            "condition": (draw.integers(*condition) > 0).to(torch.float64),
            "a": draw.eighths(*a),
            "b": draw.eighths(*b),
        }
        choose = lambda condition, a, b: torch.where(condition != 0, a, b)
        yield record("where", choose, inputs, wrt=["a", "b"])


def real_line(draw, *shape):
    return draw.away_from_zero(*shape)


def positive(draw, *shape):
    return draw.eighths(*shape, low=1, high=4)


# Op: how its inputs are drawn, where its kinks are, and its forms.
UNARY = {
    "relu": (real_line, [0], [({}, torch.relu)]),
    "leakyRelu": (
        real_line,
        [0],
        [({"slope": s}, lambda x, s=s: F.leaky_relu(x, s)) for s in (0.01, 0.3, 1)],
    ),
    "scale": (
        real_line,
        [],
        [({"by": by}, lambda x, by=by: by * x) for by in (-2.5, 0)],
    ),
    "neg": (real_line, [], [({}, torch.neg)]),
    "rsqrt": (
        positive,
        [],
        [({"epsilon": e}, lambda x, e=e: torch.rsqrt(x + e)) for e in (0, 0.25)],
    ),
    "exp": (real_line, [], [({}, torch.exp)]),
    "log": (positive, [], [({}, torch.log)]),
    "sqrt": (positive, [], [({}, torch.sqrt)]),
    "abs": (real_line, [0], [({}, torch.abs)]),
    "sign": (real_line, [0], [({}, torch.sign)]),
    "erf": (real_line, [], [({}, torch.erf)]),
    "sigmoid": (real_line, [], [({}, torch.sigmoid)]),
    "tanh": (real_line, [], [({}, torch.tanh)]),
    "silu": (real_line, [], [({}, F.silu)]),
    "gelu": (
        real_line,
        [],
        [
            ({"approximate": form}, lambda x, form=form: F.gelu(x, approximate=form))
            for form in ("none", "tanh")
        ],
    ),
    "relu6": (lambda d, *s: 3 * real_line(d, *s), [0, 6], [({}, F.relu6)]),
    "clamp": (
        real_line,
        [-1, 1.5],
        [
            ({"min": -1, "max": 1.5}, lambda x: x.clamp(-1, 1.5)),
            ({"min": -1}, lambda x: x.clamp(min=-1)),
            ({"max": 1.5}, lambda x: x.clamp(max=1.5)),
        ],
    ),
    "elu": (
        real_line,
        [0],
        [({"alpha": a}, lambda x, a=a: F.elu(x, a)) for a in (1, 0.5)],
    ),
    # Off its kinks: at -3 and 3 PyTorch's gradient is 0 and 1 since 2025 (pull request 148049).
    "hardSwish": (lambda d, *s: 2 * real_line(d, *s) + 1 / 16, [], [({}, F.hardswish)]),
    "pow": (
        positive,
        [],
        [({"exponent": e}, lambda a, e=e: a**e) for e in (2, 3, -1, 0.5, 0)],
    ),
}

SMOOTH = ("rsqrt", "exp", "log", "sqrt", "erf", "sigmoid", "tanh", "silu", "gelu", "elu", "pow")


def unary():
    for op, (values, kinks, forms) in UNARY.items():
        key = "a" if op == "pow" else "x"
        for attrs, function in forms:
            call = lambda **inputs: function(*inputs.values())
            for shape in [(), (7,), (3, 2, 4)]:
                x = values(Draw(f"{op} {attrs} {shape}"), *shape)
                yield record(op, call, {key: x}, attrs, second=op in SMOOTH)
            # PyTorch's sign of NaN is 0 and its square root by pow of -inf NaN;
            # NumPy's NaN and IEEE 754's inf are followed instead.
            if op != "sign" and attrs.get("exponent") != 0.5:
                yield record(op, call, {key: SPECIAL}, attrs, wrt=[], name="special")
            if kinks:
                x = torch.tensor(kinks, dtype=torch.float64)
                yield record(op, call, {key: x}, attrs, name="kinks")


def products():
    for a, b in [
        ((3, 4), (4, 5)),
        ((8, 4), (4, 8)),
        ((2, 3, 5), (2, 5, 2)),
        ((2, 4, 4), (4, 4)),
        ((3, 2), (4, 2, 3)),
        ((2, 1, 3, 4), (3, 4, 2)),
    ]:
        for flags in itertools.product((False, True), repeat=2):
            draw = Draw(f"matmul {a} {b}")
            turned = [
                (*s[:-2], s[-1], s[-2]) if t else s for s, t in zip((a, b), flags)
            ]
            inputs = {"a": draw.integers(*turned[0]), "b": draw.integers(*turned[1])}

            def product(a, b):
                a, b = (t.mT if turn else t for t, turn in zip((a, b), flags))
                return a @ b

            attrs = {"transposeA": flags[0], "transposeB": flags[1]}
            yield record("matmul", product, inputs, attrs, second=True)


def cases():
    yield from binary()
    yield from unary()
    yield from products()
