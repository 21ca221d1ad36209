"""Losses and optimizer steps."""

import itertools

import torch
import torch.nn.functional as F

from record import Draw, record


def cross_entropies():
    shapes = [(4, 3), (2, 3, 3, 2), (1, 4, 3, 5), (7, 1), (6, 21)]
    options = [{}, {"reduction": "sum"}, {"smoothing": 0.1}]
    for shape, weighted, ignore, option in itertools.product(
        shapes, (False, True), (None, -100, 255, 0), options
    ):
        classes = shape[-1]
        draw = Draw(f"cross entropy {shape} {weighted} {ignore}")
        labels = draw.labels(classes, *shape[:-1], ignore=ignore)
        few = option and (ignore not in (None, 255) or classes > 5)
        if few or (ignore is not None and (labels == ignore).all()):
            continue
        inputs = {
            "logits": draw.eighths(*shape, low=-4, high=4),
            "labels": labels,
            "weights": draw.eighths(classes, low=1, high=3) if weighted else None,
        }

        def loss(logits, labels, weights=None):
            return F.cross_entropy(
                logits.reshape(-1, classes),
                labels.reshape(-1),
                weights,
                ignore_index=-100 if ignore is None else ignore,
                reduction=option.get("reduction", "mean"),
                label_smoothing=option.get("smoothing", 0),
            )

        attrs = {**option, **({} if ignore is None else {"ignore": ignore})}
        yield record("softmaxCrossEntropy", loss, inputs, attrs, wrt=["logits"])
    far = torch.tensor([[1e4, 0.0, -1e4], [0, 1e4, -1e4], [-80, 80, 0]])
    yield record(
        "softmaxCrossEntropy",
        lambda logits, labels: F.cross_entropy(logits, labels),
        {"logits": far, "labels": torch.tensor([1, 1, 0])},
        wrt=["logits"],
        name="far apart",
    )


def soft_targets():
    for shape in [(4, 3), (2, 2, 3, 5)]:
        for weighted, option in itertools.product(
            (False, True), [{}, {"reduction": "sum"}, {"smoothing": 0.2}]
        ):
            classes = shape[-1]
            draw = Draw(f"soft {shape} {weighted} {option}")
            inputs = {
                "logits": draw.eighths(*shape, low=-4, high=4),
                "labels": draw.eighths(*shape, low=0, high=1),
                "weights": draw.eighths(classes, low=1, high=3) if weighted else None,
            }
            # PyTorch smooths towards 1/K each, here towards the K-th part of the pixel's own sum.
            inputs["labels"] = to_one(inputs["labels"])

            def loss(logits, labels, weights=None):
                return F.cross_entropy(
                    logits.reshape(-1, classes),
                    labels.reshape(-1, classes),
                    weights,
                    reduction=option.get("reduction", "mean"),
                    label_smoothing=option.get("smoothing", 0),
                )

            yield record(
                "softmaxCrossEntropy", loss, inputs, option, wrt=["logits"], name="soft"
            )


def to_one(shares):
    """Shares in eighths whose sum is 1: the last class takes or gives the difference."""
    shares = shares / 4
    shares[..., -1] = 1 - shares[..., :-1].sum(-1)
    return shares


def binary_cross_entropies():
    for shape in [(5,), (2, 3, 4, 1)]:
        for weight, reduction in itertools.product((None, 2.5), ("mean", "sum")):
            draw = Draw(f"sigmoid {shape} {weight} {reduction}")
            inputs = {
                "logits": draw.eighths(*shape, low=-6, high=6),
                "labels": draw.eighths(*shape, low=0, high=1),
            }
            if weight:
                inputs["weights"] = torch.tensor([1, weight])
            yield record(
                "sigmoidCrossEntropy",
                lambda logits, labels, weights=None: F.binary_cross_entropy_with_logits(
                    logits,
                    labels,
                    pos_weight=None if weights is None else weights[1],
                    reduction=reduction,
                ),
                inputs,
                {"reduction": reduction},
                wrt=["logits"],
            )


# Our attribute names, and which optimizer of PyTorch takes them as what.
NAMES = {
    "learningRate": "lr",
    "momentum": "momentum",
    "nesterov": "nesterov",
    "epsilon": "eps",
    "l2": "weight_decay",
    "weightDecay": "weight_decay",
}

OPTIMIZERS = [
    ("adamUpdate", "Adam", [
        {"learningRate": 1e-3},
        {"learningRate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-7},
        {"learningRate": 1e-2, "l2": 0.1},
    ]),
    ("adamUpdate", "AdamW", [
        {"learningRate": 1e-2, "weightDecay": 0.01},
        {"learningRate": 0.1, "beta1": 0, "beta2": 0.99, "epsilon": 1e-3, "weightDecay": 0.5},
    ]),
    ("sgdUpdate", "SGD", [
        {"learningRate": 0.1},
        {"learningRate": 0.1, "momentum": 0.9},
        {"learningRate": 0.1, "momentum": 0.9, "nesterov": True},
        {"learningRate": 0.05, "momentum": 0.5, "l2": 0.1},
    ]),
    ("rmspropUpdate", "RMSprop", [
        {"learningRate": 0.01},
        {"learningRate": 0.1, "rho": 0.9, "epsilon": 1e-3, "momentum": 0.9},
        {"learningRate": 0.1, "rho": 0.5, "l2": 0.2},
    ]),
    ("adadeltaUpdate", "Adadelta", [
        {"learningRate": 1},
        {"learningRate": 0.5, "rho": 0.5, "epsilon": 1e-3, "l2": 0.1},
    ]),
    ("adagradUpdate", "Adagrad", [
        {"learningRate": 0.1},
        {"learningRate": 0.01, "epsilon": 1e-3, "l2": 0.1},
    ]),
]


def optimizer_steps():
    for op, name, forms in OPTIMIZERS:
        for attrs, size in itertools.product(forms, (5, 8)):
            draw = Draw(f"{name} {attrs} {size}")
            start = draw.eighths(size)
            gradients = [draw.eighths(size) for _ in range(5)]
            w = start.clone().requires_grad_()
            given = {NAMES[k]: v for k, v in attrs.items() if k in NAMES}
            if "beta1" in attrs:
                given["betas"] = (attrs["beta1"], attrs["beta2"])
            if "rho" in attrs:
                given["alpha" if name == "RMSprop" else "rho"] = attrs["rho"]
            optimizer = getattr(torch.optim, name)([w], **given)

            def steps(**_):
                for g in gradients:
                    w.grad = g.clone()
                    optimizer.step()
                return w

            inputs = {"w": start, "gradients": torch.stack(gradients)}
            yield record(
                "optimizerSteps", steps, inputs, {"op": op, **attrs}, wrt=[], name=name
            )


def cases():
    yield from cross_entropies()
    yield from soft_targets()
    yield from binary_cross_entropies()
    yield from optimizer_steps()
