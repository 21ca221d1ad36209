"""Elementwise ops, broadcasting and activations, with NaN and infinities."""

import itertools

import torch
import torch.nn.functional as F

from record import Draw, record

BINARY = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
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
        yield record(op, lambda a, b: function(a, b), inputs)
    for op, function in BINARY.items():
        pairs = list(itertools.product(SPECIAL.tolist(), repeat=2))
        # 0/0 and so on: the sign of a NaN is not looked at, that of a zero neither.
        a, b = (torch.tensor(column) for column in zip(*pairs))
        yield record(
            op, lambda a, b: function(a, b), {"a": a, "b": b}, wrt=[], name="special"
        )


def unary():
    functions = {
        "relu": [({}, torch.relu)],
        "leakyRelu": [
            ({"slope": s}, lambda x, s=s: F.leaky_relu(x, s)) for s in (0, 0.01, 0.3, 1)
        ],
        "scale": [({"by": by}, lambda x, by=by: by * x) for by in (-2.5, 0, 3)],
    }
    for op, forms in functions.items():
        for attrs, function in forms:
            for shape in [(), (6,), (3, 8), (2, 3, 5, 4)]:
                draw = Draw(f"{op} {attrs} {shape}")
                x = draw.away_from_zero(*shape)
                yield record(op, lambda x: function(x), {"x": x}, attrs)
            yield record(
                op, lambda x: function(x), {"x": SPECIAL}, attrs, wrt=[], name="special"
            )
            zero = torch.zeros(4)
            if op != "leakyRelu" or attrs["slope"] == 0.3:
                yield record(op, lambda x: function(x), {"x": zero}, attrs, name="at 0")


def cases():
    yield from binary()
    yield from unary()
