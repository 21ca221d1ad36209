"""Random shapes of the same seed for pillow_shapes.py and coco_shapes.py."""
import pathlib
import json
import random
import zlib

H, W = 37, 53


def point(rng, whole):
    x, y = rng.uniform(-8, W + 8), rng.uniform(-8, H + 8)
    return [round(x), round(y)] if whole else [round(x, 3), round(y, 3)]


def polygons(rng):
    """400 polygons, every second with whole coordinates, every fifth with level and upright edges."""
    for i in range(400):
        points = [point(rng, i % 2) for _ in range(rng.choice([3, 3, 4, 5, 8, 20]))]
        if i % 5 == 0:
            points = [[p[0], points[max(k - 1, 0)][1]] if k % 2 else p for k, p in enumerate(points)]
        yield points


def crc(mask):
    """Checksum of a mask's bytes, row by row."""
    return zlib.crc32(mask)


def write(name, content):
    path = pathlib.Path(__file__).with_name(name)
    path.write_text(json.dumps({"size": [H, W], **content}, separators=(",", ":")) + "\n")


def rng():
    return random.Random(5)
