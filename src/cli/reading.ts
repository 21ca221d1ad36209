import { type Preset, presets } from "../app/presets.ts";
import type { LoadOptions } from "../data/load-options.ts";
import { loadOptions, shapeOptions } from "./load-data.ts";
import { type Divide, divisionOf } from "./split-options.ts";
import type { Terminal } from "./terminal.ts";
import type { TrainValues } from "./train-plan.ts";

/** How a training reads a folder, and divides it. */
export interface Reading {
	readonly load: LoadOptions;
	readonly divide: Divide;
}

/** What the options say of it, and for those not given the preset. */
export function readingOf(
	values: Parameters<typeof loadOptions>[0] &
		Parameters<typeof shapeOptions>[0] &
		Parameters<typeof divisionOf>[0] &
		Pick<TrainValues, "preset" | "seed">,
	terminal: Terminal,
): Reading {
	const preset: Preset | undefined = values.preset && presets[values.preset];
	const load = {
		...loadOptions(values),
		...(preset && { size: preset.size }),
		...shapeOptions(values),
	};
	const warn = load.allowOrphans ? terminal.warn : undefined;
	return {
		load,
		divide: divisionOf(values, values.seed ?? 0, preset?.split, warn),
	};
}
