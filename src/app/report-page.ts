// The script of report.html: draws the curves from the numbers in the page.

/** What the curves show; times in epochs. */
export interface Curves {
	readonly steps: {
		readonly at: readonly number[];
		readonly loss: readonly number[];
		readonly learningRate: readonly number[];
	};
	readonly epochs: {
		readonly at: readonly number[];
		readonly trainLoss: readonly number[];
		readonly validLoss: readonly number[];
		readonly miou: readonly (number | null)[];
		readonly pixelAccuracy: readonly (number | null)[];
	};
	/** Vertical lines with a name. */
	readonly marks: readonly { readonly at: number; readonly text: string }[];
}

interface Line {
	readonly label: string;
	/** Name of a colour of the style sheet. */
	readonly colour: string;
	readonly at: readonly number[];
	readonly values: readonly (number | null)[];
	readonly points?: boolean;
}

const HEIGHT = 240;

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
		hooks: { draw: [(plot) => drawMarks(plot, marks)] },
	};
	return new uPlot(options, data, place);
}

function drawMarks(plot: UPlot, marks: Curves["marks"]): void {
	const { ctx, bbox } = plot;
	const pixels = devicePixelRatio;
	ctx.save();
	ctx.strokeStyle = ctx.fillStyle = colour("good");
	ctx.lineWidth = pixels;
	ctx.font = `${11 * pixels}px system-ui, sans-serif`;
	ctx.setLineDash([4 * pixels, 3 * pixels]);
	marks.forEach(({ at, text }, i) => {
		const x = plot.valToPos(at, "x", true);
		if (x < bbox.left || x > bbox.left + bbox.width) return;
		ctx.beginPath();
		ctx.moveTo(x, bbox.top);
		ctx.lineTo(x, bbox.top + bbox.height);
		ctx.stroke();
		const left = x > bbox.left + bbox.width / 2;
		ctx.textAlign = left ? "right" : "left";
		const y = bbox.top + (12 + 13 * (i % 3)) * pixels;
		ctx.fillText(text, x + (left ? -4 : 4) * pixels, y);
	});
	ctx.restore();
}

const text = document.getElementById("curves")?.textContent ?? "";
const { steps, epochs, marks }: Curves = JSON.parse(text);
const place = (id: string) => document.getElementById(id) as HTMLElement;
const score = (value: number) => value.toFixed(3);
const small = (value: number) => String(Number(value.toPrecision(3)));

let plots: UPlot[] = [];

function drawAll(): void {
	for (const plot of plots) plot.destroy();
	const { at } = epochs;
	const points = true;
	plots = [
		draw(
			place("loss"),
			[
				{ label: "step", colour: "faint", at: steps.at, values: steps.loss },
				{
					label: "training",
					colour: "accent",
					at,
					values: epochs.trainLoss,
					points,
				},
				{
					label: "validation",
					colour: "second",
					at,
					values: epochs.validLoss,
					points,
				},
			],
			marks,
			small,
		),
		draw(
			place("scores"),
			[
				{ label: "mIoU", colour: "accent", at, values: epochs.miou, points },
				{
					label: "pixel accuracy",
					colour: "second",
					at,
					values: epochs.pixelAccuracy,
					points,
				},
			],
			marks,
			score,
		),
		draw(
			place("rate"),
			[
				{
					label: "learning rate",
					colour: "accent",
					at: steps.at,
					values: steps.learningRate,
				},
			],
			marks,
			small,
		),
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
