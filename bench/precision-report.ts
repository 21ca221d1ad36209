import type { NetName } from "./report.ts";

/** What is measured. */
export interface PrecisionArgument {
	readonly net: NetName;
	readonly precision: boolean;
}

/** Of a step that takes turns with the other. */
interface StepFigures {
	/** Bytes of everything between arguments and results. */
	readonly planned: number;
	readonly dispatches: number;
	/** Milliseconds: until it is ready, and medians of a step's wall and CPU time. */
	readonly prepared: number;
	readonly wall: number;
	readonly cpu: number;
	/** Loss of the first and the last step. */
	readonly first: number;
	readonly last: number;
}

/** A training step in both precisions. */
export interface PrecisionStep {
	readonly adapter: string;
	readonly net: NetName;
	readonly f32: StepFigures;
	readonly f16: StepFigures;
}

/** For people. */
export function formatPrecisionStep(found: PrecisionStep): string {
	const { adapter, net } = found;
	const lines = (["f32", "f16"] as const).map((name) => {
		const s = found[name];
		const memory = `${(s.planned / 2 ** 20).toFixed(1)} MiB`;
		const losses = `loss ${s.first.toFixed(4)} -> ${s.last.toFixed(4)}`;
		return `${name}: ${memory}, ${s.wall.toFixed(1)} ms, CPU ${s.cpu.toFixed(1)} ms, ${s.dispatches} dispatches, ready after ${s.prepared.toFixed(0)} ms, ${losses}`;
	});
	return [`${adapter}, training step of net ${net}`, ...lines, ""].join("\n");
}
