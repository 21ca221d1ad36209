"""Writes the cases of every family: python3 test/oracle/torch/make.py [family ...]"""

import importlib
import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
FAMILIES = [
    "convolution",
    "elementwise",
    "normalization",
    "pooling",
    "regions",
    "shape",
    "training",
    "unet",
    "updates",
]

for family in sys.argv[1:] or FAMILIES:
    lines = [
        json.dumps(case, separators=(",", ":"))
        for case in importlib.import_module(family).cases()
    ]
    text = "\n".join(lines) + "\n"
    (HERE / f"{family}.jsonl").write_text(text)
    print(f"{family}: {len(lines)} cases, {len(text) // 1024} KB, torch {torch.__version__}")
