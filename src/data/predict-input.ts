// Node only: reads the disk; the npm package tinyglobby.
import { glob, isDynamicPattern } from "tinyglobby";
import { DataError } from "./errors.ts";
import { filesIn, kindOf, readBytes } from "./files.ts";
import {
	decodeImage,
	type Image,
	looksLikeImage,
	type Warn,
	withChannels,
} from "./image.ts";

/**
 * The image files that paths name: files themselves, folders by the images
 * in them (not deeper), patterns (`photos/**\/*.jpg`) by the files that match, each once. Throws DataError for what is missing and for
 * folders without images.
 */
export async function listInputs(paths: readonly string[]): Promise<string[]> {
	const found = new Set<string>();
	for (const path of paths) {
		const kind = await kindOf(path);
		if (kind === "missing" && isDynamicPattern(path)) {
			const matches = await glob(path, { expandDirectories: false });
			const files = matches.filter(looksLikeImage).sort();
			if (files.length === 0) {
				throw new DataError(
					"no PNG, JPEG or GIF file matches; check the pattern",
					path,
				);
			}
			for (const file of files) found.add(file);
			continue;
		}
		if (kind === "missing") {
			throw new DataError("does not exist; check the path", path);
		}
		const files =
			kind === "file" ? [path] : await filesIn(path, looksLikeImage);
		if (files.length === 0) {
			throw new DataError(
				"holds no PNG, JPEG or GIF; give another folder",
				path,
			);
		}
		for (const file of files) found.add(file);
	}
	return [...found];
}

/**
 * Reads one image at its own size with the channels the net takes.
 * Throws DataError naming the file.
 */
export async function readInput(
	path: string,
	channels: 1 | 3,
	warn: Warn,
): Promise<Image> {
	const image = decodeImage(await readBytes(path), path, warn);
	return withChannels(image, channels);
}
