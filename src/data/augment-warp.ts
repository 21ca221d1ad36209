// The geometric changes that move pixels to places between pixels. Each one
// moves the places that the output's pixels are taken from, so that several
// together cost the image a single interpolation.
import type { Pixels } from "./augment.ts";
import { normal, type Random } from "./random.ts";

/** For each pixel of the output, row by row, the place in the image it shows; pixel centres are whole numbers. */
export interface Places {
	readonly x: Float64Array;
	readonly y: Float64Array;
	readonly height: number;
	readonly width: number;
}

/** Moves places from the coordinates of a change's output to those of its input. */
export type Move = (places: Places) => void;

/** Enlarges by `factor` about the centre; below 1 it shrinks. */
export function scaling(factor: number): Move {
	return linear(1 / factor, 0);
}

/** Turns counter-clockwise about the centre. */
export function rotation(degrees: number): Move {
	const angle = (degrees * Math.PI) / 180;
	return linear(Math.cos(angle), Math.sin(angle));
}

/** The map [[a, -b], [b, a]] about the centre. */
function linear(a: number, b: number): Move {
	return ({ x, y, height, width }) => {
		const cx = (width - 1) / 2;
		const cy = (height - 1) / 2;
		for (let i = 0; i < x.length; i++) {
			const dx = x[i] - cx;
			const dy = y[i] - cy;
			x[i] = cx + a * dx - b * dy;
			y[i] = cy + b * dx + a * dy;
		}
	};
}

/** Nodes of the elastic grid per side, as in the U-Net paper. */
const NODES = 3;

/**
 * Elastic deformation as in the U-Net paper (Ronneberger et al. 2015, section
 * 3.1): displacements of a grid of 3x3 nodes, normally distributed with
 * `deviation` pixels, interpolated bicubically in between.
 */
export function elastic(deviation: number, random: Random): Move {
	const node = () => deviation * normal(random);
	const across = Float64Array.from({ length: NODES * NODES }, node);
	const down = Float64Array.from({ length: NODES * NODES }, node);
	return ({ x, y, height, width }) => {
		for (let i = 0; i < x.length; i++) {
			const u = (x[i] / Math.max(width - 1, 1)) * (NODES - 1);
			const v = (y[i] / Math.max(height - 1, 1)) * (NODES - 1);
			const dx = bicubic(across, u, v);
			const dy = bicubic(down, u, v);
			x[i] += dx;
			y[i] += dy;
		}
	};
}

/** Value between the nodes (Keys 1981, a = -1/2); beyond the grid the outermost nodes are repeated. */
export function bicubic(
	nodes: ArrayLike<number>,
	u: number,
	v: number,
): number {
	const column = Math.floor(u);
	const row = Math.floor(v);
	const weightsX = keys(u - column);
	const weightsY = keys(v - row);
	const clamp = (n: number) => Math.min(Math.max(n, 0), NODES - 1);
	let sum = 0;
	for (let j = 0; j < 4; j++) {
		const first = clamp(row - 1 + j) * NODES;
		for (let i = 0; i < 4; i++) {
			sum += weightsY[j] * weightsX[i] * nodes[first + clamp(column - 1 + i)];
		}
	}
	return sum;
}

/** Weights of the four nodes around a place `t` past the second. */
function keys(t: number): readonly [number, number, number, number] {
	return [
		((-0.5 * t + 1) * t - 0.5) * t,
		(1.5 * t - 2.5) * t * t + 1,
		((-1.5 * t + 2) * t + 0.5) * t,
		(0.5 * t - 0.5) * t * t,
	];
}

/**
 * Shows each pixel what lies at its place after the moves, the last first:
 * the image interpolated bilinearly, labels by the nearest pixel. Beyond the
 * image, the image is 0 and the label `outside`.
 */
export function warp(
	pixels: Pixels,
	moves: readonly Move[],
	outside: number,
): void {
	const { x, labels, height, width, channels } = pixels;
	const count = height * width;
	const places: Places = {
		x: Float64Array.from({ length: count }, (_, i) => i % width),
		y: Float64Array.from({ length: count }, (_, i) => Math.floor(i / width)),
		height,
		width,
	};
	for (const move of [...moves].reverse()) move(places);
	const image = x.slice();
	const ids = labels.slice();
	for (let i = 0; i < count; i++) {
		const column = Math.round(places.x[i]);
		const row = Math.round(places.y[i]);
		const target = x.subarray(i * channels, (i + 1) * channels);
		if (column >= 0 && column < width && row >= 0 && row < height) {
			labels[i] = ids[row * width + column];
			bilinear(image, pixels, places.x[i], places.y[i], target);
		} else {
			labels[i] = outside;
			target.fill(0);
		}
	}
}

/** The value at a place at most half a pixel beyond the outermost centres. */
function bilinear(
	image: Float32Array,
	{ height, width, channels }: Pixels,
	x: number,
	y: number,
	target: Float32Array,
): void {
	const left = Math.floor(x);
	const top = Math.floor(y);
	const right = Math.min(left + 1, width - 1);
	const bottom = Math.min(top + 1, height - 1);
	const upper = Math.max(top, 0) * width;
	const lower = bottom * width;
	const first = Math.max(left, 0);
	const tx = x - left;
	const ty = y - top;
	for (let c = 0; c < channels; c++) {
		const at = (pixel: number) => image[pixel * channels + c];
		const above = (1 - tx) * at(upper + first) + tx * at(upper + right);
		const below = (1 - tx) * at(lower + first) + tx * at(lower + right);
		target[c] = (1 - ty) * above + ty * below;
	}
}
