"""Writes shapes.json: masks that Pillow and pycocotools draw, by checksum.

python3 -m venv v && v/bin/pip install pillow pycocotools numpy
v/bin/python shapes.py
"""
import json
import pathlib
import random
import zlib

import numpy as np
import PIL
from PIL import Image, ImageDraw
from pycocotools import mask as coco

R = random.Random(5)
H, W = 37, 53


def point(whole):
    x, y = R.uniform(-8, W + 8), R.uniform(-8, H + 8)
    return [round(x), round(y)] if whole else [round(x, 3), round(y, 3)]


def crc(mask):
    return zlib.crc32(np.ascontiguousarray(mask, dtype=np.uint8).tobytes())


def pillow(draw):
    image = Image.new("L", (W, H), 0)
    draw(ImageDraw.Draw(image))
    return crc(np.asarray(image))


polygons, lines, circles, rectangles, cocos, runs = [], [], [], [], [], []
for i in range(400):
    n = R.choice([3, 3, 4, 5, 8, 20])
    points = [point(i % 2) for _ in range(n)]
    if i % 5 == 0:  # level and upright edges
        points = [[p[0], points[max(k - 1, 0)][1]] if k % 2 else p for k, p in enumerate(points)]
    xy = [tuple(p) for p in points]
    polygons.append([points, pillow(lambda d: d.polygon(xy, fill=1, outline=1))])
    flat = [v for p in points for v in p]
    rle = coco.merge(coco.frPyObjects([flat], H, W))
    mask = coco.decode(rle)
    cocos.append([flat, crc(mask), int(mask.sum())])
    if i < 60:
        runs.append([rle["counts"].decode(), crc(mask)])
for i in range(150):
    points = [point(i % 2) for _ in range(R.choice([2, 2, 3, 5]))]
    xy = [tuple(p) for p in points]
    lines.append([points, pillow(lambda d: d.line(xy, fill=1, width=10))])
for i in range(150):
    (cx, cy), r = point(i % 2), round(R.uniform(0, 22), 3)
    if i % 3 == 0:
        r = 5
    box = [cx - r, cy - r, cx + r, cy + r]
    circles.append([[cx, cy], r, pillow(lambda d: d.ellipse(box, fill=1, outline=1))])
for i in range(60):
    a, b = point(i % 2), point(i % 2)
    low, high = [min(a[0], b[0]), min(a[1], b[1])], [max(a[0], b[0]), max(a[1], b[1])]
    rectangles.append([[a, b], pillow(lambda d: d.rectangle([tuple(low), tuple(high)], fill=1, outline=1))])

out = {
    "pillow": PIL.__version__,
    "size": [H, W],
    "polygons": polygons,
    "lines": lines,
    "circles": circles,
    "rectangles": rectangles,
    "coco": cocos,
    "runs": runs,
}
path = pathlib.Path(__file__).with_name("shapes.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
