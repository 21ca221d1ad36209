"""Writes augment.json: expected results of the augmentations that have a published definition.

    python3 test/data/oracle/make.py && npx biome format --write test/data/oracle

made the file with numpy 2.4 and scipy 1.17.

Colour: the formulas in TensorFlow's documentation of tf.image.adjust_*, in
float64; hue and saturation through Python's own colorsys. Geometry: numpy's
flips and rot90; the central crop by tf.image.central_crop's documented bounds,
enlarged with half-pixel centres by scipy's map_coordinates; rotation and scale
through their matrices and map_coordinates; the elastic grid through Keys's kernel as
his paper gives it (1981, equation 15), piecewise in the distance.
"""

import colorsys
import json
import pathlib

import numpy as np
from scipy import ndimage

rng = np.random.default_rng(5)
H, W = 7, 9
image = np.round(rng.random((H, W, 3)), 3)
# Gray, black, white and pure colours are where HSV branches.
image[0, :4] = [[0.5, 0.5, 0.5], [0, 0, 0], [1, 1, 1], [1, 0, 0]]
image[1, :3] = [[0, 1, 0], [0, 0, 1], [1, 1, 0]]
mask = rng.integers(0, 5, (H, W))


def hsv(change):
    out = np.empty_like(image)
    for i in np.ndindex(H, W):
        out[i] = colorsys.hsv_to_rgb(*change(*colorsys.rgb_to_hsv(*image[i])))
    return out


def contrast(factor):
    mean = image.mean(axis=(0, 1))
    return (image - mean) * factor + mean


def sample(coordinates):
    """Bilinear image with repeated borders, and the nearest mask value."""
    planes = [
        ndimage.map_coordinates(image[..., c], coordinates, order=1, mode="nearest")
        for c in range(3)
    ]
    rows, columns = (np.floor(v + 0.5).astype(int) for v in coordinates)
    return np.stack(planes, -1), mask[rows, columns]


def central_crop(fraction):
    axes, nearest = [], []
    for n in (H, W):
        start = int((n - n * fraction) / 2)
        size = n - 2 * start
        axis = start + (np.arange(n) + 0.5) * size / n - 0.5
        # Beyond the cut nothing is seen: its outermost pixels are repeated.
        axes.append(np.clip(axis, start, start + size - 1))
        nearest.append(start + np.floor((np.arange(n) + 0.5) * size / n).astype(int))
    pixels, _ = sample(np.meshgrid(*axes, indexing="ij"))
    return pixels, mask[np.ix_(*nearest)]


def affine(matrix):
    """The output pixel at p, relative to the centre, shows what is at matrix @ p (row, column)."""
    centre = np.array([(H - 1) / 2, (W - 1) / 2])
    offset = centre - matrix @ centre
    grid = np.stack(np.meshgrid(np.arange(H), np.arange(W), indexing="ij"))
    places = np.tensordot(matrix, grid, 1) + offset[:, None, None]
    nearest = np.floor(places + 0.5).astype(int)
    last = np.array([H - 1, W - 1])[:, None, None]
    inside = ((nearest >= 0) & (nearest <= last)).all(axis=0)
    pixels, _ = sample(np.clip(places, 0, last))
    ids = mask[tuple(np.clip(nearest, 0, last))]
    return pixels * inside[..., None], np.where(inside, ids, 255)


def rotation(degrees):
    a = np.deg2rad(degrees)
    # Counter-clockwise as seen, with rows downwards.
    return np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])


def keys(distance):
    s = abs(distance)
    if s < 1:
        return 1.5 * s**3 - 2.5 * s**2 + 1
    return -0.5 * s**3 + 2.5 * s**2 - 4 * s + 2 if s < 2 else 0.0


def bicubic(nodes, u, v):
    padded = np.pad(nodes, 4, mode="edge")
    return sum(
        keys(v - j) * keys(u - i) * padded[j + 4, i + 4]
        for j in range(-4, 7)
        for i in range(-4, 7)
    )


def turned(k):
    """Quarter turns, of the left square."""
    return np.rot90(image[:, :H], k), np.rot90(mask[:, :H], k)


def case(name, value, result):
    pixels, ids = result if isinstance(result, tuple) else (result, mask)
    return {
        "name": name,
        "value": value,
        "x": [round(float(v), 9) for v in pixels.ravel()],
        "labels": [int(v) for v in ids.ravel()],
    }


cases = [
    case("brightness", 0.1, image + 0.1),
    case("gamma", 0.1, image**0.1),
    case("gamma", 1.7, image**1.7),
    case("contrast", 1.6, contrast(1.6)),
    case("hue", -0.1, hsv(lambda h, s, v: ((h - 0.1) % 1, s, v))),
    case("hue", 0.35, hsv(lambda h, s, v: ((h + 0.35) % 1, s, v))),
    case("saturation", 0.4, hsv(lambda h, s, v: (h, min(0.4 * s, 1), v))),
    case("saturation", 3, hsv(lambda h, s, v: (h, min(3 * s, 1), v))),
    case("flip-left-right", 0, (image[:, ::-1], mask[:, ::-1])),
    case("flip-up-down", 0, (image[::-1], mask[::-1])),
    case("rot90", 2, (np.rot90(image, 2), np.rot90(mask, 2))),
    case("central-crop", 0.7, central_crop(0.7)),
    case("central-crop", 0.5, central_crop(0.5)),
    case("rotation", 20, affine(rotation(20))),
    case("rotation", -75, affine(rotation(-75))),
    case("scale", 1.3, affine(np.eye(2) / 1.3)),
    case("scale", 0.6, affine(np.eye(2) / 0.6)),
]
nodes = np.round(rng.normal(size=(3, 3)), 3)
places = [(u, v) for u in (-0.4, 0, 0.3, 1, 1.75, 2, 2.2) for v in (-0.1, 0.5, 2)]
bicubic_cases = {
    "nodes": nodes.ravel().tolist(),
    "places": [[u, v, round(float(bicubic(nodes, u, v)), 12)] for u, v in places],
}
result = {
    "images": [
        {
            "height": H,
            "width": W,
            "x": image.ravel().tolist(),
            "labels": mask.ravel().tolist(),
            "cases": cases,
        },
        {
            "height": H,
            "width": H,
            "x": image[:, :H].ravel().tolist(),
            "labels": mask[:, :H].ravel().tolist(),
            "cases": [case("rot90", k, turned(k)) for k in (1, 2, 3)],
        },
    ],
    "bicubic": bicubic_cases,
}
path = pathlib.Path(__file__).with_name("augment.json")
path.write_text(json.dumps(result, separators=(",", ":")) + "\n")
