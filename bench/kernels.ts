import {
	release,
	sizeOf,
	type Variant,
	type WebgpuDevice,
} from "../src/engine/index.ts";
import { describeVariant } from "../src/engine/variant-names.ts";
import {
	attrsOf,
	call,
	drawInputs,
	type Row,
	releaseAll,
	shapeOfOutput,
	shapesOf,
	uploadInputs,
} from "../test/rows.ts";
import { flopsOf } from "./flops.ts";
import type { KernelTiming } from "./report.ts";
import { median, rangeOf, type Subject, timeInTurns } from "./timing.ts";

interface Entry extends Subject {
	readonly row: Row;
	readonly variant: Variant;
	readonly rank: number;
}

/** Times every variant of the rows. */
export async function timeKernels(
	device: WebgpuDevice,
	rows: readonly Row[],
	budget: number,
	progress: (text: string) => void,
): Promise<KernelTiming[]> {
	const prepared = rows.map((row) => prepare(row, device));
	const entries = prepared.flatMap((p) => p.entries);
	const times = await timeInTurns(device, entries, budget, progress);
	releaseAll(prepared.flatMap((p) => p.inputs));
	return entries.map(({ row, variant, rank }, i) => {
		const { first, samples } = times[i];
		const milliseconds = median(samples);
		const { flops, bytes } = workOf(row);
		return {
			row: row.name,
			op: row.op.spec.name,
			variant: describeVariant(variant),
			rank,
			dispatches: variant.stages.length,
			milliseconds,
			range: rangeOf(samples),
			firstMilliseconds: first,
			...(flops && { gflops: flops / milliseconds / 1e6 }),
			gbps: bytes / milliseconds / 1e6,
		};
	});
}

/** Inputs on the device, shared by the row's variants, and one entry for each. */
function prepare(row: Row, device: WebgpuDevice) {
	const inputs = uploadInputs(row, drawInputs(row), device);
	const variants = row.op.spec.launch({
		shapes: shapesOf(row),
		y: shapeOfOutput(row),
		attrs: attrsOf(row),
		capabilities: device.capabilities,
	});
	const run = (rank: number) => (calls: number) => {
		device.choose = (_, all) => all[rank];
		let y = call(row, inputs);
		for (let i = 1; i < calls; i++) {
			if (!row.op.spec.updates) release(y);
			y = call(row, inputs);
		}
		device.choose = (_, all) => all[0];
		// Nothing else runs before its first number is read.
		if (!row.op.spec.updates) queueMicrotask(() => release(y));
		return y;
	};
	const entries = variants.map(
		(variant, rank): Entry => ({ row, variant, rank, run: run(rank) }),
	);
	return { inputs, entries };
}

function workOf(row: Row): { flops: number | undefined; bytes: number } {
	const y = shapeOfOutput(row);
	const sizes = Object.values(row.inputs).map((d) => sizeOf(d.shape));
	const elements = sizes.reduce((a, b) => a + b, sizeOf(y));
	const { name } = row.op.spec;
	const flops = flopsOf(name, shapesOf(row), attrsOf(row), y);
	return { flops, bytes: 4 * elements };
}
