import { digitsPreset } from "../app/digits-preset.ts";
import { UsageError } from "../data/errors.ts";
import { encodeNpy } from "../data/npy.ts";
import type { SegmentationSet } from "../data/segmentation-set.ts";
import { type AnyCommand, command } from "./command.ts";
import { check } from "./data-check.ts";
import { preview } from "./data-preview.ts";
import { builtInDigits } from "./digits.ts";
import * as option from "./option.ts";
import { type OutputFolder, openRunFolder } from "./run-folder.ts";
import { openTerminal } from "./terminal.ts";

const writeDigits = command({
	name: "data",
	summary: "Writes the built-in digits; checks a set; draws augmented images.",
	positionals: { usage: "digits", max: 1 },
	options: {
		out: option.requiredText("DIR", "new folder for the files", "a folder"),
		train: option.wholeNumber(
			"N",
			`training images (${digitsPreset.train})`,
			1,
			100_000,
		),
		val: option.wholeNumber(
			"N",
			`validation images (${digitsPreset.val})`,
			1,
			100_000,
		),
		seed: option.wholeNumber("N", "of the random numbers (0)", 0),
		json: option.flag("print the files written as JSON"),
	},
	example: "wgrad data digits --out digits --train 500 --val 100",
	notes: [
		"DIR gets images.npy and labels.npy for training, DIR/val the same for validation;",
		"the two share no source digit. Images are N,64,84; labels 0-9, background 10.",
		"wgrad data check DIR says what is wrong with a set, wgrad data preview DIR draws",
		"augmented images; each has its own --help.",
	],
	async run(values, [what]) {
		if (what !== "digits") {
			throw new UsageError(
				`${what === undefined ? "the name of a set is missing" : `unknown set ${what}`}; there is one: wgrad data digits --out DIR`,
			);
		}
		const terminal = openTerminal();
		const folder = openRunFolder(values.out);
		const { train, val } = await builtInDigits({
			train: values.train ?? digitsPreset.train,
			val: values.val ?? digitsPreset.val,
			seed: values.seed ?? 0,
		});
		const files = [
			...writeSet(folder, "", train),
			...writeSet(folder, "val/", val),
		];
		terminal.result(
			values.json ? JSON.stringify({ files }, null, "\t") : files.join("\n"),
		);
		return 0;
	},
});

const PARTS: Readonly<Record<string, AnyCommand>> = { preview, check };

/** `wgrad data`. */
export const data: AnyCommand = {
	...writeDigits,
	options: {
		...writeDigits.options,
		...preview.options,
		...check.options,
	},
	words: ["digits", ...Object.keys(PARTS)],
	main(argv) {
		const [first = "", ...rest] = argv;
		return Object.hasOwn(PARTS, first)
			? PARTS[first].main(rest)
			: writeDigits.main(argv);
	},
};

function writeSet(
	folder: OutputFolder,
	prefix: string,
	{ images, labels, count, height, width }: SegmentationSet,
): string[] {
	const shape = [count, height, width];
	return [
		folder.write(`${prefix}images.npy`, encodeNpy(shape, images)),
		folder.write(`${prefix}labels.npy`, encodeNpy(shape, labels)),
	];
}
