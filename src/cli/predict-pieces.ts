import type { Image } from "../data/image.ts";
import { resizeImage, resizeScores, type Size } from "../data/resize.ts";
import {
	type Blender,
	blender,
	type Corner,
	cutTile,
	type Mirrored,
	tileCorners,
} from "../data/tiles.ts";

/** What the net sees at a time: an image as a whole or a tile of it, as it is or mirrored. */
export interface Piece {
	/** Number of the image. */
	readonly image: number;
	readonly corner: Corner;
	readonly mirrored: Mirrored;
}

/** How images become pieces. */
export interface Cutting {
	/** What the net takes. */
	readonly tile: Size;
	/** Least share of a tile that its neighbour has too; undefined: images are resized and taken as a whole. */
	readonly overlap: number | undefined;
	readonly mirrors: readonly Mirrored[];
}

/** Words for `--flips`. */
export const FLIPS = ["left-right", "all"] as const;

/** The image as it is, and mirrored as `--flips` says. */
export function mirrorsOf(
	flips: (typeof FLIPS)[number] | undefined,
): Mirrored[] {
	const plain = {};
	const horizontal = { horizontal: true };
	if (!flips) return [plain];
	if (flips === "left-right") return [plain, horizontal];
	const vertical = { vertical: true };
	return [plain, horizontal, vertical, { ...horizontal, ...vertical }];
}

/** All pieces of images of these sizes, image by image, from the top down. */
export function piecesOf(sizes: readonly Size[], cutting: Cutting): Piece[] {
	const { tile, overlap, mirrors } = cutting;
	return sizes.flatMap((size, image) => {
		const corners =
			overlap === undefined
				? [{ top: 0, left: 0 }]
				: tileCorners(size, tile, overlap);
		return corners.flatMap((corner) =>
			mirrors.map((mirrored) => ({ image, corner, mirrored })),
		);
	});
}

/** Pixels of a piece, H,W,C. */
export function cutPiece(image: Image, piece: Piece, cutting: Cutting) {
	const whole =
		cutting.overlap === undefined ? resizeImage(image, cutting.tile) : image;
	return cutTile(whole, piece.corner, cutting.tile, piece.mirrored);
}

/** Puts the scores of an image's pieces together; `rows` takes finished rows, H,W,C, at the image's own size. */
export function assemble(
	image: Size,
	{ tile, overlap }: Cutting,
	classes: number,
	rows: (first: number, scores: Float32Array) => void,
): Blender {
	if (overlap !== undefined) return blender(image, tile, classes, rows);
	// Scores are resized, never classes.
	return blender(tile, tile, classes, (_, scores) =>
		rows(0, resizeScores(scores, tile, classes, image)),
	);
}
