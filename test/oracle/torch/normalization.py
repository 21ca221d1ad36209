"""Normalisation: training and evaluation, moments, running statistics."""

import torch
import torch.nn.functional as F

from record import Draw, nchw, nhwc, record


def batch_norm(x, gamma, beta, epsilon):
    channels = x.reshape(-1, x.shape[-1])
    return F.batch_norm(
        channels, None, None, gamma, beta, training=True, eps=epsilon
    ).reshape(x.shape)


def evaluation(x, moments, gamma, beta, epsilon):
    # F.batch_norm takes no gradient to the running statistics: layer by layer instead.
    deviation = torch.sqrt(moments[1] + epsilon)
    y = (x - moments[0]) / deviation * gamma + beta
    own = F.batch_norm(
        x.detach().reshape(-1, x.shape[-1]),
        moments[0].detach(),
        moments[1].detach(),
        gamma.detach(),
        beta.detach(),
        eps=epsilon,
    )
    assert torch.allclose(own.reshape(x.shape), y.detach(), atol=1e-13)
    return y


def moments_of(x):
    rows = x.reshape(-1, x.shape[-1])
    return torch.stack((rows.mean(0), rows.var(0, unbiased=False)))


def running(running, batch, momentum, count):
    """What one step of F.batch_norm does to the running statistics, from given batch moments."""
    channels = batch.shape[1]
    # Two values per channel with this mean and biased variance ...
    spread = batch[1].sqrt()
    x = torch.stack((batch[0] - spread, batch[0] + spread))
    # ... repeated until there are as many as were counted.
    x = x.repeat(count // 2, 1)
    mean, variance = running[0].clone(), running[1].clone()
    F.batch_norm(x, mean, variance, training=True, momentum=1 - momentum)
    assert mean.shape == (channels,)
    return torch.stack((mean, variance))


def norms():
    """Layer, instance and group normalisation, and variances; with second derivatives."""
    for shape, groups in [((2, 3, 2, 4), 2), ((2, 5, 6), 3), ((2, 2, 3, 8), 1)]:
        # Of one image PyTorch 1.13 gets instance_norm's gradient wrong for a permuted dy.
        channels = shape[-1]
        draw = Draw(f"norms {shape}")
        inputs = {
            "x": draw.eighths(*shape),
            "gamma": draw.away_from_zero(channels),
            "beta": draw.eighths(channels),
        }
        for epsilon in (1e-3, 0.5) if groups == 3 else (1e-5,):
            attrs = {"epsilon": epsilon}

            def layer(x, gamma, beta):
                return F.layer_norm(x, (channels,), gamma, beta, epsilon)

            def group(x, gamma, beta, groups=groups):
                y = F.group_norm(x.movedim(-1, 1), groups, gamma, beta, epsilon)
                return y.movedim(1, -1)

            def instance(x, gamma, beta):
                y = F.instance_norm(
                    x.movedim(-1, 1), weight=gamma, bias=beta, eps=epsilon
                )
                return y.movedim(1, -1)

            small = len(shape) == 3
            yield record("layerNorm", layer, inputs, attrs, second=small)
            yield record(
                "groupNorm", group, inputs, {**attrs, "groups": groups}, second=small
            )
            yield record("instanceNorm", instance, inputs, attrs, second=small)
    for shape, axes in [((5,), [0]), ((3, 4), [-1]), ((2, 3, 4), [0, 2])]:
        x = Draw(f"variance {shape}").eighths(*shape)
        for correction, keep in [(0, False), (1, True)]:
            attrs = {"axes": axes, "correction": correction, "keepDims": keep}
            yield record(
                "variance",
                lambda x: x.var(axes, unbiased=correction == 1, keepdim=keep),
                {"x": x},
                attrs,
                second=True,
            )


def cases():
    yield from norms()
    for shape in [(6, 3), (2, 3, 4, 4), (1, 5, 3, 5), (40, 1), (3, 2, 8)]:
        channels = shape[-1]
        draw = Draw(f"norm {shape}")
        x = draw.eighths(*shape)
        affine = {
            "gamma": draw.away_from_zero(channels),
            "beta": draw.eighths(channels),
        }
        moments = torch.stack(
            (draw.eighths(channels), draw.eighths(channels, low=1, high=3))
        )
        for epsilon in (1e-3, 1e-5, 0.5):
            attrs = {"epsilon": epsilon}
            yield record(
                "batchNorm", lambda **t: batch_norm(**t, **attrs), {"x": x, **affine}, attrs
            )
            yield record(
                "normalize",
                lambda **t: evaluation(**t, **attrs),
                {"x": x, "moments": moments, **affine},
                attrs,
            )
        yield record("moments", moments_of, {"x": x})
        for momentum, count in [(0.9, 2), (0.99, 16), (0, 40)]:
            batch = torch.stack(
                (draw.eighths(channels), draw.eighths(channels, low=1, high=3))
            )
            yield record(
                "updateMoments",
                lambda **t: running(**t, momentum=momentum, count=count),
                {"running": moments, "batch": batch},
                {"momentum": momentum, "unbiasedCount": count},
                wrt=[],
            )
