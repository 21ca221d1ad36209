import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeImage } from "../../src/data/image.ts";
import { sheetPng } from "../../src/data/picture.ts";
import type { Training } from "./trainings.ts";

/** The file in which they are listed. */
export const LIST = "README.md";
/** Samples shown; a page wants no more. */
const SHOWN = 4;

interface Epoch {
	readonly type: string;
	readonly epoch: number;
	readonly seconds: number;
	readonly validLoss: number;
	readonly miou: number;
	readonly pixelAccuracy: number;
	readonly iou: Readonly<Record<string, number | null>>;
	readonly pixels: Readonly<Record<string, number>>;
}

/** The page about a run, from what its folder holds; `picture` is the link. */
export function pageOf(
	run: string,
	training: Training,
	command: string,
	picture: string,
): string {
	const config = JSON.parse(read(run, "config.json"));
	const split = JSON.parse(read(run, "split.json"));
	const epochs = epochsOf(run);
	const best = bestOf(epochs);
	const minutes = epochs.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
	const commonest = commonestClass(best.pixels);
	const { title, about, reported, figures = {}, differs } = training;
	const rows: [name: string, here: number, constant?: number][] = [
		["mIoU", best.miou, commonest.miou],
		["pixel accuracy", best.pixelAccuracy, commonest.accuracy],
		["validation loss", best.validLoss],
		...Object.entries(best.iou).map(([name, iou]): (typeof rows)[number] => [
			`IoU of ${name}`,
			iou ?? Number.NaN,
			name === commonest.name ? commonest.accuracy : 0,
		]),
	];
	const columns = Object.keys(figures).length ? ["source"] : [];
	return `# ${title}

${about}

\`\`\`sh
${command}
\`\`\`

![Images that did not train: image, truth, prediction, errors](${picture})

Images that did not train: image, truth, prediction, errors.

${table([
	["", "here", `always ${commonest.name}`, ...columns],
	...rows
		.filter(([, here]) => !Number.isNaN(here))
		.map(([name, here, constant]) => [
			...[name, here.toFixed(3), constant?.toFixed(3) ?? ""],
			...columns.map(() => figures[name] ?? ""),
		]),
])}

Epoch ${best.epoch}, the best of ${epochs.length}; ${split.train.length} images to train and
${split.valid.length} to validate, ${config.size.join("x")}, batch ${config.batch}, ${Math.max(1, Math.round(minutes))} minutes on
${config.adapter}.

Reported by the source: ${reported}.
${differs.length ? `\n## What differs from the source\n\n${differs.map((d) => `- ${d}`).join("\n")}\n` : ""}`;
}

function table([head, ...rows]: string[][]): string {
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [head, head.map(() => "---"), ...rows].map(line).join("\n");
}

/** The list of the pages in a folder, from what they say. */
export function listOf(folder: string): string {
	const pages = readdirSync(folder).filter((name) => name !== LIST);
	const rows = pages.sort().map((name) => {
		const page = read(folder, name);
		const [, title] = /^# (.*)$/m.exec(page) ?? [];
		const [, here, constant] =
			/^\| mIoU \| (\S+) \| (\S+) \|/m.exec(page) ?? [];
		return [`[${title}](${name})`, name.replace(".md", ""), here, constant];
	});
	return `# What presets reach on small real sets

Trainings of minutes on two cores without a GPU: \`npm run seeds\` runs them all and writes
these pages, \`npm run seeds -- NAME\` one. The mIoU is that of images that did not
train, after the best epoch.

${table([["", "name", "mIoU", "always the commonest class"], ...rows])}
`;
}

/** The samples of the best epoch as one PNG. */
export function pictureOf(run: string): Uint8Array {
	const { epoch } = bestOf(epochsOf(run));
	const folder = join(run, "samples", `epoch-${epoch}`);
	const rows = readdirSync(folder)
		.sort()
		.slice(0, SHOWN)
		.map((name) => [
			decodeImage(readFileSync(join(folder, name)), name, () => {}),
		]);
	return sheetPng(rows, { zoom: 1, gap: 4 });
}

function epochsOf(run: string): Epoch[] {
	return read(run, "log.jsonl")
		.trim()
		.split("\n")
		.map((line): Epoch => JSON.parse(line))
		.filter(({ type }) => type === "epoch");
}

function bestOf(epochs: readonly Epoch[]): Epoch {
	return epochs.reduce((a, b) => (b.miou > a.miou ? b : a));
}

/** What calling every pixel the commonest class scores. */
function commonestClass(pixels: Epoch["pixels"]) {
	const present = Object.entries(pixels).filter(([, n]) => n > 0);
	const all = present.reduce((sum, [, n]) => sum + n, 0);
	const [name, most] = present.reduce((a, b) => (b[1] > a[1] ? b : a));
	return { name, accuracy: most / all, miou: most / all / present.length };
}

function read(run: string, name: string): string {
	return readFileSync(join(run, name), "utf8");
}
