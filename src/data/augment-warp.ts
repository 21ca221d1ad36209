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
		const perColumn = (NODES - 1) / Math.max(width - 1, 1);
		const perRow = (NODES - 1) / Math.max(height - 1, 1);
		const shift: [number, number] = [0, 0];
		for (let i = 0; i < x.length; i++) {
			bicubic([across, down], perColumn * x[i], perRow * y[i], shift);
			x[i] += shift[0];
			y[i] += shift[1];
		}
	};
}

const weightsX = new Float64Array(4);
const weightsY = new Float64Array(4);

/**
 * Values of grids at a place between their nodes (Keys 1981, a = -1/2); beyond
 * a grid its outermost nodes are repeated.
 */
export function bicubic(
	grids: readonly ArrayLike<number>[],
	u: number,
	v: number,
	values: number[],
): void {
	const column = Math.floor(u);
	const row = Math.floor(v);
	keys(u - column, weightsX);
	keys(v - row, weightsY);
	values.fill(0);
	for (let j = 0; j < 4; j++) {
		const first = onGrid(row - 1 + j) * NODES;
		for (let i = 0; i < 4; i++) {
			const weight = weightsY[j] * weightsX[i];
			const at = first + onGrid(column - 1 + i);
			for (let k = 0; k < grids.length; k++) values[k] += weight * grids[k][at];
		}
	}
}

function onGrid(node: number): number {
	return node < 0 ? 0 : node < NODES ? node : NODES - 1;
}

/** Weights of the four nodes around a place `t` past the second. */
function keys(t: number, weights: Float64Array): void {
	weights[0] = ((-0.5 * t + 1) * t - 0.5) * t;
	weights[1] = (1.5 * t - 2.5) * t * t + 1;
	weights[2] = ((-1.5 * t + 2) * t + 0.5) * t;
	weights[3] = (0.5 * t - 0.5) * t * t;
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
	const places = identity(height, width);
	for (const move of [...moves].reverse()) move(places);
	const image = x.slice();
	const ids = labels.slice();
	for (let i = 0; i < ids.length; i++) {
		const column = Math.round(places.x[i]);
		const row = Math.round(places.y[i]);
		if (column >= 0 && column < width && row >= 0 && row < height) {
			labels[i] = ids[row * width + column];
			bilinear(image, pixels, places.x[i], places.y[i], i * channels);
		} else {
			labels[i] = outside;
			x.fill(0, i * channels, (i + 1) * channels);
		}
	}
}

function identity(height: number, width: number): Places {
	const x = new Float64Array(height * width);
	const y = new Float64Array(height * width);
	for (let i = 0; i < x.length; i++) {
		x[i] = i % width;
		y[i] = Math.floor(i / width);
	}
	return { x, y, height, width };
}

/** Writes to `target` on the value at a place at most half a pixel beyond the outermost centres. */
function bilinear(
	image: Float32Array,
	{ x: changed, height, width, channels }: Pixels,
	x: number,
	y: number,
	target: number,
): void {
	const left = Math.floor(x);
	const top = Math.floor(y);
	const tx = x - left;
	const ty = y - top;
	const upper = Math.max(top, 0) * width;
	const lower = Math.min(top + 1, height - 1) * width;
	const first = Math.max(left, 0);
	const last = Math.min(left + 1, width - 1);
	for (let c = 0; c < channels; c++) {
		const above =
			(1 - tx) * image[(upper + first) * channels + c] +
			tx * image[(upper + last) * channels + c];
		const below =
			(1 - tx) * image[(lower + first) * channels + c] +
			tx * image[(lower + last) * channels + c];
		changed[target + c] = (1 - ty) * above + ty * below;
	}
}
