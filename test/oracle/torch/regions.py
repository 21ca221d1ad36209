"""Losses that count pixels: region losses, their sums, focal cross-entropy, and the counts themselves."""

import itertools

import torch
import torch.nn.functional as F

from record import Draw, record


def counts(logits, labels, ignore):
    """Soft true positives, false positives and false negatives of each class, of the pixels that count."""
    classes = logits.shape[-1]
    flat, truth = logits.reshape(-1, classes), labels.reshape(-1)
    kept = truth != ignore
    p = F.softmax(flat[kept], -1)
    t = F.one_hot(truth[kept], classes).to(p.dtype)
    return (p * t).sum(0), (p * (1 - t)).sum(0), ((1 - p) * t).sum(0)


def average(losses, weights):
    if weights is None:
        return losses.mean()
    return (losses * weights).sum() / weights.sum()


def tversky(alpha=0.3, beta=0.7, smooth=1):
    def loss(logits, labels, ignore, weights=None):
        tp, fp, fn = counts(logits, labels, ignore)
        score = (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)
        return average(1 - score, weights)

    return loss


def dice(smooth=1):
    def loss(logits, labels, ignore, weights=None):
        tp, fp, fn = counts(logits, labels, ignore)
        return average(1 - (2 * tp + smooth) / (2 * tp + fp + fn + smooth), weights)

    return loss


def jaccard(smooth=1):
    def loss(logits, labels, ignore, weights=None):
        tp, fp, fn = counts(logits, labels, ignore)
        return average(1 - (tp + smooth) / (tp + fp + fn + smooth), weights)

    return loss


def cross_entropy(logits, labels, ignore, weights=None):
    classes = logits.shape[-1]
    if (labels == ignore).all():
        return logits.sum() * 0  # PyTorch's mean over nothing is NaN.
    return F.cross_entropy(
        logits.reshape(-1, classes), labels.reshape(-1), weights, ignore_index=ignore
    )


LOSSES = [
    ("tverskyLoss", tversky, [{}, {"alpha": 1, "beta": 0.5, "smooth": 0.25}]),
    ("diceLoss", dice, [{}, {"smooth": 0.5}]),
    ("jaccardLoss", jaccard, [{}, {"smooth": 2}]),
]


def batch(name, classes, shape, weighted, ignore, none_counts=False):
    draw = Draw(f"{name} {classes} {shape} {weighted} {ignore}")
    labels = draw.labels(classes, *shape, ignore=ignore)
    return {
        "logits": draw.eighths(*shape, classes, low=-3, high=3),
        "labels": torch.full_like(labels, ignore) if none_counts else labels,
        "weights": draw.eighths(classes, low=1, high=3) if weighted else None,
    }


def region_losses():
    for (op, make, forms), (classes, shape) in itertools.product(
        LOSSES, [(3, (7,)), (2, (1, 3, 3)), (5, (2, 2, 4)), (4, (2, 3, 5))]
    ):
        for i, (weighted, ignore) in enumerate(
            itertools.product((False, True), (255, -100, 0))
        ):
            options = forms[i % 2]
            loss = make(**options)
            yield record(
                op,
                lambda **t: loss(**t, ignore=ignore),
                batch(op, classes, shape, weighted, ignore),
                {"options": options, "ignore": ignore},
                wrt=["logits"],
                second=classes == 3,
            )
        loss = make()
        for ignore in (255, 1):
            yield record(
                op,
                lambda **t: loss(**t, ignore=ignore),
                batch(op, classes, shape, ignore == 1, ignore, none_counts=True),
                {"options": {}, "ignore": ignore},
                wrt=["logits"],
                name="none counts",
            )


def weighted_sums():
    parts = {"softmaxCrossEntropy": cross_entropy, "diceLoss": dice(), "jaccardLoss": jaccard(0.5)}
    options = {"softmaxCrossEntropy": [], "diceLoss": [], "jaccardLoss": [{"smooth": 0.5}]}
    for weights in [
        {"softmaxCrossEntropy": 1, "diceLoss": 0.5},
        {"diceLoss": 2, "jaccardLoss": 0.25},
        {"softmaxCrossEntropy": 0.5, "diceLoss": 1, "jaccardLoss": 3},
    ]:
        for weighted, ignore, none_counts in [(False, 255, False), (True, 0, False), (True, 255, True)]:
            total = lambda **t: sum(
                by * parts[name](**t, ignore=ignore) for name, by in weights.items()
            )
            yield record(
                "weightedSum",
                total,
                batch(f"sum {len(weights)}", 3, (2, 3, 3), weighted, ignore, none_counts),
                {
                    "parts": [[by, name, *options[name]] for name, by in weights.items()],
                    "ignore": ignore,
                },
                wrt=["logits"],
            )


def focal_losses():
    """(1 - p)^gamma times the cross-entropy (Lin et al. 2017), averaged by the class weights alone."""
    for gamma, weighted, ignore in itertools.product((0.5, 1, 2), (False, True), (255, 0)):

        def loss(logits, labels, weights=None):
            classes = logits.shape[-1]
            truth = labels.reshape(-1)
            kept = truth != ignore
            log_p = F.log_softmax(logits.reshape(-1, classes)[kept], -1)
            log_p = log_p.gather(1, truth[kept, None])[:, 0]
            w = torch.ones(classes) if weights is None else weights
            w = w[truth[kept]]
            return -(w * (1 - log_p.exp()) ** gamma * log_p).sum() / w.sum()

        yield record(
            "softmaxCrossEntropy",
            loss,
            batch(f"focal {gamma}", 4, (2, 3, 3), weighted, ignore),
            {"gamma": gamma, "ignore": ignore},
            wrt=["logits"],
            name="focal",
        )


def pixel_counts():
    for classes, shape, ignore in [(3, (2, 4, 5), 255), (4, (17,), 0), (2, (3, 3), -100)]:
        draw = Draw(f"counts {classes} {shape}")
        labels = draw.labels(classes, *shape, ignore=ignore)
        predicted = draw.labels(classes, *shape)
        before = draw.labels(9, classes, classes)

        def confusion(counts, predicted, labels):
            kept = labels != ignore
            cell = labels[kept] * classes + predicted[kept]
            return counts + torch.bincount(cell, minlength=classes**2).reshape(
                classes, classes
            )

        inputs = {"counts": before, "predicted": predicted, "labels": labels}
        yield record("countConfusion", confusion, inputs, {"ignore": ignore})
        for weights in (None, draw.eighths(classes, low=0, high=3)):
            yield record(
                "labelWeight",
                lambda labels, weights=torch.ones(classes): weights[
                    labels[labels != ignore]
                ].sum(),
                {"labels": labels, "weights": weights},
                {"classes": classes, "ignore": ignore},
                wrt=[],
            )


def cases():
    yield from region_losses()
    yield from weighted_sums()
    yield from focal_losses()
    yield from pixel_counts()
