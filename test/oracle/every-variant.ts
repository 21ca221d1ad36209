import type { WebgpuDevice } from "../../src/engine/index.ts";

/**
 * Runs `check` with the first variant of every op, then with the second where
 * there is one, and so on; returns what each run found, under its number.
 */
export async function withEveryVariant(
	device: WebgpuDevice,
	check: () => Promise<string[]>,
): Promise<string[]> {
	const found: string[] = [];
	let more = true;
	for (let i = 0; more; i++) {
		more = false;
		device.choose = (_, variants) => {
			if (i + 1 < variants.length) more = true;
			return variants[Math.min(i, variants.length - 1)];
		};
		found.push(...(await check()).map((p) => `${p} (variant ${i})`));
	}
	device.choose = (_, variants) => variants[0];
	return found;
}
