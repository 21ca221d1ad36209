"""Whole U-Nets with given weights: logits, and the gradients of every parameter."""

import torch
import torch.nn.functional as F

from convolution import oihw
from record import Draw, nchw, nhwc, record

FORMS = [
    {"depth": 1, "convs": 2, "up": "transposed", "norm": "batch"},
    {"depth": 2, "convs": 1, "up": "nearest", "norm": "batch", "decoderKernel": 1},
    {"depth": 2, "convs": 1, "up": "transposed", "norm": "none"},
    {
        "depth": 1,
        "convs": 1,
        "up": "nearest",
        "norm": "batch",
        "activation": "leakyRelu",
        "lastActivation": False,
    },
]

IN_CHANNELS, CLASSES, BASE = 2, 3, 2


def levels(form):
    """Prefix, kernel size and channels of each level, in the order they run."""
    depth = form["depth"]
    channels = [BASE * 2**i for i in range(depth + 1)]
    into = IN_CHANNELS
    for i, out in enumerate(channels):
        yield f"encoder.{i}", 3, into, out
        into = out
    for i in reversed(range(depth)):
        out = channels[i]
        up = out if form["up"] == "transposed" else into
        yield f"decoder.{i}", form.get("decoderKernel", 3), out + up, out
        into = out


def parameters(form, draw):
    params, state = {}, {}
    for prefix, kernel, into, out in levels(form):
        if prefix.startswith("decoder") and form["up"] == "transposed":
            params[f"{prefix}.up.weight"] = draw.eighths(2, 2, out, 2 * out, low=-1, high=1)
            if form["norm"] == "none":
                params[f"{prefix}.up.bias"] = draw.eighths(out)
        for j in range(form["convs"]):
            shape = (kernel, kernel, into if j == 0 else out, out)
            params[f"{prefix}.conv.{j}.weight"] = draw.eighths(*shape, low=-1, high=1)
            if form["norm"] == "none":
                params[f"{prefix}.conv.{j}.bias"] = draw.eighths(out)
                continue
            name = f"{prefix}.norm.{j}"
            params[f"{name}.weight"] = draw.away_from_zero(out)
            params[f"{name}.bias"] = draw.eighths(out)
            state[name] = torch.stack(
                (draw.eighths(out), draw.eighths(out, low=1, high=3))
            )
    params["head.weight"] = draw.eighths(1, 1, BASE, CLASSES)
    params["head.bias"] = draw.eighths(CLASSES)
    return params, state


def forward(form, training, x, tensors):
    depth = form["depth"]
    leaky = form.get("activation") == "leakyRelu"
    activate = (lambda y: F.leaky_relu(y, 0.3)) if leaky else F.relu

    def convolutions(prefix, y):
        for j in range(form["convs"]):
            weight = oihw(tensors[f"{prefix}.conv.{j}.weight"])
            bias = tensors.get(f"{prefix}.conv.{j}.bias")
            y = F.conv2d(y, weight, bias, padding=weight.shape[-1] // 2)
            name = f"{prefix}.norm.{j}"
            if form["norm"] == "batch":
                running = (None, None) if training else tensors[name].unbind()
                affine = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
                y = F.batch_norm(y, *running, *affine, training=training, eps=1e-3)
            last = prefix == "decoder.0" and j == form["convs"] - 1
            if not last or form.get("lastActivation", True):
                y = activate(y)
        return y

    height, width = x.shape[1:3]
    multiple = 2**depth
    y = F.pad(nchw(x), (0, -width % multiple, 0, -height % multiple))
    skips = []
    for i in range(depth + 1):
        y = convolutions(f"encoder.{i}", y if i == 0 else F.max_pool2d(y, 2))
        skips.append(y)
    for i in reversed(range(depth)):
        if form["up"] == "nearest":
            y = F.interpolate(y, scale_factor=2)
        else:
            name = f"decoder.{i}.up"
            weight = oihw(tensors[f"{name}.weight"])
            y = F.conv_transpose2d(y, weight, tensors.get(f"{name}.bias"), stride=2)
        y = convolutions(f"decoder.{i}", torch.cat((skips[i], y), 1))
    y = F.conv2d(y, oihw(tensors["head.weight"]), tensors["head.bias"])
    return nhwc(y[:, :, :height, :width])


def cases():
    for i, form in enumerate(FORMS):
        draw = Draw(f"unet {form}")
        params, state = parameters(form, draw)
        # The second and third have a height and width that need padding.
        x = draw.eighths(2, 4, 4, IN_CHANNELS) if i % 3 == 0 else draw.eighths(1, 6, 7, IN_CHANNELS)
        options = {"inChannels": IN_CHANNELS, "classes": CLASSES, "base": BASE, **form}
        for training in (True, False):
            if form["norm"] == "none" and not training:
                continue
            yield record(
                "unet",
                lambda x, **tensors: forward(form, training, x, tensors),
                {"x": x, **params, **({} if training else state)},
                {"options": options, "training": training},
                wrt=["x", *params] if training else [],
            )
