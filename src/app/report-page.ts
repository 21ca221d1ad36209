// The script of report.html: draws the curves from the numbers in the page.

import { type Curves, curveLines, drawMarks, type Line } from "./curves.ts";

const HEIGHT = 240;
const MARK_TEXT = { size: 11, top: 12, row: 13 };

const colour = (name: string) =>
	getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

function draw(
	place: HTMLElement,
	lines: readonly Line[],
	marks: Curves["marks"],
	format: (value: number) => string,
): UPlot {
	const data = uPlot.join(
		lines.map(({ at, values }) => [[...at], [...values]] as UPlotData),
	);
	const axis = {
		stroke: colour("soft"),
		grid: { stroke: colour("line"), width: 1 },
		ticks: { stroke: colour("line"), width: 1 },
	};
	const options: UPlotOptions = {
		width: place.clientWidth,
		height: HEIGHT,
		scales: { x: { time: false } },
		axes: [
			axis,
			{ ...axis, size: 62, values: (_, ticks) => ticks.map(format) },
		],
		series: [
			{ label: "epoch", value: (_, v) => v?.toFixed(2) ?? "-" },
			...lines.map(
				(line): UPlotSeries => ({
					label: line.label,
					stroke: colour(line.colour),
					width: line.points ? 2 : 1,
					spanGaps: true,
					points: { show: line.points ?? false, size: 5 },
					value: (_, v) => (v === null ? "-" : format(v)),
				}),
			),
		],
		hooks: {
			draw: [(plot) => drawMarks(plot, marks, colour("good"), MARK_TEXT)],
		},
	};
	return new uPlot(options, data, place);
}

const text = document.getElementById("curves")?.textContent ?? "";
const curves: Curves = JSON.parse(text);
const place = (id: string) => document.getElementById(id) as HTMLElement;
const score = (value: number) => value.toFixed(3);
const small = (value: number) => String(Number(value.toPrecision(3)));

let plots: UPlot[] = [];

function drawAll(): void {
	for (const plot of plots) plot.destroy();
	const { loss, scores, rate } = curveLines(curves);
	const { marks } = curves;
	plots = [
		draw(place("loss"), loss, marks, small),
		draw(place("scores"), scores, marks, score),
		draw(place("rate"), rate, marks, small),
	];
}

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("resize", () => {
	for (const plot of plots) {
		const width = plot.root.parentElement?.clientWidth ?? plot.width;
		plot.setSize({ width, height: HEIGHT });
	}
});
