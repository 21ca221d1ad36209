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
    for shape, axis in [((3, 4), 0), ((2, 3, 4), 1), ((2, 5, 2, 3), -3), ((3, 4), 1)]:
        x = Draw(f"axis {shape} {axis}").eighths(*shape, low=-6, high=6)
        attrs = {"axis": axis}
        yield record("softmax", lambda x: F.softmax(x, axis), {"x": x}, attrs, second=True)
        yield record("logSoftmax", lambda x: F.log_softmax(x, axis), {"x": x}, attrs, second=True)
        x = Draw(f"argmax {shape} {axis}").distinct(*shape)
        yield record("argmax", lambda x: x.argmax(axis), {"x": x}, attrs, wrt=[])
    far = torch.tensor([[1e4, 0, -1e4], [-1e4, -1e4, -1e4], [88, 89, 90]])
    yield record("softmax", lambda x: F.softmax(x, -1), {"x": far}, name="far apart")
    yield record("logSoftmax", lambda x: F.log_softmax(x, -1), {"x": far}, name="far apart")
    nan = torch.tensor([[1, float("nan"), 2], [0, 1, 2]])
    yield record(
        "softmax", lambda x: F.softmax(x, -1), {"x": nan}, wrt=[], name="special"
    )
    ties = torch.tensor([[1.0, 3, 3], [2, 2, 2], [float("nan"), 9, 1]])
    # PyTorch leaves open which of equal values it takes; NumPy says the first.
    first = lambda x: torch.from_numpy(x.detach().numpy().argmax(-1))
    yield record("argmax", first, {"x": ties}, wrt=[], name="ties")


def extremes():
    for op, function in [("max", torch.amax), ("min", torch.amin)]:
        for shape, axes in [
            ((5,), [0]),
            ((3, 4), [0]),
            ((3, 4), [-1]),
            ((2, 3, 4), [0, 2]),
            ((2, 3, 2, 4), [1, 2]),
            ((3, 300), [1]),
        ]:
            x = Draw(f"{op} {shape} {axes}").distinct(*shape)
            for keep in (False, True):
                yield record(
                    op,
                    lambda x: function(x, axes, keepdim=keep),
                    {"x": x},
                    {"axes": axes, "keepDims": keep},
                )
        # amax splits the gradient among equals; torch.max takes the first on the CPU.
        ties = torch.tensor([[1.0, 3, 3], [2, 2, 2], [1, 1, 3]])
        first = getattr(torch, op)
        yield record(
            op, lambda x: first(x, 1).values, {"x": ties}, {"axes": [1]}, name="ties"
        )


def rearrangements():
    for shape, axes in [
        ((2, 3), [1, 0]),
        ((2, 3, 4), [2, 0, 1]),
        ((2, 3, 4), [0, 2, 1]),
        ((2, 3, 2, 4), [0, 3, 1, 2]),
        ((2, 3, 2, 4), [2, -1, 0, 1]),
        ((4, 1, 8), [1, 0, 2]),
    ]:
        x = Draw(f"transpose {shape} {axes}").integers(*shape)
        yield record("transpose", lambda x: x.permute(axes), {"x": x}, {"axes": axes})
    for shape, to in [((2, 6), [3, 4]), ((2, 3, 4), [-1]), ((8,), [2, -1, 2]), ((1,), [])]:
        x = Draw(f"reshape {shape} {to}").integers(*shape)
        yield record("reshape", lambda x: x.reshape(to), {"x": x}, {"shape": to})
    for shape, to in [((3,), [2, 3]), ((2, 1, 4), [2, 5, 4]), ((), [3, 2]), ((1, 8), [4, 1, 8])]:
        x = Draw(f"broadcastTo {shape} {to}").integers(*shape)
        yield record("broadcastTo", lambda x: x.expand(to), {"x": x}, {"shape": to})
    for shape, indices in [((5, 3), (4,)), ((4, 2, 4), (2, 3)), ((3,), (5,)), ((6, 8), ())]:
        draw = Draw(f"gather {shape} {indices}")
        inputs = {
            "x": draw.integers(*shape),
            "indices": draw.labels(shape[0], *indices),
        }
        yield record("gather", lambda x, indices: x[indices], inputs)
    for shape, classes in [((5,), 3), ((2, 3), 4), ((), 2)]:
        labels = Draw(f"oneHot {shape}").labels(classes, *shape)
        yield record(
            "oneHot",
            lambda labels: F.one_hot(labels, classes).to(torch.float64),
            {"labels": labels},
            {"classes": classes},
            wrt=[],
        )


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
            yield record(
                "upsampleBilinear",
                lambda x: nhwc(F.interpolate(nchw(x), scale_factor=factor, mode="bilinear")),
                {"x": x},
                {"factor": factor},
            )
        for size in [[5, 7], [2, 3], [9, 4], [3, 1], [1, 6]]:
            x = Draw(f"resize {shape} {size}").eighths(*shape)
            for op, mode in [
                ("upsampleNearest", "nearest-exact"),
                ("upsampleBilinear", "bilinear"),
            ]:
                yield record(
                    op,
                    lambda x: nhwc(F.interpolate(nchw(x), size, mode=mode)),
                    {"x": x},
                    {"size": size},
                )


def cases():
    yield from windows()
    yield from joins()
    yield from reductions()
    yield from extremes()
    yield from classes()
    yield from rearrangements()
    yield from upsampling()
