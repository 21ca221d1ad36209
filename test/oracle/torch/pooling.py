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


def cases():
    yield from max_pools()
