import type { Size } from "./resize.ts";

/** Where a window of an image begins, in pixels. */
export interface Corner {
	readonly top: number;
	readonly left: number;
}

/**
 * Windows of one size that cover an image, row by row, spread evenly so that
 * neighbours share at least `overlap` (0 to below 1) of their extent. An image
 * smaller than the window gets one that reaches beyond it.
 */
export function tileCorners(
	image: Size,
	tile: Size,
	overlap: number,
): Corner[] {
	const tops = starts(image.height, tile.height, overlap);
	const lefts = starts(image.width, tile.width, overlap);
	return tops.flatMap((top) => lefts.map((left) => ({ top, left })));
}

function starts(length: number, window: number, overlap: number): number[] {
	const room = length - window;
	if (room <= 0) return [0];
	const step = Math.max(1, Math.floor(window * (1 - overlap)));
	const count = Math.ceil(room / step) + 1;
	return Array.from({ length: count }, (_, i) =>
		Math.round((i * room) / (count - 1)),
	);
}

/** Cuts a window out of 8-bit pixels, H,W,C; beyond the image its border pixels go on, or all is 0. */
export function cutTile(
	image: Size & { readonly channels: number; readonly data: Uint8Array },
	{ top, left }: Corner,
	tile: Size,
	mirrored: Mirrored = {},
	beyond: "border" | "zero" = "border",
): Uint8Array {
	const { height, width, channels, data } = image;
	const within = (at: number, length: number) =>
		at >= 0 && at < length
			? at
			: beyond === "border"
				? Math.min(Math.max(at, 0), length - 1)
				: undefined;
	const cut = new Uint8Array(tile.height * tile.width * channels);
	for (let i = 0; i < tile.height; i++) {
		const inTile = mirrored.vertical ? tile.height - 1 - i : i;
		const y = within(top + inTile, height);
		if (y === undefined) continue;
		for (let j = 0; j < tile.width; j++) {
			const x = mirrored.horizontal ? tile.width - 1 - j : j;
			const column = within(left + x, width);
			if (column === undefined) continue;
			const from = (y * width + column) * channels;
			const to = (i * tile.width + j) * channels;
			for (let c = 0; c < channels; c++) cut[to + c] = data[from + c];
		}
	}
	return cut;
}

/** How a window was turned before the net saw it. */
export interface Mirrored {
	readonly horizontal?: boolean;
	readonly vertical?: boolean;
}

/** Adds up scores of overlapping windows, and gives back finished rows from the top. */
export interface Blender {
	/** Scores of a window, H,W,C. Windows come row by row: none begins above an earlier one. */
	add(scores: Float32Array, corner: Corner, mirrored?: Mirrored): void;
	/** The rest: no window comes any more. */
	finish(): void;
}

/**
 * Blends windows by Gaussian weights around their centres, because nets are
 * least sure at a window's border: a standard deviation of an eighth of the
 * extent, never below a thousandth (the sliding windows of nnU-Net: Isensee et
 * al. 2021, doi:10.1038/s41592-020-01008-z). Memory is that of one row of
 * windows, whatever the image's height: `rows(first, scores)` takes rows that no
 * later window can change, H,W,C, valid until it returns.
 */
export function blender(
	image: Size,
	tile: Size,
	channels: number,
	rows: (first: number, scores: Float32Array) => void,
): Blender {
	const { width } = image;
	const height = Math.min(tile.height, image.height);
	const down = gaussian(tile.height);
	const across = gaussian(tile.width);
	const sums = new Float32Array(height * width * channels);
	const weights = new Float32Array(height * width);
	let top = 0;

	/** Hands over the rows above `row`. */
	function advance(row: number): void {
		const count = Math.min(row, image.height) - top;
		if (count <= 0) return;
		for (let p = 0; p < count * width; p++) {
			for (let c = 0; c < channels; c++) sums[p * channels + c] /= weights[p];
		}
		rows(top, sums.subarray(0, count * width * channels));
		sums.copyWithin(0, count * width * channels);
		sums.fill(0, (height - count) * width * channels);
		weights.copyWithin(0, count * width);
		weights.fill(0, (height - count) * width);
		top += count;
	}

	return {
		add(scores, corner, mirrored = {}) {
			advance(corner.top);
			const right = Math.min(tile.width, width - corner.left);
			for (let i = 0; i < height; i++) {
				const y = mirrored.vertical ? tile.height - 1 - i : i;
				for (let j = 0; j < right; j++) {
					const x = mirrored.horizontal ? tile.width - 1 - j : j;
					const weight = down[i] * across[j];
					const to = i * width + corner.left + j;
					const from = (y * tile.width + x) * channels;
					weights[to] += weight;
					for (let c = 0; c < channels; c++) {
						sums[to * channels + c] += weight * scores[from + c];
					}
				}
			}
		},
		finish: () => advance(image.height),
	};
}

function gaussian(length: number): Float32Array {
	const deviation = length / 8;
	return Float32Array.from({ length }, (_, i) => {
		const distance = (i + 0.5 - length / 2) / deviation;
		return Math.max(Math.exp(-0.5 * distance * distance), 1e-3);
	});
}
