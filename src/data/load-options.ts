import type { Warn } from "./image.ts";
import type { ClassOptions } from "./mask.ts";

/** What a user can say about a set on disk; all of it optional. */
export interface LoadOptions extends ClassOptions {
	/** Name of the layout; recognised, if not given (`--layout`). */
	readonly layout?: string;
	/**
	 * Names of the classes by number (`--classes A,B`). Where files name the
	 * classes (COCO, labelme), only these are drawn; `background` is the rest.
	 */
	readonly classNames?: readonly string[];
	/** How masks are called, with `{}` for their image's name (`--pair`). */
	readonly pair?: string;
	/** Folder of images or .npy file, absolute or within the set's folder (`--images`). */
	readonly imagesPath?: string;
	/** Folder of masks or .npy file, absolute or within the set's folder (`--masks`). */
	readonly masksPath?: string;
	/** Height and width in pixels that everything is resized to (`--size HxW`). */
	readonly size?: readonly [height: number, width: number];
	/** 1 = gray, 3 = colour; 1 if all images are gray, else 3, if not given. */
	readonly channels?: 1 | 3;
	/** Leave images without mask and masks without image out, with a warning (`--allow-orphans`). */
	readonly allowOrphans?: boolean;
}

/** Where a loader reports. */
export interface LoadEvents {
	/** Takes one sentence about something odd that was dealt with. */
	readonly warn: Warn;
	/** Told after each image how many are read. */
	readonly progress?: (done: number, total: number) => void;
}
