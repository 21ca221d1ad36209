import { UsageError } from "../data/errors.ts";
import type { Picture } from "../data/picture.ts";
import { readInput } from "../data/predict-input.ts";

/** What stands behind the foreground: a picture file, or a colour; white where nothing is said. Throws UsageError where it would not be used. */
export async function resolveBehind(
	text: string | undefined,
	wanted: readonly string[],
): Promise<Picture> {
	if (text !== undefined && !wanted.includes("replaced")) {
		throw new UsageError("--behind is for --write replaced; give both");
	}
	const colour = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(
		text ?? "#ffffff",
	);
	if (colour) {
		const data = Uint8Array.from(colour.slice(1), (h) =>
			Number.parseInt(h, 16),
		);
		return { height: 1, width: 1, channels: 3, data };
	}
	return readInput(text as string, 3, () => {});
}
