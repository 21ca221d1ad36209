"""Ops that move or add up elements: padding, slices, joins, upsampling, reductions, softmax."""

import torch
import torch.nn.functional as F

from record import Draw, nchw, nhwc, record


def windows():
    for shape in [(1, 3, 4, 2), (2, 5, 4, 4)]:
        for padding in [[1, 0, 2, 3], [0, 0, 0, 0], [2, 2, 1, 1]]:
            top, bottom, left, right = padding
            x = Draw(f"pad {shape}").eighths(*shape)
            for value in (0, -1.5):
                yield record(
                    "pad",
                    lambda x: F.pad(x, (0, 0, left, right, top, bottom), value=value),
                    {"x": x},
                    {"padding": padding, "value": value},
                )
        for padding in [[1, 0, 2, 1], [0, 1, 0, 1], [0, 0, 0, 0]]:
            top, bottom, left, right = padding
            _, h, w, _ = shape
            yield record(
                "crop",
                lambda x: x[:, top : h - bottom, left : w - right],
                {"x": x},
                {"padding": padding},
            )


def joins():
    for axis, a, b in [
        (-1, (2, 3, 2, 4), (2, 3, 2, 8)),
        (-1, (1, 2, 3, 3), (1, 2, 3, 2)),
        (0, (2, 3), (1, 3)),
        (1, (2, 3, 4), (2, 5, 4)),
        (-3, (2, 1, 3), (4, 1, 3)),
        (0, (5,), (2,)),
    ]:
        draw = Draw(f"concat {axis} {a}")
        inputs = {"a": draw.eighths(*a), "b": draw.eighths(*b)}
        yield record(
            "concat", lambda a, b: torch.cat((a, b), axis), inputs, {"axis": axis}
        )
    for shape, axis, start, size, keep in [
        ((2, 3, 2, 8), -1, 4, 4, True),
        ((2, 3, 2, 5), -1, 1, 3, True),
        ((4, 3), 0, 2, 1, False),
        ((4, 3), 0, 2, 1, True),
        ((2, 5, 4), 1, 0, 2, True),
        ((6,), 0, 3, 3, True),
    ]:
        x = Draw(f"slice {shape}").eighths(*shape)
        attrs = {"axis": axis, "start": start, "size": size, "keepDims": keep}

        def narrow(x):
            y = x.narrow(axis, start, size)
            return y if keep else y.squeeze(axis)

        yield record("slice", narrow, {"x": x}, attrs)


def reductions():
    for op, function in [("sum", torch.sum), ("mean", torch.mean)]:
        for shape, axes in [
            ((5,), [0]),
            ((3, 4), [0]),
            ((3, 4), [1]),
            ((2, 3, 4), [0, 2]),
            ((2, 3, 2, 4), [0, 1, 2]),
            ((2, 3, 2, 4), [-1]),
            ((3, 150), [1]),
            ((2, 3), "all"),
            ((), "all"),
        ]:
            for keep in (False, True):
                x = Draw(f"{op} {shape} {axes}").eighths(*shape)
                all_axes = axes == "all"
                dim = tuple(range(len(shape))) if all_axes else tuple(axes)
                yield record(
                    op,
                    lambda x: function(x, dim, keepdim=keep) if dim else function(x),
                    {"x": x},
                    {"axes": axes, "keepDims": keep},
                )


def classes():
    for shape in [(4,), (3, 2), (2, 3, 2, 5), (2, 1), (3, 21)]:
        x = Draw(f"softmax {shape}").eighths(*shape, low=-6, high=6)
        yield record("softmax", lambda x: F.softmax(x, -1), {"x": x})
        x = Draw(f"argmax {shape}").distinct(*shape)
        yield record("argmax", lambda x: x.argmax(-1), {"x": x}, wrt=[])
    far = torch.tensor([[1e4, 0, -1e4], [-1e4, -1e4, -1e4], [88, 89, 90]])
    yield record("softmax", lambda x: F.softmax(x, -1), {"x": far}, name="far apart")
    nan = torch.tensor([[1, float("nan"), 2], [0, 1, 2]])
    yield record(
        "softmax", lambda x: F.softmax(x, -1), {"x": nan}, wrt=[], name="special"
    )
    ties = torch.tensor([[1.0, 3, 3], [2, 2, 2], [float("nan"), 9, 1]])
    # PyTorch leaves open which of equal values it takes; NumPy says the first.
    first = lambda x: torch.from_numpy(x.detach().numpy().argmax(-1))
    yield record("argmax", first, {"x": ties}, wrt=[], name="ties")


def upsampling():
    for shape in [(1, 2, 3, 1), (2, 3, 2, 3), (1, 3, 4, 4)]:
        for factor in (1, 2, 3):
            x = Draw(f"nearest {shape} {factor}").eighths(*shape)
            yield record(
                "upsampleNearest",
                lambda x: nhwc(F.interpolate(nchw(x), scale_factor=factor)),
                {"x": x},
                {"factor": factor},
            )


def cases():
    yield from windows()
    yield from joins()
    yield from reductions()
    yield from classes()
    yield from upsampling()
