import { checkSet, type Finding, type SetReport } from "../data/check-set.ts";
import { formatList, UsageError } from "../data/errors.ts";
import { command } from "./command.ts";
import { DIGITS, FOLDER_OPTIONS, SHAPE_OPTIONS } from "./load-data.ts";
import { mergeSettings } from "./merge-settings.ts";
import * as option from "./option.ts";
import { readingOf } from "./reading.ts";
import { SPLIT_OPTIONS } from "./split-options.ts";
import { openTerminal } from "./terminal.ts";
import { TRAINING_OPTIONS } from "./training-options.ts";

/** Findings of one kind that are printed; `--json` has all. */
const PRINTED = 10;

/** `wgrad data check`. */
export const check = command({
	name: "data check",
	summary:
		"Reads every image and mask of a set and says what is wrong with it.",
	positionals: { usage: "DIR", max: 1 },
	options: {
		...FOLDER_OPTIONS,
		...SHAPE_OPTIONS,
		...SPLIT_OPTIONS,
		preset: TRAINING_OPTIONS.preset,
		config: TRAINING_OPTIONS.config,
		set: TRAINING_OPTIONS.set,
		seed: option.wholeNumber("N", "of the split (0)", 0),
		json: option.flag("print sizes, classes and all findings as JSON"),
	},
	example: "wgrad data check pets --size 128x128",
	notes: [
		"Give the options that wgrad train will get: what is an error depends on them.",
		"Errors are what a training would stop at (exit code 1), warnings are not (0).",
	],
	async run(given, [dir]) {
		if (dir === undefined) {
			throw new UsageError(
				"the folder is missing; for example: wgrad data check pets",
			);
		}
		if (dir === DIGITS) {
			throw new UsageError(
				"the built-in digits are made, not read; give a folder, ./digits if it is called that",
			);
		}
		const terminal = openTerminal();
		const { values } = mergeSettings(given);
		const { load, divide } = readingOf(values, terminal);
		try {
			const report = await checkSet(dir, load, divide, (done, total) =>
				terminal.progress(done, total, `checking ${done} of ${total} images`),
			);
			terminal.endProgress();
			terminal.result(
				values.json ? JSON.stringify(report, null, "\t") : textOf(dir, report),
			);
			return report.findings.some(({ severity }) => severity === "error")
				? 1
				: 0;
		} finally {
			terminal.endProgress();
		}
	},
});

function textOf(dir: string, report: SetReport): string {
	const { layout, images, sizes, classes, ignored, findings } = report;
	const list = sizes.map((s) => `${s.height}x${s.width} (${s.images})`);
	const total = classes.reduce((sum, { pixels }) => sum + pixels, ignored);
	const share = (pixels: number) =>
		`${((100 * pixels) / total).toFixed(2)} %`.padStart(9);
	// Those that no image shows are among the findings.
	const shown = classes.filter((each) => each.images > 0);
	const width = Math.max(7, ...shown.map(({ name }) => name.length));
	return [
		`${dir}: layout ${layout}, ${counted(images, "image")}, ${counted(classes.length, "class", "classes")}`,
		...(list.length > 0 ? [`Sizes, height x width: ${formatList(list)}`] : []),
		...shown.map(
			(each) =>
				`  ${each.name.padEnd(width)}${share(each.pixels)} of the pixels, in ${counted(each.images, "image")}`,
		),
		...(total > 0 ? [`  ${"ignored".padEnd(width)}${share(ignored)}`] : []),
		...findingLines(findings),
		verdict(findings),
	].join("\n");
}

function findingLines(findings: readonly Finding[]): string[] {
	const groups = new Map<string, Finding[]>();
	for (const each of findings) {
		const key = `${each.severity} ${each.kind}`;
		groups.set(key, [...(groups.get(key) ?? []), each]);
	}
	const ordered = [...groups.values()].sort(
		([a], [b]) =>
			Number(b.severity === "error") - Number(a.severity === "error"),
	);
	return ordered.flatMap((group) => {
		const [{ severity, kind }] = group;
		const lines = group
			.slice(0, PRINTED)
			.map(({ message }) => `${severity}: ${message}`);
		const more = group.length - lines.length;
		if (more === 0) return lines;
		return [...lines, `${severity}: ${more} more of kind ${kind}; see --json`];
	});
}

function verdict(findings: readonly Finding[]): string {
	const errors = findings.filter((f) => f.severity === "error").length;
	const warnings = findings.length - errors;
	const end = errors > 0 ? "a training would stop" : "it can be trained on";
	return `${counted(errors, "error")}, ${counted(warnings, "warning")}: ${end}`;
}

function counted(n: number, word: string, words = `${word}s`): string {
	return `${n} ${n === 1 ? word : words}`;
}
