import {
	type Annotated,
	type Classes,
	cocoFile,
	labelmeJson,
} from "../data/annotations.ts";
import {
	blurBackground,
	replaceBackground,
	withAlpha,
} from "../data/background.ts";
import type { Image } from "../data/image.ts";
import {
	indexPng,
	overlayPng,
	type Picture,
	palettePng,
	picturePng,
} from "../data/picture.ts";
import { resizeImage } from "../data/resize.ts";

/** A segmented image. */
export interface Segmented {
	readonly fileName: string;
	readonly image: Image;
	/** Class numbers, H,W. */
	readonly ids: Uint8Array;
	/** Probability of any class but the background, H,W, 0 to 255. */
	readonly foreground: Uint8Array;
}

/** What outputs need besides the image. */
export interface OutputContext {
	readonly classes: Classes;
	/** Picture or colour that replaces the background. */
	readonly behind: Picture;
}

/** One file for each image: what follows its name, and how it is made. */
interface Output {
	readonly suffix: string;
	make(image: Segmented, context: OutputContext): Uint8Array | string;
}

/** Files that `--write` names, made from the finished image. */
const MADE: Readonly<Record<string, Output>> = {
	class: {
		suffix: ".png",
		make: ({ image, ids }) => indexPng(ids, image.height, image.width),
	},
	palette: {
		suffix: "-palette.png",
		make: ({ image, ids }, { classes }) =>
			palettePng(ids, image.height, image.width, classes),
	},
	overlay: {
		suffix: "-overlay.png",
		make: ({ image, ids }, { classes }) => overlayPng(image, ids, 0.5, classes),
	},
	labelme: {
		suffix: ".json",
		make: (image, { classes }) => labelmeJson(annotated(image), classes),
	},
	transparent: {
		suffix: "-transparent.png",
		make: ({ image, foreground }) => picturePng(withAlpha(image, foreground)),
	},
	blurred: {
		suffix: "-blurred.png",
		make({ image, foreground }) {
			// A fiftieth of the longer side in each of three passes looks like a wide aperture.
			const radius = Math.ceil(Math.max(image.height, image.width) / 50);
			return picturePng(blurBackground(image, foreground, radius));
		},
	},
	replaced: {
		suffix: "-replaced.png",
		make({ image, foreground }, { behind }) {
			const fitted = resizeImage(behind, image);
			return picturePng(replaceBackground(image, foreground, fitted));
		},
	},
};

/** Written while the image is segmented, row by row. */
export const PROBABILITIES = "probabilities";
/** One file for all images. */
export const COCO = "coco";

/** Words for `--write`. */
export const OUTPUTS: readonly string[] = [
	...Object.keys(MADE),
	PROBABILITIES,
	COCO,
];

const COCO_FILE = "annotations.json";

/** The file of probabilities of an image, f32 [height, width, classes]. */
export function probabilitiesName(name: string): string {
	return `${name}-probabilities.npy`;
}

/** Names of all files that will be written. */
export function outputFiles(
	wanted: readonly string[],
	names: readonly string[],
): string[] {
	const each = names.flatMap((name) =>
		wanted.flatMap((word) => {
			if (word === PROBABILITIES) return [probabilitiesName(name)];
			return word === COCO ? [] : [name + MADE[word].suffix];
		}),
	);
	return wanted.includes(COCO) ? [...each, COCO_FILE] : each;
}

/** Writes what is wanted of one image after the other; `end` writes what is about all. */
export function outputWriter(
	wanted: readonly string[],
	context: OutputContext,
	write: (name: string, data: Uint8Array | string) => string,
) {
	const coco = wanted.includes(COCO) ? cocoFile(context.classes) : undefined;
	return {
		/** Returns the files. */
		add(name: string, image: Segmented): string[] {
			coco?.add(annotated(image));
			return wanted.flatMap((word) => {
				const output = MADE[word];
				if (!output) return [];
				return [write(name + output.suffix, output.make(image, context))];
			});
		},
		end(): string[] {
			return coco ? [write(COCO_FILE, coco.json())] : [];
		},
	};
}

function annotated({ fileName, image, ids }: Segmented): Annotated {
	return { fileName, height: image.height, width: image.width, ids };
}
