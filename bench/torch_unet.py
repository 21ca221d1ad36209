"""The training steps of bench/peers/steps.json in PyTorch, fp32 (TF32 off).

    /usr/bin/python3 bench/torch_unet.py [--filter TEXT] [--budget SECONDS]

Weights and data are those of bench/peers (numbers.ts, nets.ts, workloads.ts), so
losses can be compared. Runs on CUDA where there is one, else on the CPU: there
Debian's python3-torch wants libopenblas0-pthread and the variables below.
A line per workload goes to stderr, JSON to stdout.
"""

import argparse
import json
import os
import statistics
import sys
import time

# More threads of OpenBLAS below those of OpenMP slow it down twofold.
os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Threads that spin while they wait take the core from the one they wait for
# when others work on the machine too: 7 times the wall time, 5 times the CPU time.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import torch
import torch.nn.functional as F

X_SEED = 1000
LABEL_SEED = 1002
MAX_STEPS = 50


def uniform(seed, length):
    """Numbers in [0, 1): the hash of numbers.ts."""
    start = np.uint32((seed * 0x9E3779B9) & 0xFFFFFFFF)
    h = np.arange(length, dtype=np.uint32) + start
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x7FEB352D)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x846CA68B)
    h ^= h >> np.uint32(16)
    return (h >> np.uint32(8)).astype(np.float64) / 2**24


class Weights:
    """The weights of a net in the order in which it asks for them: made at the first pass, then given again."""

    def __init__(self, device):
        self.device = device
        self.all = []
        self.next = 0

    def rewind(self):
        self.next = 0

    def take(self, make):
        seed = self.next
        self.next += 1
        if seed == len(self.all):
            values = torch.from_numpy(make(seed)).to(self.device)
            self.all.append(values.requires_grad_())
        return self.all[seed]

    def filter(self, shape):
        """HWIO, or HWOI of a transposed convolution; both are PyTorch's order from back to front."""

        def make(seed):
            limit = np.sqrt(6 / (shape[0] * shape[1] * (shape[2] + shape[3])))
            values = (2 * uniform(seed, int(np.prod(shape))) - 1) * limit
            values = values.astype(np.float32).reshape(shape)
            return np.ascontiguousarray(values.transpose(3, 2, 0, 1))

        return self.take(make)

    def vector(self, size, first=0):
        return self.take(lambda _: np.full(size, first, np.float32))


def conv(w, x, into, out, k):
    kernel = w.filter((k, k, into, out))
    return F.conv2d(x, kernel, w.vector(out), padding=k // 2)


def up(w, x, into, out, k, stride):
    """Transposed convolution to `stride` times the size; what is too much is at the end (Keras)."""
    kernel = w.filter((k, k, out, into))
    height, width = x.shape[2] * stride, x.shape[3] * stride
    before = (k - stride) // 2
    y = F.conv_transpose2d(x, kernel, w.vector(out), stride=stride, padding=before)
    return y[:, :, :height, :width]


def pets(w, x, form):
    base = form["base"]

    def pair(x, into, out):
        y = F.relu(conv(w, x, into, out, 3))
        return F.relu(conv(w, y, out, out, 3))

    skips = []
    into = form["channels"]
    for factor in (1, 2, 4, 8):
        skips.append(pair(x, into, base * factor))
        x = F.max_pool2d(skips[-1], 2)
        into = base * factor
    for factor in (8, 4, 2, 1):
        out = base * factor
        x = up(w, pair(x, into, 2 * out), 2 * out, out, 2, 2)
        x = torch.cat((x, skips.pop()), 1)
        into = 2 * out
    return conv(w, pair(x, into, base), base, form["classes"], 3)


def m2nist(w, x, form):
    base, classes = form["base"], form["classes"]

    def leaky(x):
        return F.leaky_relu(x, 0.3)

    def activate(x, channels):
        gamma, beta = w.vector(channels, 1), w.vector(channels)
        return F.batch_norm(leaky(x), None, None, gamma, beta, training=True, eps=1e-3)

    skips = []
    x = F.pad(x, (0, 12))
    into = form["channels"]
    for factor, k in ((1, 5), (2, 5), (4, 5), (4, 3), (4, 3)):
        out = base * factor
        x = conv(w, leaky(conv(w, x, into, out, k)), out, out, k)
        # Windows over the edge count what is inside, as with "same" padding.
        x = activate(F.max_pool2d(x, 3, 2, ceil_mode=True), out)
        skips.append((x, out))
        into = out
    skips.pop()
    for _ in range(2):
        x = activate(conv(w, x, into, into, 3), into)
    for factor in (4, 4, 2, 2):
        out = base * factor
        skip, channels = skips.pop()
        x = torch.cat((skip, up(w, x, into, out, 5, 2)), 1)
        into = channels + out
        x = activate(x, into)
    x = activate(up(w, x, into, classes, 5, 2), classes)
    return up(w, x, classes, classes, 5, 1)[..., :-12]


def measure(form, device, budget):
    net = {"pets": pets, "m2nist": m2nist}[form["net"]]
    size = (form["batch"], form["height"], form["width"])
    images = uniform(X_SEED, int(np.prod(size)) * form["channels"])
    images = images.astype(np.float32).reshape(*size, -1).transpose(0, 3, 1, 2)
    x = torch.from_numpy(np.ascontiguousarray(images)).to(device)
    labels = uniform(LABEL_SEED, int(np.prod(size))) * form["classes"]
    labels = torch.from_numpy(labels.astype(np.int64).reshape(size)).to(device)

    weights = Weights(device)
    with torch.no_grad():
        net(weights, x[:1], form)
    adam = torch.optim.Adam(weights.all, lr=1e-3, eps=1e-7)

    def step():
        weights.rewind()
        adam.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(weights, x, form), labels)
        loss.backward()
        adam.step()
        return loss.item()

    start = time.perf_counter()
    losses = [step()]
    first = time.perf_counter() - start
    losses.append(step())
    wall, cpu = [], []
    while len(wall) < 3 or (sum(wall) < budget and len(wall) < MAX_STEPS):
        before = time.perf_counter(), time.process_time()
        losses.append(step())
        if device == "cuda":
            torch.cuda.synchronize()
        wall.append(time.perf_counter() - before[0])
        cpu.append(time.process_time() - before[1])
    result = {
        "workload": f"step: {form['name']}",
        "losses": losses[:3],
        "wallMs": 1e3 * statistics.median(wall),
        "wallRange": [1e3 * min(wall), 1e3 * max(wall)],
        "repetitions": len(wall),
        "firstMs": 1e3 * first,
    }
    # On a GPU the process computes nothing: its time would mean nothing.
    if device == "cpu":
        result["cpuMs"] = 1e3 * statistics.median(cpu)
    else:
        result["peakBytes"] = torch.cuda.max_memory_allocated()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--filter", default="", help="part of the workloads' names")
    parser.add_argument("--budget", type=float, default=5, help="seconds for each")
    options = parser.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    device = "cuda" if torch.cuda.is_available() else "cpu"
    name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "peers", "steps.json"), encoding="utf-8") as file:
        forms = json.load(file)
    steps = []
    for form in forms:
        if options.filter in f"step: {form['name']}":
            steps.append(measure(form, device, options.budget))
            last = steps[-1]
            losses = " ".join(f"{loss:.5f}" for loss in last["losses"])
            text = f"{last['workload']}: {last['wallMs']:.1f} ms, losses {losses}"
            print(text, file=sys.stderr)
    device = f"{name}, {torch.get_num_threads()} threads" if name == "cpu" else name
    print(json.dumps({"torch": torch.__version__, "device": device, "steps": steps}))


if __name__ == "__main__":
    main()
