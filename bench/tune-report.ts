import type { TuneReport } from "../src/engine/tuned.ts";
import type { Choice } from "../src/engine/tuning.ts";
import type { NetName } from "./report.ts";

/** What is tuned, and how far. */
export interface TuneArgument {
	readonly net: NetName;
	readonly effort: "fast" | "full";
}

/** Of a step in turns with the other. */
interface StepTimes {
	readonly median: number;
	readonly range: readonly [number, number];
}

/** A training step as it comes and tuned, in turns. */
export interface TunedStep {
	readonly adapter: string;
	readonly net: NetName;
	readonly effort: string;
	readonly report: TuneReport;
	/** Milliseconds until a prepared step is ready. */
	readonly prepared: { readonly untuned: number; readonly tuned: number };
	readonly milliseconds: {
		readonly untuned: StepTimes;
		readonly tuned: StepTimes;
	};
	/** Those where another variant won. */
	readonly changes: Readonly<Record<string, Choice>>;
}

/** For people. */
export function formatTunedStep({
	adapter,
	net,
	effort,
	report,
	prepared,
	milliseconds,
	changes,
}: TunedStep): string {
	const time = ({ median, range: [low, high] }: StepTimes) =>
		`${median.toFixed(1)} ms (${low.toFixed(0)}-${high.toFixed(0)})`;
	const { untuned, tuned } = milliseconds;
	const ratio = untuned.median / tuned.median;
	return [
		`${adapter}, training step of net ${net}, --tune ${effort}`,
		`untuned ${time(untuned)}, tuned ${time(tuned)}: ${ratio.toFixed(2)}x`,
		`compared ${report.compared} calls in ${(report.milliseconds / 1000).toFixed(1)} s, ${report.left} left to the default; ready after ${prepared.untuned.toFixed(0)} ms untuned, ${prepared.tuned.toFixed(0)} ms tuned`,
		`${report.changed} calls changed:`,
		...Object.entries(changes).map(
			([call, c]) =>
				`  ${call}\n    ${c.variant}: ${c.untuned.toFixed(2)} -> ${c.milliseconds.toFixed(2)} ms`,
		),
		"",
	].join("\n");
}
