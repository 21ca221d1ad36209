"""Convolutions and transposed convolutions: the products of their attributes."""

import itertools

import torch.nn.functional as F

from record import Draw, nchw, nhwc, record

KERNELS = [(1, 1), (2, 2), (3, 3), (3, 2), (1, 4), (5, 5)]
STRIDES = [1, 2, [2, 1], 3]
DILATIONS = [1, 2, [1, 2]]
PADDINGS = [0, "same", 1, [1, 0, 2, 1], "valid"]

# [H, W] and (C, O) take turns: fours meet the vector kernels, the rest the scalar ones.
SIZES = [(5, 4), (4, 6), (6, 5), (3, 7), (5, 5)]
CHANNELS = [(1, 1), (2, 3), (4, 4), (3, 4), (4, 2), (1, 4), (5, 1)]


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


def sides(padding):
    if padding == "valid":
        return [0, 0, 0, 0]
    return padding if isinstance(padding, list) else [padding] * 4


def oihw(w):
    return w.permute(3, 2, 0, 1).contiguous()


def conv2d(x, w, b=None, stride=1, dilation=1, padding=0, groups=1):
    x = nchw(x)
    if padding != "same":  # F.conv2d itself pads both sides alike only
        top, bottom, left, right = sides(padding)
        x = F.pad(x, (left, right, top, bottom))
        padding = 0
    y = F.conv2d(x, oihw(w), b, pair(stride), padding, pair(dilation), groups)
    return nhwc(y)


def conv_transpose2d(
    x, w, b=None, stride=1, dilation=1, padding=0, outputPadding=0, groups=1
):
    top, bottom, left, right = sides(padding)
    # F.conv_transpose2d takes one padding per direction: the rest is cut off.
    before = (min(top, bottom), min(left, right))
    y = F.conv_transpose2d(
        nchw(x),
        oihw(w),
        b,
        pair(stride),
        before,
        pair(outputPadding),
        groups,
        pair(dilation),
    )
    cut = [s - before[i // 2] for i, s in enumerate((top, bottom, left, right))]
    h, w = y.shape[2:]
    return nhwc(y[:, :, cut[0] : h - cut[1], cut[2] : w - cut[3]])


def fits(size, kernel, dilation, padding):
    if padding == "same":
        return True
    top, bottom, left, right = sides(padding)
    room = (size[0] + top + bottom, size[1] + left + right)
    return all(
        (k - 1) * d + 1 <= r for k, d, r in zip(kernel, pair(dilation), room)
    )


def convolutions():
    product = itertools.product(KERNELS, STRIDES, DILATIONS, PADDINGS)
    for i, (kernel, stride, dilation, padding) in enumerate(product):
        size = SIZES[i % len(SIZES)]
        into, out = CHANNELS[i % len(CHANNELS)]
        attrs = {"stride": stride, "dilation": dilation, "padding": padding}
        # PyTorch has "same" for stride 1 only; the Keras cases have the others.
        same = padding == "same" and stride != 1
        repeats = padding == "valid" and i % 3
        rare = stride == 3 and dilation == [1, 2]
        if same or repeats or rare or not fits(size, kernel, dilation, padding):
            continue
        draw = Draw(f"conv2d {i}")
        inputs = {
            "x": draw.integers(1 + (i % 8 == 0), *size, into),
            "w": draw.integers(*kernel, into, out),
            "b": draw.integers(out) if i % 2 else None,
        }
        yield record("conv2d", lambda **t: conv2d(**t, **attrs), inputs, attrs)


def larger_convolutions():
    """Extents beyond one tile, with remainders, in channels that every kernel variant takes."""
    for into, out, size, kernel, attrs in [
        (8, 8, (13, 9), (3, 3), {"padding": 1}),
        (8, 12, (9, 10), (3, 3), {"padding": "same"}),
        (4, 8, (17, 5), (3, 3), {}),
        (12, 4, (9, 9), (1, 1), {}),
        (8, 8, (9, 11), (1, 1), {"stride": 2}),
        (4, 4, (15, 11), (5, 5), {"stride": 2, "padding": 2}),
        (4, 4, (12, 13), (2, 2), {"stride": 2}),
        (3, 8, (11, 12), (7, 7), {"stride": 2, "padding": 3}),
        (5, 7, (11, 9), (3, 3), {"dilation": 3, "padding": 3}),
    ]:
        draw = Draw(f"large {into} {out} {size} {kernel} {attrs}")
        inputs = {
            "x": draw.integers(1, *size, into),
            "w": draw.integers(*kernel, into, out),
            "b": draw.integers(out),
        }
        yield record(
            "conv2d", lambda attrs=attrs, **t: conv2d(**t, **attrs), inputs, attrs
        )


def grouped_convolutions():
    """Groups of one channel (depthwise), of fours and of other counts; several outputs per channel."""
    shapes = [(4, 4, 4), (8, 8, 8), (3, 6, 3), (4, 8, 2), (6, 4, 2), (8, 8, 2), (5, 5, 5), (16, 8, 4)]
    windows = [
        {"padding": 1},
        {"stride": 2, "padding": 1},
        {"dilation": 2, "padding": [2, 1, 2, 2]},
        {"stride": [1, 2]},
    ]
    for i, ((into, out, groups), window) in enumerate(
        itertools.product(shapes, windows)
    ):
        attrs = {**window, "groups": groups}
        draw = Draw(f"groups {i}")
        kernel = (3, 3) if i % 3 else (2, 3)
        inputs = {
            "x": draw.integers(1, 5, 4 + i % 2, into),
            "w": draw.integers(*kernel, into // groups, out),
            "b": draw.integers(out) if i % 2 else None,
        }
        yield record(
            "conv2d", lambda **t: conv2d(**t, **attrs), inputs, attrs, second=i % 4 == 1
        )
    for into, out, groups in [(4, 4, 4), (4, 6, 2), (8, 8, 8), (8, 4, 1)]:
        for window in [{"stride": 2}, {"stride": 2, "padding": 1, "outputPadding": 1}]:
            attrs = {**window, "groups": groups}
            draw = Draw(f"transposed groups {attrs}")
            inputs = {
                "x": draw.integers(1, 3, 2, into),
                "w": draw.integers(3, 3, out // groups, into),
                "b": draw.integers(out),
            }
            yield record(
                "convTranspose2d",
                lambda **t: conv_transpose2d(**t, **attrs),
                inputs,
                attrs,
            )


def transposed_convolutions():
    product = itertools.product(
        [(1, 1), (2, 2), (3, 3), (3, 2), (4, 4)],
        [1, 2, [2, 3]],
        [1, 2],
        [0, 1, [1, 0, 0, 1]],
        [0, 1, [0, 2]],
    )
    for i, (kernel, stride, dilation, padding, extra) in enumerate(product):
        size = [(3, 4), (4, 3), (2, 5)][i % 3]
        into, out = CHANNELS[i % len(CHANNELS)]
        attrs = {
            "stride": stride,
            "dilation": dilation,
            "padding": padding,
            "outputPadding": extra,
        }
        # PyTorch's other bound, the dilation, is not in reach of an input gradient.
        allowed = all(e < s for e, s in zip(pair(extra), pair(stride)))
        # Pixels that the padding cuts off and the output padding adds must be inside.
        spans = [
            (n - 1) * s + d * (k - 1) + 1 + e
            for n, s, d, k, e in zip(
                size, pair(stride), pair(dilation), kernel, pair(extra)
            )
        ]
        inside = min(spans) > 2 and kernel != (1, 1)
        if i % 2 or not allowed or (padding != 0 and not inside):
            continue
        draw = Draw(f"convTranspose2d {i}")
        inputs = {
            "x": draw.integers(1 + (i % 3 == 0), *size, into),
            "w": draw.integers(*kernel, out, into),
            "b": draw.integers(out) if i % 4 else None,
        }
        yield record(
            "convTranspose2d",
            lambda **t: conv_transpose2d(**t, **attrs),
            inputs,
            attrs,
        )


def cases():
    yield from convolutions()
    yield from larger_convolutions()
    yield from grouped_convolutions()
    yield from transposed_convolutions()
