import { namedOptimizers } from "../app/named-optimizers.ts";
import { ADAPTERS } from "../app/null-gpu.ts";
import { type Preset, presets } from "../app/presets.ts";
import { blankModel, stepMemory } from "../app/step-memory.ts";
import { encoders } from "../unet/encoders/index.ts";
import { type Model, namedOptions } from "../unet/index.ts";
import { type LayerSummary, unetSummary } from "../unet/summary.ts";
import { command } from "./command.ts";
import * as option from "./option.ts";
import { asUsageError, readSettings } from "./settings.ts";
import { PRESETS } from "./settings-schema.ts";

/** `wgrad summary`. */
export const summary = command({
	name: "summary",
	summary:
		"Prints a network's layers, shapes, parameters, multiply-adds, memory.",
	options: {
		preset: option.choice(PRESETS, `${PRESETS.join(", ")} (unet)`, "NAME"),
		config: option.text(
			"FILE",
			"JSON or TOML of settings; docs/presets.md has them",
			"a .json or .toml file",
		),
		set: option.texts("A.B=C", "one of these settings", "a setting as A.B=C"),
		size: option.size("height and width of the images (the preset's)"),
		batch: option.wholeNumber("N", "images per step (1)", 1),
		json: option.flag("print the figures as JSON"),
	},
	example: "wgrad summary --preset m2nist --batch 16",
	notes: [
		"Shapes are before the pooling that follows. Multiply-adds are those of the forward",
		"pass. Memory is all that tensors take while training, at its highest: weights, what",
		"the optimizer keeps, and what a step keeps between layers; validation apart.",
	],
	async run(values) {
		const given = readSettings(values.config, values.set);
		const name = values.preset ?? given.preset ?? "unet";
		const preset: Preset = presets[name];
		const options = asUsageError(() =>
			namedOptions({ ...preset.model, ...(given.model as object) }, encoders),
		);
		const [height, width] = values.size ?? given.size ?? preset.size;
		const batch = values.batch ?? given.batch ?? 1;
		const optimizer = namedOptimizers[given.optimizer ?? preset.optimizer]();
		const model = await asUsageError(() =>
			blankModel(options, ADAPTERS.swiftshader),
		);
		const layers = unetSummary(model, [batch, height, width]);
		const shape = [batch, height, width, options.inChannels] as const;
		const memory: Record<string, number> = {};
		for (const [adapter, profile] of Object.entries(ADAPTERS)) {
			memory[adapter] = await stepMemory(options, optimizer, shape, profile);
		}
		const slots = Object.keys(optimizer.slots).length;
		const found = { ...figures(layers, slots, model), memory };
		const text = values.json ? JSON.stringify(found, null, "\t") : table(found);
		process.stdout.write(`${text}\n`);
		return 0;
	},
});

type Figures = ReturnType<typeof figures> & {
	/** Bytes at the highest, by adapter. */
	readonly memory: Readonly<Record<string, number>>;
};

function figures(
	layers: readonly LayerSummary[],
	slots: number,
	{ config }: Model,
) {
	const sum = (of: (layer: LayerSummary) => number) =>
		layers.reduce((total, layer) => total + of(layer), 0);
	const trainable = sum((l) => l.parameters);
	const moments = sum((l) => l.moments);
	return {
		config,
		layers,
		parameters: trainable + moments,
		trainable,
		macs: sum((l) => l.macs),
		/** Of weights, moments and what the optimizer keeps. */
		bytes: 4 * ((1 + slots) * trainable + moments),
	};
}

function table({
	layers,
	parameters,
	trainable,
	macs,
	bytes,
	memory,
}: Figures): string {
	const rows = [
		["layer", "weight", "output", "parameters", "multiply-adds"],
		...layers.map((l) => [
			l.name,
			l.weight.join("x"),
			l.output.join("x"),
			(l.parameters + l.moments).toLocaleString("en"),
			l.macs.toLocaleString("en"),
		]),
	];
	const widths = rows[0].map((_, i) =>
		Math.max(...rows.map((r) => r[i].length)),
	);
	const lines = rows.map((row) =>
		row
			.map((cell, i) =>
				i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
			)
			.join("  "),
	);
	return [
		...lines,
		"",
		`Parameters:     ${parameters.toLocaleString("en")} (${trainable.toLocaleString("en")} trainable)`,
		`Multiply-adds:  ${macs.toLocaleString("en")}`,
		`Training state: ${mebibytes(bytes)}`,
		`Memory:         ${mebibytes(memory.gpu)} on a GPU, ${mebibytes(memory.swiftshader)} on SwiftShader`,
	].join("\n");
}

function mebibytes(bytes: number): string {
	return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
