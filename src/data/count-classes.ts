import { DataError, formatList } from "./errors.ts";
import type { Warn } from "./image.ts";
import type { ClassOptions } from "./mask.ts";
import { IGNORE } from "./segmentation-set.ts";

/** What is wrong with masks that leave nothing to tell apart. */
export const SINGLE_CLASS =
	"the masks hold a single class, so there is nothing to learn; check --map, or give --classes 2";

/**
 * The number of classes: as given, or the largest of the `labels` that occur plus
 * one. `warn` is told when numbers in between do not occur, which hints at
 * masks that need `map`. Throws DataError when every pixel is ignored.
 */
export function countClasses(
	labels: Iterable<number>,
	options: ClassOptions,
	place: string,
	warn: Warn,
): number {
	const found = [...labels].filter((id) => id !== IGNORE).sort((a, b) => a - b);
	if (found.length === 0) {
		throw new DataError(
			"has no pixel that is not ignored; check the masks and --ignore",
			place,
		);
	}
	if (options.classes !== undefined) return options.classes;
	const classes = found[found.length - 1] + 1;
	if (found.length < classes) {
		warn(
			`${place}: the masks hold only the values ${formatList(found.map(String), 12)} although the largest makes ${classes} classes; give --map FROM=TO to renumber them, or --classes ${classes} if this is meant`,
		);
	}
	return classes;
}
