"""Losses and optimizer steps."""

import itertools

import torch
import torch.nn.functional as F

from record import Draw, record


def cross_entropies():
    shapes = [(4, 3), (2, 3, 3, 2), (1, 4, 3, 5), (7, 1), (6, 21)]
    for shape, weighted, ignore in itertools.product(
        shapes, (False, True), (None, -100, 255, 0)
    ):
        classes = shape[-1]
        draw = Draw(f"cross entropy {shape} {weighted} {ignore}")
        labels = draw.labels(classes, *shape[:-1], ignore=ignore)
        if ignore is not None and (labels == ignore).all():
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
            )

        yield record(
            "softmaxCrossEntropy",
            loss,
            inputs,
            {} if ignore is None else {"ignore": ignore},
            wrt=["logits"],
        )
    far = torch.tensor([[1e4, 0.0, -1e4], [0, 1e4, -1e4], [-80, 80, 0]])
    yield record(
        "softmaxCrossEntropy",
        lambda logits, labels: F.cross_entropy(logits, labels),
        {"logits": far, "labels": torch.tensor([1, 1, 0])},
        wrt=["logits"],
        name="far apart",
    )


def adam_steps():
    for name, decay, rate, beta1, beta2, epsilon in [
        ("Adam", 0, 1e-3, 0.9, 0.999, 1e-8),
        ("Adam", 0, 0.1, 0.5, 0.9, 1e-7),
        ("AdamW", 0.01, 1e-2, 0.9, 0.999, 1e-8),
        ("AdamW", 0.5, 0.1, 0, 0.99, 1e-3),
    ]:
        for size in (5, 8):
            draw = Draw(f"{name} {rate} {size}")
            start = draw.eighths(size)
            gradients = [draw.eighths(size) for _ in range(5)]
            w = start.clone().requires_grad_()
            optimizer = getattr(torch.optim, name)(
                [w], lr=rate, betas=(beta1, beta2), eps=epsilon, weight_decay=decay
            )

            def steps(**_):
                for g in gradients:
                    w.grad = g.clone()
                    optimizer.step()
                return w

            yield record(
                "adamSteps",
                steps,
                {"w": start, "gradients": torch.stack(gradients)},
                {
                    "learningRate": rate,
                    "beta1": beta1,
                    "beta2": beta2,
                    "epsilon": epsilon,
                    "weightDecay": decay,
                },
                wrt=[],
                name=name,
            )


def cases():
    yield from cross_entropies()
    yield from adam_steps()
