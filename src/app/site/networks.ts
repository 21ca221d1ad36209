import type { NamedOptions } from "../../unet/index.ts";
import { digitsPreset } from "../digits-preset.ts";
import { type Preset, type PresetName, presets } from "../presets.ts";

/** A network that can be chosen, with what it is usually trained with. */
export interface Network {
	readonly label: string;
	readonly about: string;
	readonly model: Partial<NamedOptions>;
	readonly learningRate: number;
	readonly optimizer?: Preset["optimizer"];
	readonly schedule: "one-cycle" | "constant";
	/** Of the classes in the loss; `auto`: by their frequency. */
	readonly classWeights: "auto" | "none" | readonly number[];
}

const regular = (base: number, depth: number) => ({
	model: { base, depth },
	learningRate: 3e-3,
	schedule: "one-cycle" as const,
	classWeights: "auto" as const,
});

const sized = {
	tiny: {
		label: "Tiny",
		about: "4 channels, 2 levels: for the CPU and for trying things out",
		...regular(4, 2),
	},
	small: {
		label: "Small",
		about: "8 channels, 3 levels: for machines without a fast GPU",
		...regular(8, 3),
	},
	standard: {
		label: "Standard",
		about: "16 channels, 3 levels: right for most pictures",
		...regular(16, 3),
	},
	large: {
		label: "Large",
		about: "32 channels, 4 levels: for many classes and fine detail",
		...regular(32, 4),
	},
	digits: {
		label: "Digits",
		about: "made for the built-in digits: learns fastest per second",
		model: digitsPreset.model,
		learningRate: digitsPreset.learningRate,
		schedule: digitsPreset.schedule,
		classWeights: digitsPreset.classWeights,
	},
} satisfies Record<string, Network>;

/** Published networks; `unet` is the regular form above. */
const published = Object.fromEntries(
	Object.entries<Preset>(presets)
		.filter(([name]) => name !== "unet")
		.map(([name, preset]): [string, Network] => [
			name,
			{
				label: name,
				about: preset.source,
				model: preset.model,
				learningRate: preset.learningRate,
				optimizer: preset.optimizer,
				schedule: "constant",
				classWeights: "none",
			},
		]),
) as Record<Exclude<PresetName, "unet">, Network>;

/** All that can be chosen, by name. */
export const networks: Readonly<Record<string, Network>> = {
	...sized,
	...published,
};

/** Names in the order they are shown: those of a size, then the published ones. */
export const NETWORK_GROUPS = {
	"By size": Object.keys(sized),
	Published: Object.keys(published),
};
