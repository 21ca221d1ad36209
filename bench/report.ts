/** One variant of a timed row of the case table. */
export interface KernelTiming {
	/** Op, shapes and attributes. */
	readonly row: string;
	readonly op: string;
	/** Kernels and constants. */
	readonly variant: string;
	/** 0 for the variant that the engine takes on this adapter. */
	readonly rank: number;
	readonly dispatches: number;
	/** Median time of one call. */
	readonly milliseconds: number;
	/** Fastest and slowest of the repetitions. */
	readonly range: readonly [number, number];
	/** The first call, with the compilation of its pipelines. */
	readonly firstMilliseconds: number;
	/** By the definition's operation count, not the algorithm's. */
	readonly gflops?: number;
	/** Bytes of inputs and output over time. */
	readonly gbps: number;
}

/** The whole training step of a U-Net. */
export interface StepTiming {
	readonly name: string;
	readonly config: object;
	readonly batch: readonly number[];
	readonly parameters: number;
	/** Median of the steps after the first. */
	readonly milliseconds: number;
	readonly range: readonly [number, number];
	/** The first step, with the compilation of all pipelines. */
	readonly firstMilliseconds: number;
	/** Of the convolutions, by their definition. */
	readonly gflops: number;
	readonly dispatches: number;
	readonly submits: number;
	/** Most memory held at once, free buffers of the pool included. */
	readonly peakBytes: number;
	readonly liveBuffers: number;
}

/** Everything one run measured. */
export interface Report {
	readonly adapter: string;
	readonly software: boolean;
	readonly features: readonly string[];
	readonly kernels: readonly KernelTiming[];
	readonly step?: StepTiming;
}

/** The nets that can be measured: what `npm start` trains, and a plain U-Net from 8 channels on. */
export const NETS = ["digits", "plain"] as const;
export type NetName = (typeof NETS)[number];

/** What to measure. */
export interface BenchOptions {
	/** Part of the names of rows; `step` alone is the training step. */
	readonly filter?: string | undefined;
	/** The net whose training step is measured. */
	readonly net: NetName;
}

/** The name under which the filter finds the training step. */
export const STEP_NAME = "training step";

/** The report as tables for a person. */
export function formatReport(report: Report): string {
	const lines = [`Adapter: ${report.adapter}`];
	if (report.kernels.length) {
		const head = ["", "ms", "ratio", "GFLOP/s", "GB/s", "first ms", "variant"];
		let taken = 1;
		const cells = report.kernels.map((k) => {
			if (k.rank === 0) taken = k.milliseconds;
			return [
				k.rank === 0 ? "*" : "",
				k.milliseconds.toFixed(2),
				(k.milliseconds / taken).toFixed(2),
				k.gflops === undefined ? "" : k.gflops.toFixed(1),
				k.gbps.toFixed(2),
				k.firstMilliseconds.toFixed(0),
				k.variant,
			];
		});
		const [title, ...rows] = table([head, ...cells]);
		lines.push("", title);
		report.kernels.forEach((k, i) => {
			if (k.rank === 0) lines.push(k.row);
			lines.push(rows[i]);
		});
		lines.push(
			"",
			"* the variant that the engine takes on this adapter; ratio: time over its time",
		);
	}
	const { step } = report;
	if (step) {
		const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
		const rows = [
			["batch", step.batch.join(" x ")],
			["parameters", String(step.parameters)],
			["step", `${step.milliseconds.toFixed(1)} ms`],
			[
				"fastest, slowest",
				step.range.map((ms) => `${ms.toFixed(1)} ms`).join(", "),
			],
			["first step", `${step.firstMilliseconds.toFixed(0)} ms`],
			["convolutions", `${step.gflops.toFixed(1)} GFLOP/s`],
			["dispatches, submits", `${step.dispatches}, ${step.submits}`],
			["peak memory", mib(step.peakBytes)],
		];
		lines.push("", step.name, ...table(rows).map((line) => `  ${line}`));
	}
	return `${lines.join("\n")}\n`;
}

/** Columns padded to their widest cell; all but the first and the last to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
	const widths = rows[0].map((_, c) =>
		Math.max(...rows.map((r) => r[c].length)),
	);
	return rows.map((row) =>
		row
			.map((cell, c) =>
				c === 0 || c === row.length - 1
					? cell.padEnd(widths[c])
					: cell.padStart(widths[c]),
			)
			.join("  ")
			.trimEnd(),
	);
}
