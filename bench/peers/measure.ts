import { openAdapter } from "../../src/engine/adapter.ts";
import { median, rangeOf } from "../timing.ts";
import { largestDifference, lossDifference, STEPS } from "./difference.ts";
import { type GpuUse, gpuMeter } from "./gpu-meter.ts";
import type { Library, LibraryModule } from "./library.ts";
import type { Comparison, Row } from "./row.ts";
import { type Subject, subject } from "./subject.ts";
import { type Workload, workloads } from "./workloads.ts";

/** What the program outside of the page does for it. */
export interface Host {
	load(library: string): Promise<LibraryModule>;
	/** CPU time so far of the process that runs shaders, or of the page's, in ms; undefined where unknown. */
	cpuMs(place: Library<unknown>["place"]): Promise<number | undefined>;
	progress(line: string): void;
}

/** What to measure. */
export interface MeasureOptions {
	readonly workload: string;
	readonly libraries: readonly string[];
	/** For the repetitions of all libraries together; first runs are not in it. */
	readonly budgetMs: number;
}

interface Entry {
	readonly name: string;
	readonly library: Library<unknown>;
	readonly subject: Subject;
	readonly use: GpuUse;
	readonly firstMs: number;
	/** Repetitions in one sample. */
	readonly calls: number;
	readonly perCall: Pick<GpuUse, "dispatches" | "submits" | "objects">;
	readonly wall: number[];
	readonly cpu: number[];
	/** Why it repeats no more. */
	failure?: string;
}

/** A sample lasts about this long, so that the wait at its end does not count. */
const SAMPLE_MS = 40;
const MAX_CALLS = 16;
const MAX_SAMPLES = 15;

/** Measures one workload in all libraries, taking turns, so that what the machine does besides falls on all alike. */
export async function measure(
	{ workload: name, libraries, budgetMs }: MeasureOptions,
	host: Host,
): Promise<Comparison> {
	const workload = workloads.find((w) => w.name === name) as Workload;
	const adapter = await wakeAdapter();
	const meter = gpuMeter();
	const failures: Row[] = [];
	const entries: Entry[] = [];
	for (const library of libraries) {
		host.progress(`${name}: ${library}, first run`);
		try {
			const use = meter.countFor(library);
			entries.push(await prepare(library, workload, use, host));
		} catch (error) {
			failures.push({ library, failure: firstLine(error) });
		}
	}
	await takeTurns(entries, budgetMs, meter.countFor, host);
	return {
		workload: name,
		adapter,
		kind: workload.kind,
		...(workload.kind === "op" && workload.flops && { flops: workload.flops }),
		rows: [...(await rowsOf(entries, workload)), ...failures],
	};
}

/** The adapter's name. Afterwards the GPU process runs, so the first library does not pay for its start. */
async function wakeAdapter(): Promise<string> {
	const { device, identity } = await openAdapter({});
	device.destroy();
	return identity.description;
}

async function prepare(
	name: string,
	workload: Workload,
	use: GpuUse,
	host: Host,
): Promise<Entry> {
	const start = performance.now();
	const { open } = await host.load(name);
	const library = await open();
	const prepared = subject(workload, library);
	try {
		await prepared.run(1);
	} catch (error) {
		// What it had started would run in the next library's time.
		await library.done([]);
		throw error;
	}
	const firstMs = performance.now() - start;
	const before = { ...use };
	const again = performance.now();
	await prepared.run(1);
	const callMs = performance.now() - again;
	return {
		name,
		library,
		subject: prepared,
		use,
		firstMs,
		calls: Math.ceil(Math.min(MAX_CALLS, SAMPLE_MS / callMs)),
		perCall: {
			dispatches: use.dispatches - before.dispatches,
			submits: use.submits - before.submits,
			objects: use.objects - before.objects,
		},
		wall: [],
		cpu: [],
	};
}

/** Each library repeats until it has used its share of the budget, but at least once. */
async function takeTurns(
	entries: readonly Entry[],
	budgetMs: number,
	countFor: (library: string) => void,
	host: Host,
): Promise<void> {
	const share = budgetMs / entries.length;
	for (let round = 1; round <= MAX_SAMPLES; round++) {
		for (const entry of entries) {
			const { name, wall, calls } = entry;
			const spent = calls * wall.reduce((a, b) => a + b, 0);
			if (entry.failure !== undefined || (round > 1 && spent >= share))
				continue;
			countFor(name);
			try {
				await sample(entry, host);
				const ms = wall[wall.length - 1].toFixed(1);
				host.progress(`round ${round}: ${name} ${ms} ms`);
			} catch (error) {
				entry.failure = firstLine(error);
			}
		}
	}
}

async function sample(
	{ library, subject, calls, wall, cpu }: Entry,
	host: Host,
): Promise<void> {
	library.enter?.();
	const cpuBefore = await host.cpuMs(library.place);
	const start = performance.now();
	await subject.run(calls);
	const ms = performance.now() - start;
	const cpuAfter = await host.cpuMs(library.place);
	wall.push(ms / calls);
	if (cpuBefore !== undefined && cpuAfter !== undefined) {
		cpu.push((cpuAfter - cpuBefore) / calls);
	}
}

/** The figures, and how far the values are from the first library's, by which the reader knows whether the figures count. */
async function rowsOf(
	entries: readonly Entry[],
	{ kind }: Workload,
): Promise<Row[]> {
	const rows: Row[] = [];
	let expected: readonly Float32Array[] | undefined;
	for (const entry of entries) {
		const { name, library, failure, use } = entry;
		// Reading the values takes memory of its own.
		const { peakBytes } = use;
		library.enter?.();
		try {
			if (failure !== undefined) throw failure;
			const values = await entry.subject.values();
			expected ??= values;
			const figures = figuresOf(entry);
			const compared = comparison(kind, values, expected);
			const { device } = library;
			rows.push({ library: name, device, ...figures, peakBytes, ...compared });
		} catch (error) {
			rows.push({ library: name, failure: firstLine(error) });
		}
	}
	return rows;
}

function figuresOf({ wall, cpu, calls, firstMs, perCall }: Entry) {
	return {
		wallMs: median(wall),
		wallRange: rangeOf(wall),
		...(cpu.length && { cpuMs: median(cpu) }),
		repetitions: wall.length * calls,
		firstMs,
		...perCall,
	};
}

function comparison(
	kind: Workload["kind"],
	values: readonly Float32Array[],
	expected: readonly Float32Array[],
) {
	if (kind === "op") return { difference: largestDifference(values, expected) };
	return {
		difference: lossDifference(values, expected),
		losses: values.slice(0, STEPS).map(([loss]) => loss),
	};
}

const firstLine = (error: unknown) => String(error).split("\n")[0];
