"""Optimizers with their defaults, clipped gradients, and learning rates over the steps."""

import itertools

import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import lr_scheduler

from record import Draw, record

# Our name and options, PyTorch's name and options. Its SGD has a default rate since 2.1 only.
OPTIMIZERS = [
    ("adam", {}, "Adam", {}),
    ("adam", {"amsgrad": True, "beta1": 0, "beta2": 0.5}, "Adam", {"amsgrad": True, "betas": (0, 0.5)}),
    ("adam", {"amsgrad": True, "l2": 0.1}, "Adam", {"amsgrad": True, "weight_decay": 0.1}),
    ("adamw", {}, "AdamW", {}),
    ("adamw", {"weightDecay": 0.5, "beta1": 0.8, "epsilon": 1e-3}, "AdamW", {"weight_decay": 0.5, "betas": (0.8, 0.999), "eps": 1e-3}),
    ("adamw", {"amsgrad": True, "beta2": 0.5}, "AdamW", {"amsgrad": True, "betas": (0.9, 0.5)}),
    ("sgd", {}, "SGD", {"lr": 1e-3}),
    ("sgd", {"momentum": 0.9, "dampening": 0.25}, "SGD", {"lr": 1e-3, "momentum": 0.9, "dampening": 0.25}),
    ("sgd", {"momentum": 0.5, "dampening": 1, "l2": 0.1}, "SGD", {"lr": 1e-3, "momentum": 0.5, "dampening": 1, "weight_decay": 0.1}),
    ("rmsprop", {}, "RMSprop", {}),
    ("rmsprop", {"centered": True}, "RMSprop", {"centered": True}),
    ("rmsprop", {"centered": True, "rho": 0.5, "momentum": 0.9, "epsilon": 1e-3, "l2": 0.1}, "RMSprop", {"centered": True, "alpha": 0.5, "momentum": 0.9, "eps": 1e-3, "weight_decay": 0.1}),
    ("adadelta", {}, "Adadelta", {}),
    ("adagrad", {}, "Adagrad", {}),
]


def optimizers():
    for (name, options, theirs, given), size in itertools.product(OPTIMIZERS, (5, 8)):
        draw = Draw(f"{name} {options} {size}")
        start = draw.eighths(size)
        gradients = [draw.away_from_zero(size) for _ in range(5)]
        w = start.clone().requires_grad_()
        optimizer = getattr(torch.optim, theirs)([w], **given)

        def steps(**_):
            for g in gradients:
                w.grad = g.clone()
                optimizer.step()
            return w

        yield record(
            "optimizer",
            steps,
            {"w": start, "gradients": torch.stack(gradients)},
            {"name": name, "options": options},
            wrt=[],
        )


def clipped(kind, limit, arrays):
    parameters = [torch.zeros_like(g, requires_grad=True) for g in arrays]
    for p, g in zip(parameters, arrays):
        p.grad = g.clone()
    if kind == "value":
        clip_grad_value_(parameters, limit)
    for group in {"value": [], "norm": [[p] for p in parameters], "globalNorm": [parameters]}[kind]:
        norm = torch.cat([p.grad.reshape(-1) for p in group]).norm()
        # PyTorch limits the norm plus 1e-6.
        clip_grad_norm_(group, limit * (norm + 1e-6) / norm)
    return torch.cat([p.grad.reshape(-1) for p in parameters])


def clips():
    for kind, limits in [("value", (1.5, 0.25, 9)), ("norm", (4, 0.5, 99)), ("globalNorm", (5, 0.5, 99))]:
        for limit, shapes in itertools.product(limits, [[(3,)], [(2, 3), (4,), ()], [(1,), (8, 4)]]):
            draw = Draw(f"clip {shapes}")
            inputs = {f"g{i}": draw.eighths(*shape) for i, shape in enumerate(shapes)}
            yield record(
                "clipGradients",
                lambda **t: clipped(kind, limit, list(t.values())),
                inputs,
                {kind: limit},
                wrt=[],
            )


def rates(steps, base, make):
    """The rate of each step under a scheduler that is stepped after every one."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    scheduler = make(optimizer)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return torch.tensor(found)


def schedule(form, steps, base, make):
    return record(
        "schedule", lambda: rates(steps, base, make), {}, {"form": form, "steps": steps}, wrt=[]
    )


def schedules():
    yield schedule(["constant", 0.3], 4, 0.3, lambda o: lr_scheduler.ConstantLR(o, 1, 1))
    for every, factor in [(1, 0.9), (3, 0.5), (4, 0.1)]:
        form = ["stepDecay", 0.3, {"every": every, "factor": factor}]
        yield schedule(form, 13, 0.3, lambda o: lr_scheduler.StepLR(o, every, factor))
    for at in ([2, 3, 7], [5], [0, 4]):
        yield schedule(
            ["stepDecay", 0.3, {"at": at}], 9, 0.3, lambda o: lr_scheduler.MultiStepLR(o, at)
        )
    # PyTorch's cosine rises again after its end.
    for steps, end in [(7, 0), (10, 0.02), (1, 0)]:
        form = ["cosine", 0.3, steps, end]
        cosine = lambda o: lr_scheduler.CosineAnnealingLR(o, steps, end)
        yield schedule(form, steps + 1, 0.3, cosine)
        yield schedule(
            ["warmUp", 4, form],
            steps + 5,
            0.3,
            lambda o: lr_scheduler.SequentialLR(
                o, [lr_scheduler.LinearLR(o, 1 / 5, 1, 4), cosine(o)], [4]
            ),
        )
    for steps, share in [(10, 0.3), (25, 0.3), (12, 0.5), (9, 0.2)]:
        yield schedule(
            ["oneCycle", 0.3, steps, share],
            steps,
            0.3,
            lambda o: lr_scheduler.OneCycleLR(
                o, 0.3, steps, pct_start=share, cycle_momentum=False
            ),
        )
    for start, end, steps in [(0.3, 0.003, 6), (1e-4, 1, 9)]:
        factor = (end / start) ** (1 / (steps - 1))
        yield schedule(
            ["exponential", start, end, steps],
            steps,
            start,
            lambda o: lr_scheduler.ExponentialLR(o, factor),
        )


def plateaus():
    for i, options in enumerate(
        [
            {},
            {"patience": 0, "factor": 0.5},
            {"patience": 1, "factor": 0.5, "minRate": 0.05},
            {"patience": 2, "threshold": 0.1, "factor": 0.3},
            {"mode": "max", "patience": 1, "factor": 0.5},
            {"mode": "max", "patience": 0, "threshold": 0.2},
        ]
    ):
        values = Draw(f"plateau {i}").eighths(24, low=0, high=2).tolist()
        names = {"minRate": "min_lr"}

        def follow():
            optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
            plateau = lr_scheduler.ReduceLROnPlateau(
                optimizer, **{names.get(k, k): v for k, v in options.items()}
            )
            found = []
            for value in values:
                plateau.step(value)
                found.append(optimizer.param_groups[0]["lr"])
            return torch.tensor(found)

        yield record(
            "schedule",
            follow,
            {},
            {"form": ["reduceOnPlateau", 0.3, options], "reports": values},
            wrt=[],
        )


def cases():
    yield from optimizers()
    yield from clips()
    yield from schedules()
    yield from plateaus()
