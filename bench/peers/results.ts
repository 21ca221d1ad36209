import { agrees, STEPS, TOLERANCE } from "./difference.ts";
import type { Recorded, Results } from "./record.ts";
import type { Row } from "./row.ts";
import { workloads } from "./workloads.ts";

/** RESULTS.md: a table for each place and kind of workload. */
export function formatResults({
	machine,
	versions,
	comparisons,
}: Results): string {
	const placeOf = (c: Recorded) => `${c.runtime}, ${c.adapter}`;
	const sections = [...new Set(comparisons.map(placeOf))].flatMap((place) => {
		const all = ordered(comparisons.filter((c) => placeOf(c) === place));
		return [
			`## ${place}`,
			...stepTable(all.filter((c) => c.kind === "step")),
			...opTable(all.filter((c) => c.kind === "op")),
			...missing(all),
		];
	});
	return `${[
		"# wgrad and its peers, side by side",
		HOW,
		`Machine: ${machine}. Peers: ${Object.entries(versions)
			.map(([name, version]) => `${name} ${version}`)
			.join(", ")}.`,
		...sections,
	].join("\n\n")}\n`;
}

const HOW = `Written by \`npm run bench:peers\`; peers.json has all figures, with date, command and commit of each.
All libraries compute the same numbers from the same weights and data, in one page (or one process of Node), taking turns.
Before times are compared, values are: outputs may differ by ${TOLERANCE.op} of their largest value, the first ${STEPS} losses
by ${TOLERANCE.step} of the fall of the loss in one step; a row that differs more is marked **differs**, and no ratio is given.
CPU is the time of the process that computes (Chrome's GPU process, for wasm the page's, in Node the process), all threads:
on a shared machine it repeats far better than the wall time. Ratios are times over wgrad's, of the same run.
First: from loading the library to the first result, compiling included. Dispatches, submits and GPU objects made
(command encoders apart) are those of one step; peak: bytes of buffers that existed at once.
Load: the machine's load average at the end; above about 2.5 on two cores, others were at work and wall times are long.`;

function stepTable(comparisons: readonly Recorded[]): string[] {
	if (!comparisons.length) return [];
	const head =
		"| step | library | wall ms | ratio | CPU ms | ratio | first ms | dispatches | submits | GPU objects | peak MB | losses | difference | load | date |";
	return [
		[
			head,
			ruler(head),
			...comparisons.flatMap((c) =>
				c.rows.map((row, i) =>
					line([
						i ? "" : c.workload.replace("step: ", ""),
						row.library,
						...timesOf(row, c),
						whole(row.firstMs),
						whole(row.dispatches),
						whole(row.submits),
						whole(row.objects),
						whole(row.peakBytes && row.peakBytes / 1e6),
						row.losses?.map((l) => l.toFixed(5)).join(" ") ?? "",
						row.difference?.toExponential(0) ?? "",
						...(i ? ["", ""] : [c.load.toFixed(1), c.date.slice(0, 10)]),
					]),
				),
			),
		].join("\n"),
	];
}

function opTable(comparisons: readonly Recorded[]): string[] {
	if (!comparisons.length) return [];
	const head =
		"| op | library | wall ms | ratio | CPU ms | ratio | GFLOP/s | GFLOP per CPU second | first ms | difference | load | date |";
	return [
		[
			head,
			ruler(head),
			...comparisons.flatMap((c) =>
				c.rows.map((row, i) =>
					line([
						i ? "" : c.workload,
						row.library,
						...timesOf(row, c),
						rate(c.flops, row.wallMs),
						rate(c.flops, row.cpuMs),
						whole(row.firstMs),
						row.difference?.toExponential(0) ?? "",
						...(i ? ["", ""] : [c.load.toFixed(1), c.date.slice(0, 10)]),
					]),
				),
			),
		].join("\n"),
	];
}

/** Wall and CPU time, each with its ratio to the first library's, or why there is none. */
function timesOf(row: Row, { rows, kind }: Recorded): string[] {
	if (row.failure !== undefined) return [`fails: ${row.failure}`, "", "", ""];
	const first = rows.find((r) => r.library === "wgrad");
	const ratio = (mine?: number, its?: number) => {
		if (row === first || !mine || !its) return "";
		return agrees(row, kind) ? times(mine / its) : "**differs**";
	};
	return [
		milliseconds(row.wallMs),
		ratio(row.wallMs, first?.wallMs),
		milliseconds(row.cpuMs),
		ratio(row.cpuMs, first?.cpuMs),
	];
}

function missing(comparisons: readonly Recorded[]): string[] {
	const names = workloads
		.map((w) => w.name)
		.filter((name) => !comparisons.some((c) => c.workload === name));
	return names.length ? [`Not measured here: ${names.join("; ")}.`] : [];
}

/** In the order of the list of workloads. */
function ordered(comparisons: readonly Recorded[]): Recorded[] {
	const place = (c: Recorded) =>
		workloads.findIndex((w) => w.name === c.workload);
	return comparisons.toSorted((a, b) => place(a) - place(b));
}

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const ruler = (head: string) => head.replace(/[^|]+/g, "---");
const whole = (n?: number) => (n === undefined ? "" : n.toFixed(0));
const milliseconds = (n?: number) =>
	n === undefined ? "" : n.toFixed(n < 100 ? 1 : 0);
const times = (n: number) => `${n < 1 ? n.toPrecision(2) : n.toFixed(1)}x`;
const rate = (flops?: number, ms?: number) =>
	flops && ms ? (flops / ms / 1e6).toFixed(2) : "";
