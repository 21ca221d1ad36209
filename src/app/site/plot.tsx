import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { drawMarks, type Line, type Mark } from "../curves.ts";
import { colourChanges, colourOf } from "./theme.tsx";

/** Text of the page's size, in pixels: larger on very large screens. */
const rem = () =>
	Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
const height = () => Math.round(13.75 * rem());
const markText = () => ({
	size: 0.7 * rem(),
	top: 0.75 * rem(),
	row: 0.8 * rem(),
});

/** Lines over the epochs; its size never changes with its content. */
export function Plot({
	title,
	lines,
	marks = [],
	logarithmic = false,
	range,
	format,
}: {
	readonly title: string;
	readonly lines: readonly Line[];
	readonly marks?: readonly Mark[];
	readonly logarithmic?: boolean;
	/** Lowest and highest value; as the values are, if not given. */
	readonly range?: readonly [number, number];
	readonly format: (value: number) => string;
}) {
	const place = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot | undefined>(undefined);
	const shown = useRef<readonly Mark[]>(marks);
	shown.current = marks;
	const labels = lines.map(({ label }) => label).join();
	useEffect(() => {
		const parent = place.current as HTMLDivElement;
		const options = optionsOf(lines, format, logarithmic, range);
		options.width = parent.clientWidth;
		options.hooks = {
			draw: [(u) => drawMarks(u, shown.current, colourOf("soft"), markText())],
		};
		plot.current = new uPlot(options, dataOf(lines), parent);
		const observer = new ResizeObserver(() => {
			plot.current?.setSize({ width: parent.clientWidth, height: height() });
		});
		observer.observe(parent);
		return () => {
			observer.disconnect();
			plot.current?.destroy();
		};
	}, [labels, logarithmic, colourChanges.value]);
	useEffect(() => plot.current?.setData(dataOf(lines)));
	const last = lines
		.flatMap(({ label, values }) => {
			const value = values.findLast((v) => v !== null);
			return typeof value === "number" ? `${label} ${format(value)}` : [];
		})
		.join(", ");
	return (
		<figure class="plot">
			<figcaption>{title}</figcaption>
			<div ref={place} role="img" aria-label={`${title}: ${last || "empty"}`} />
		</figure>
	);
}

function dataOf(lines: readonly Line[]): uPlot.AlignedData {
	return uPlot.join(
		lines.map(({ at, values }) => [[...at], [...values]] as uPlot.AlignedData),
	);
}

function optionsOf(
	lines: readonly Line[],
	format: (value: number) => string,
	logarithmic: boolean,
	range?: readonly [number, number],
): uPlot.Options {
	const axis = {
		stroke: colourOf("soft"),
		font: `${0.75 * rem()}px system-ui, sans-serif`,
		grid: { stroke: colourOf("line"), width: 1 },
		ticks: { show: false },
	};
	return {
		width: 0,
		height: height(),
		cursor: { points: { size: 6 }, drag: { x: true, y: false } },
		scales: {
			x: { time: false },
			y: {
				distr: logarithmic ? 3 : 1,
				...(range && !logarithmic && { range: [range[0], range[1]] }),
			},
		},
		axes: [
			{ ...axis, size: 1.9 * rem() },
			{
				...axis,
				size: 3.6 * rem(),
				values: (_, ticks) => ticks.map((v) => (v === null ? "" : format(v))),
			},
		],
		series: [
			{ label: "epoch", value: (_, v) => v?.toFixed(2) ?? "–" },
			...lines.map(
				(line): uPlot.Series => ({
					label: line.label,
					stroke: colourOf(line.colour),
					width: line.points ? 2 : 1.25,
					spanGaps: true,
					points: { show: line.points ?? false, size: 5 },
					value: (_, v) => (v === null || v === undefined ? "–" : format(v)),
				}),
			),
		],
	};
}
