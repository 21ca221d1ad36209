"""One case of the oracle: an op's inputs, and what PyTorch in float64 says of it."""

import json
import math
import random

import torch

torch.set_default_dtype(torch.float64)


class Draw:
    """Inputs of one case. The same name always draws the same numbers, all exact in float32."""

    def __init__(self, name):
        self.random = random.Random(name)

    def tensor(self, shape, value):
        return torch.tensor([value() for _ in range(math.prod(shape))]).reshape(shape)

    def integers(self, *shape, limit=4):
        """Whole numbers but 0: short in the file, and sums of products stay exact."""
        return self.tensor(
            shape,
            lambda: float(self.random.choice((-1, 1)) * self.random.randint(1, limit)),
        )

    def eighths(self, *shape, low=-2, high=2):
        """Multiples of 1/8 in [low, high]."""
        return self.tensor(shape, lambda: self.random.randint(low * 8, high * 8) / 8)

    def away_from_zero(self, *shape):
        """Multiples of 1/8 without 0, where activations have a kink."""
        return self.tensor(
            shape, lambda: self.random.choice((-1, 1)) * self.random.randint(1, 24) / 8
        )

    def distinct(self, *shape):
        """Every value once, so that a maximum has no tie."""
        values = list(range(math.prod(shape)))
        self.random.shuffle(values)
        return torch.tensor([float(v) for v in values]).reshape(shape)

    def labels(self, classes, *shape, ignore=None):
        def label():
            ignored = ignore is not None and self.random.random() < 0.25
            return ignore if ignored else self.random.randrange(classes)

        count = math.prod(shape)
        return torch.tensor([label() for _ in range(count)]).reshape(shape)


def number(value):
    """Twelve digits; whole numbers without a point; what JSON cannot say as text."""
    if not math.isfinite(value):
        return str(value)
    short = float(f"{value:.12g}")
    return int(short) if short == int(short) else short


def numbers(tensor):
    return [number(v) for v in tensor.detach().reshape(-1).tolist()]


def array(tensor):
    dtype = "f32" if tensor.is_floating_point() else "i32"
    return {"shape": list(tensor.shape), dtype: numbers(tensor)}


def record(op, function, inputs, attrs=None, wrt=None, name=None, second=False):
    """
    The case of `y = function(**inputs)`, which `op(inputs, attrs)` must equal,
    and of the gradients of <y, dy> with respect to the inputs in `wrt`
    (default: all real ones). With `second` also the gradients of the sum of
    <gradient, direction> over them.
    """
    attrs = attrs or {}
    inputs = {k: v for k, v in inputs.items() if v is not None}
    if wrt is None:
        wrt = [k for k, v in inputs.items() if v.is_floating_point()]
    leaves = {
        k: v.clone().requires_grad_() if k in wrt else v for k, v in inputs.items()
    }
    y = function(**leaves)
    case = {"op": op}
    if name:
        case["name"] = name
    case.update(attrs=attrs, inputs={k: array(v) for k, v in inputs.items()})
    case["y"] = array(y)
    if wrt:
        dy = Draw(json.dumps([op, attrs, list(y.shape)])).integers(*y.shape, limit=3)
        variables = [leaves[k] for k in wrt]
        grads = torch.autograd.grad(y, variables, dy, create_graph=second)
        case["dy"] = numbers(dy)
        case["grads"] = {k: numbers(g) for k, g in zip(wrt, grads)}
    if second:
        draw = Draw("directions")
        directions = [draw.integers(*v.shape, limit=3) for v in variables]
        slope = sum((g * d).sum() for g, d in zip(grads, directions))
        # What does not depend on the inputs, such as the slope of 2x, has no graph.
        seconds = [None] * len(variables)
        if slope.requires_grad:
            seconds = torch.autograd.grad(slope, variables, allow_unused=True)
        case["directions"] = {k: numbers(d) for k, d in zip(wrt, directions)}
        case["seconds"] = {
            k: numbers(torch.zeros_like(v) if g is None else g)
            for k, v, g in zip(wrt, variables, seconds)
        }
    return case


def nchw(x):
    return x.permute(0, 3, 1, 2).contiguous()


def nhwc(x):
    return x.permute(0, 2, 3, 1)
