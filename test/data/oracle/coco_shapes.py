"""Writes coco-shapes.json: what pycocotools makes of polygons, by checksum, and its compressed runs.

python3 -m venv v && v/bin/pip install pycocotools numpy
v/bin/python coco_shapes.py
"""
import numpy as np
from pycocotools import mask as coco

from shape_points import H, W, crc, polygons, rng, write

out = {"polygons": [], "runs": []}
for i, points in enumerate(polygons(rng())):
    flat = [v for p in points for v in p]
    rle = coco.merge(coco.frPyObjects([flat], H, W))
    checksum = crc(np.ascontiguousarray(coco.decode(rle)).tobytes())
    out["polygons"].append([flat, checksum])
    if i < 60:
        out["runs"].append([rle["counts"].decode(), checksum])
write("coco-shapes.json", out)
