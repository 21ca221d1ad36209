"""Writes pillow-shapes.json: what Pillow 9.4 draws, by checksum.

That is the Pillow of Debian 12, `apt-get install python3-pil`:
/usr/bin/python3 pillow_shapes.py
"""
import PIL
from PIL import Image, ImageDraw

from shape_points import H, W, crc, point, polygons, rng, write


def drawn(method, *args, **options):
    image = Image.new("L", (W, H), 0)
    getattr(ImageDraw.Draw(image), method)(*args, **options)
    return crc(image.tobytes())


def flat(points):
    return [v for p in points for v in p]


R = rng()
out = {"pillow": PIL.__version__, "polygons": [], "lines": [], "circles": [], "rectangles": []}
for points in polygons(R):
    out["polygons"].append([points, drawn("polygon", flat(points), fill=1, outline=1)])
for i in range(150):
    points = [point(R, i % 2) for _ in range(R.choice([2, 2, 3, 5]))]
    out["lines"].append([points, drawn("line", flat(points), fill=1, width=10)])
for i in range(150):
    (x, y), r = point(R, i % 2), round(R.uniform(0, 22), 3) if i % 3 else 5
    out["circles"].append([[x, y], r, drawn("ellipse", [x - r, y - r, x + r, y + r], fill=1, outline=1)])
for i in range(60):
    a, b = point(R, i % 2), point(R, i % 2)
    box = [min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])]
    out["rectangles"].append([[a, b], drawn("rectangle", box, fill=1, outline=1)])
write("pillow-shapes.json", out)
