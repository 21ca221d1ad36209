"""Pooling: windows, strides and paddings."""

import itertools

import torch
import torch.nn.functional as F

from convolution import pair, sides
from record import Draw, nchw, nhwc, record


def max_pool(x, size, stride, padding):
    top, bottom, left, right = sides(padding)
    padded = F.pad(nchw(x), (left, right, top, bottom), value=-float("inf"))
    return nhwc(F.max_pool2d(padded, pair(size), pair(stride)))


def max_pools():
    product = itertools.product(
        [2, 3, [1, 2], [3, 2]], [1, 2, 3, [2, 1]], ["valid", [1, 0, 0, 1], 1]
    )
    for i, (size, stride, padding) in enumerate(product):
        if max(sides(padding)) >= min(pair(size)):
            continue
        channels = (1, 4, 3)[i % 3]
        shape = (1 + i % 2, *[(6, 6), (5, 4), (4, 7)][i // 3 % 3], channels)
        attrs = {"size": size, "stride": stride, "padding": padding}
        draw = Draw(f"maxPool {i}")
        yield record(
            "maxPool", lambda x: max_pool(x, **attrs), {"x": draw.distinct(*shape)}, attrs
        )
        if i % 4 == 0:  # the gradient goes to the first of equals
            x = draw.integers(*shape, limit=1)
            yield record(
                "maxPool", lambda x: max_pool(x, **attrs), {"x": x}, attrs, name="ties"
            )
    x = Draw("maxPool NaN").distinct(1, 4, 4, 4)
    x[0, 1, 1, 2] = float("nan")
    x[0, 2, 3, 0] = float("inf")
    x[0, :2, :2, 1] = -float("inf")
    attrs = {"size": 2, "stride": 2, "padding": "valid"}
    yield record(
        "maxPool", lambda x: max_pool(x, **attrs), {"x": x}, attrs, name="special"
    )


def avg_pool(x, size, stride, padding):
    """Padding is not counted: the sum of a window over the number of its pixels."""
    top, bottom, left, right = sides(padding)

    def sums(t):
        return F.avg_pool2d(
            F.pad(t, (left, right, top, bottom)), pair(size), pair(stride)
        )

    x = nchw(x)
    y = sums(x) / sums(torch.ones_like(x))
    if len({top, bottom, left, right}) == 1:
        own = F.avg_pool2d(x, pair(size), pair(stride), top, count_include_pad=False)
        assert torch.allclose(own, y, atol=1e-13)
    return nhwc(y)


def avg_pools():
    product = itertools.product(
        [2, 3, [1, 3]], [1, 2, 3], ["valid", [1, 0, 0, 1], 1]
    )
    for i, (size, stride, padding) in enumerate(product):
        if max(sides(padding)) >= min(pair(size)):
            continue
        shape = (1 + i % 2, *[(6, 6), (5, 4), (4, 7)][i % 3], (1, 4, 3)[i // 2 % 3])
        attrs = {"size": size, "stride": stride, "padding": padding}
        x = Draw(f"avgPool {i}").integers(*shape)
        yield record("avgPool", lambda x: avg_pool(x, **attrs), {"x": x}, attrs)
    for shape in [(2, 3, 5, 4), (1, 1, 7, 3)]:
        x = Draw(f"globalAvgPool {shape}").integers(*shape)
        yield record("globalAvgPool", lambda x: x.mean((1, 2)), {"x": x})


def cases():
    yield from max_pools()
    yield from avg_pools()
