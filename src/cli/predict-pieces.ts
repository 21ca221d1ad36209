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
import { frameOf } from "../unet/frame.ts";
import type { UnetConfig } from "../unet/index.ts";

/** What the net sees at a time: an image as a whole or a tile of it, as it is or mirrored. */
export interface Piece {
	/** Number of the image. */
	readonly image: number;
	readonly corner: Corner;
	readonly mirrored: Mirrored;
}

/** How images become pieces. */
export interface Cutting {
	/** What the net tells the classes of. */
	readonly tile: Size;
	/** What it sees around that on each side, rows and columns: of the image, beyond it 0. */
	readonly context: Size;
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
	const { tile, context, overlap } = cutting;
	const whole = overlap === undefined ? resizeImage(image, tile) : image;
	const { top, left } = piece.corner;
	const corner = { top: top - context.height, left: left - context.width };
	const bare = context.height + context.width === 0;
	const beyond = bare ? "border" : "zero";
	const seen = inputOf(cutting);
	return cutTile(whole, corner, seen, piece.mirrored, beyond);
}

/** Height and width of what the net takes. */
export function inputOf({ tile, context }: Cutting): Size {
	return {
		height: tile.height + 2 * context.height,
		width: tile.width + 2 * context.width,
	};
}

/**
 * What a net of this input size tells and sees of a tile. Valid convolutions
 * take a border away: of tiles it is the image around them.
 */
export function tileOf(
	model: UnetConfig,
	[height, width]: readonly [number, number],
	tiles: boolean,
): Pick<Cutting, "tile" | "context"> {
	if (!tiles || model.padding === "same") {
		return { tile: { height, width }, context: { height: 0, width: 0 } };
	}
	const { pad, crop } = frameOf(model, height, width);
	return {
		tile: { height: height + crop[1], width: width + crop[3] },
		context: { height: pad[0], width: pad[2] },
	};
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
