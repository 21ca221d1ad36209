import type { StepProfile } from "./profile-step.ts";
import { table } from "./report.ts";

interface Total {
	readonly title: string;
	milliseconds: number;
	dispatches: number;
	flops: number;
	bytes: number;
}

/** The profile as tables: time by op, and by op and shapes, the longest first. */
export function formatProfile(profile: StepProfile): string {
	const { adapter, net, peak, dispatches } = profile;
	const all = dispatches.reduce((ms, d) => ms + d.milliseconds, 0);
	const span = Math.max(...dispatches.map((d) => d.start + d.milliseconds));
	return `${[
		`Adapter: ${adapter}`,
		`Peak: ${peak.gflops.toFixed(1)} GFLOP/s of multiply-adds, ${peak.gbps.toFixed(2)} GB/s of an elementwise copy`,
		`Training step of net ${net}: ${dispatches.length} dispatches, ${all.toFixed(1)} ms in kernels, ${span.toFixed(1)} ms from first to last`,
		"",
		...rows(
			totals(profile, (d) => d.op),
			all,
			profile,
		),
		"",
		...rows(
			totals(profile, (d) => `${d.op} ${d.shapes}`).slice(0, 25),
			all,
			profile,
		),
	].join("\n")}\n`;
}

function totals(
	{ dispatches }: StepProfile,
	titleOf: (d: StepProfile["dispatches"][number]) => string,
): Total[] {
	const found = new Map<string, Total>();
	for (const d of dispatches) {
		const title = titleOf(d);
		const total = found.get(title) ?? {
			title,
			milliseconds: 0,
			dispatches: 0,
			flops: 0,
			bytes: 0,
		};
		total.milliseconds += d.milliseconds;
		total.dispatches++;
		total.flops += d.flops;
		total.bytes += d.bytes;
		found.set(title, total);
	}
	return [...found.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

function rows(
	list: readonly Total[],
	all: number,
	{ peak }: StepProfile,
): string[] {
	const head = [
		"",
		"ms",
		"%",
		"dispatches",
		"GFLOP/s",
		"% peak",
		"GB/s",
		"% copy",
		"",
	];
	const percent = (part: number, whole: number) =>
		((100 * part) / whole).toFixed(0);
	return table([
		head,
		...list.map((t) => {
			const gflops = t.flops / t.milliseconds / 1e6;
			const gbps = t.bytes / t.milliseconds / 1e6;
			return [
				"",
				t.milliseconds.toFixed(2),
				percent(t.milliseconds, all),
				String(t.dispatches),
				t.flops ? gflops.toFixed(1) : "",
				t.flops ? percent(gflops, peak.gflops) : "",
				gbps.toFixed(2),
				percent(gbps, peak.gbps),
				t.title,
			];
		}),
	]);
}

/** The profile in the Trace Event Format, which ui.perfetto.dev and chrome://tracing open. */
export function traceOf({ adapter, net, dispatches }: StepProfile): string {
	const thread = { pid: 1, tid: 1 };
	const named = (name: string, value: string) => ({
		name,
		ph: "M",
		...thread,
		args: { name: value },
	});
	return JSON.stringify({
		displayTimeUnit: "ms",
		traceEvents: [
			named("process_name", adapter),
			named("thread_name", `training step of net ${net}`),
			...dispatches.map((d) => ({
				name: d.op,
				cat: "gpu",
				ph: "X",
				...thread,
				// Microseconds.
				ts: d.start * 1000,
				dur: d.milliseconds * 1000,
				args: {
					kernel: d.kernel,
					shapes: d.shapes,
					flops: d.flops,
					bytes: d.bytes,
				},
			})),
		],
	});
}
