import * as v from "valibot";
import { type Preset, type PresetName, presets } from "../app/presets.ts";
import type { AugmentConfig } from "../data/augment.ts";
import { checkAugment, parseAugment } from "../data/augment-config.ts";
import { backgroundOf } from "../data/class-names.ts";
import type { SampleSource } from "../data/sample-source.ts";
import { IGNORE } from "../data/segmentation-set.ts";
import type { Option } from "./command.ts";
import * as option from "./option.ts";

type Changes = Pick<AugmentConfig, "steps" | "choose">;

const NONE: Changes = { steps: [], choose: "each" };

/** `none`, a preset's changes, or a list; what is wrong in a list is said by its own error. */
const augment: Option<Changes | undefined> = {
	value: "LIST|PRESET",
	help: "changes of training images, e.g. flips,rotation=15 (none)",
	wanted:
		"names of changes separated by commas, for example flips,rot90,brightness=0.1",
	schema: v.optional(
		v.pipe(
			v.string(),
			v.transform((text): Changes => {
				if (text === "none") return NONE;
				if (!Object.hasOwn(presets, text)) {
					return { steps: parseAugment(text), choose: "each" };
				}
				const preset: Preset = presets[text as PresetName];
				return preset.augment ?? NONE;
			}),
		),
	),
};

/** The options that decide what happens to training images. */
export const AUGMENT_OPTIONS = {
	augment,
	outside: option.rare(
		option.choice(
			["ignore", "background"],
			"label of pixels beyond a moved image (ignore)",
		),
	),
};

/** The changes asked for, checked against the images. Throws UsageError for what does not fit them. */
export function resolveAugment(
	values: {
		augment: Changes | undefined;
		outside: "ignore" | "background" | undefined;
	},
	set: SampleSource,
	classNames: readonly string[],
): AugmentConfig {
	const background = values.outside === "background";
	const config = {
		...(values.augment ?? NONE),
		outside: background ? backgroundOf(classNames) : IGNORE,
	};
	checkAugment(config, set);
	return config;
}
