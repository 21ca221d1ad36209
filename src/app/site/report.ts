import { zoomFor } from "../../data/resize.ts";
import { epochCurves } from "../curves.ts";
import { figuresOf } from "../report-figures.ts";
import { type Report, reportHtml, type Sample } from "../report-html.ts";
import { formatScore } from "../scores.ts";
import { marksOf } from "./curves.tsx";
import { formatSeconds } from "./format.ts";
import { canvasOf, pictureOf, withClasses, withErrors } from "./paint.ts";
import type { RunSource } from "./run-record.ts";
import type { RunView } from "./run-view.ts";

/** The report of a run, as the command writes it: one page that asks for nothing. */
export async function reportOf(
	run: RunSource,
	view: RunView,
	style: Pick<Report, "background"> & {
		readonly colours: Parameters<typeof withClasses>[2]["colours"];
	},
): Promise<string> {
	const { record } = run;
	const { config, train, valid } = record.job;
	const { epochs, steps, ranked, device } = view;
	const samples = (list: NonNullable<typeof ranked>["best"]) =>
		Promise.all(list.map(({ index, miou }) => sample(run, index, miou, style)));
	const adapter = device?.description ?? "unknown";
	const report: Report = {
		title: `Training on ${record.title}`,
		subtitle: `${new Date(record.created).toISOString().slice(0, 16).replace("T", " ")} UTC, ${adapter}, in a browser`,
		figures: figuresOf({
			epochs,
			images: [train.count, valid.count],
			model: config.model,
			formatSeconds,
		}),
		curves: {
			steps,
			epochs: epochCurves(epochs),
			marks: marksOf(view, config),
		},
		classNames: config.classNames,
		background: style.background,
		...(ranked && {
			judged: {
				confusion: ranked.confusion,
				best: await samples(ranked.best),
				worst: await samples(ranked.worst),
			},
		}),
		settings: Object.entries({ ...config, adapter }).map(([name, value]) => [
			name,
			typeof value === "string" ? value : JSON.stringify(value),
		]),
		commands: [],
		remarks: [
			"Weights, order and changes of the images follow from the seed; the same data, version and adapter give the same numbers.",
		],
	};
	const asset = async (name: string) =>
		(await fetch(new URL(name, document.baseURI))).text();
	const [css, script] = await Promise.all(
		["report.css", "report.js"].map(asset),
	);
	return reportHtml(report, { style: css, script });
}

/** Image, truth, prediction and errors side by side. */
async function sample(
	run: RunSource,
	index: number,
	miou: number,
	{ colours, background }: Parameters<typeof reportOf>[2],
): Promise<Sample> {
	const { names, job } = run.record;
	const { picture, labels } = pictureOf(await run.valid(index), job.valid);
	const prediction = (await run.ranked(index)) ?? labels;
	const visible = colours.map(() => true);
	const style = { colours, background, visible, opacity: 1 };
	const panels = [
		picture,
		withClasses(picture, labels, style),
		withClasses(picture, prediction, style),
		withErrors(picture, labels, prediction, style),
	];
	const { width, height } = picture;
	const zoom = zoomFor(Math.max(width, height));
	const gap = 4;
	const canvas = document.createElement("canvas");
	canvas.width = panels.length * (width * zoom + gap) - gap;
	canvas.height = height * zoom;
	const context = canvas.getContext("2d") as CanvasRenderingContext2D;
	context.imageSmoothingEnabled = false;
	for (const [i, panel] of panels.entries()) {
		const left = i * (width * zoom + gap);
		context.drawImage(canvasOf(panel), left, 0, width * zoom, height * zoom);
	}
	return {
		url: canvas.toDataURL("image/png"),
		caption: `${names[index]}: mIoU ${formatScore(miou)}`,
	};
}
