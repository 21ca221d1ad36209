import { presets } from "../app/presets.ts";
import { encoders } from "../unet/encoders/index.ts";
import { namedOptions, type UnetOptions } from "../unet/index.ts";
import { unetSummary } from "../unet/summary.ts";
import { command } from "./command.ts";
import * as option from "./option.ts";
import { PRESETS } from "./settings.ts";

/** `wgrad summary`. */
export const summary = command({
	name: "summary",
	summary: "Prints a preset's layers, shapes, parameters and multiply-adds.",
	options: {
		preset: option.requiredChoice(PRESETS, PRESETS.join(", "), "NAME"),
		size: option.size("height and width of the images (the preset's)"),
		batch: option.wholeNumber("N", "images per step (1)", 1),
		json: option.flag("print the figures as JSON"),
	},
	example: "wgrad summary --preset m2nist",
	notes: [
		"Shapes are before the pooling that follows. Multiply-adds are those of the forward",
		"pass. The bytes are those of weights, gradients, moments and what the optimizer",
		"keeps (two values a weight); what a step keeps between layers comes on top.",
	],
	async run({ preset, size, batch = 1, json }) {
		const options = namedOptions(presets[preset].model, encoders);
		const [height, width] = size ?? presets[preset].size;
		const found = figures(options, [batch, height, width]);
		const text = json ? JSON.stringify(found, null, "\t") : table(found);
		process.stdout.write(`${text}\n`);
		return 0;
	},
});

type Figures = ReturnType<typeof figures>;

function figures(options: UnetOptions, shape: [number, number, number]) {
	const layers = unetSummary(options, shape);
	let trainable = 0;
	let moments = 0;
	let macs = 0;
	for (const layer of layers) {
		trainable += layer.parameters;
		macs += layer.macs;
		moments += layer.moments;
	}
	const parameters = trainable + moments;
	return {
		layers,
		parameters,
		trainable,
		macs,
		bytes: 4 * (4 * trainable + moments),
	};
}

function table({
	layers,
	parameters,
	trainable,
	macs,
	bytes,
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
		`Training state: ${(bytes / 2 ** 20).toFixed(1)} MiB`,
	].join("\n");
}
