import type { Failed, Job, JobEvent, JobHost } from "../app/job.ts";
import { DataError, UsageError, WgradError } from "../data/errors.ts";
import type { TuneReport } from "../engine/tuned.ts";
import { DeviceError } from "./device-error.ts";
import type { Interrupt } from "./interrupt.ts";
import { choice } from "./option.ts";
import type { Terminal } from "./terminal.ts";
import { type TuningCache, tuningCache } from "./tune.ts";

/** Where a job runs. */
export interface Where {
	readonly runtime: "chrome" | "node";
	readonly device: "webgpu" | "cpu";
}

/** The options of every command that runs a job. */
export const WHERE_OPTIONS = {
	runtime: choice(
		["chrome", "node"],
		"headless Chrome (default), or Node with npm webgpu",
	),
	device: choice(
		["auto", "webgpu", "cpu"],
		"auto = webgpu: a real GPU before a software one; cpu: slow",
	),
};

/** Resolves the options: the CPU reference needs no browser. */
export function chooseWhere(values: {
	runtime: "chrome" | "node" | undefined;
	device: "auto" | "webgpu" | "cpu" | undefined;
}): Where {
	if (values.device !== "cpu") {
		return { runtime: values.runtime ?? "chrome", device: "webgpu" };
	}
	if (values.runtime === "chrome") {
		throw new UsageError(
			"--device cpu runs in Node; leave --runtime chrome out",
		);
	}
	return { runtime: "node", device: "cpu" };
}

/** A job's host as a command sees it. Stopping and the end of the job are seen to here. */
export interface CommandHost {
	read(
		name: string,
	): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
	event?(event: JobEvent): void;
	write?(name: string, bytes: Uint8Array): void | Promise<void>;
}

/** The loss or a weight was not finite (exit code 5). */
export class NumericFailure extends WgradError {
	constructor(message: string) {
		super(message, 5);
	}
}

/**
 * Runs a job in Chrome or in Node and says which browser and adapter it is.
 * Returns whether Ctrl-C stopped it early; throws a WgradError when it fails.
 */
export async function runOn(
	where: Where,
	job: Job,
	host: CommandHost,
	terminal: Terminal,
	interrupt: Interrupt,
): Promise<boolean> {
	const { supervised, ended } = supervise(
		where.runtime,
		host,
		terminal,
		interrupt,
	);
	if (where.runtime === "chrome") {
		const { runInChrome } = await import("./run-in-chrome.ts");
		return runInChrome(job, supervised, ended, terminal, interrupt);
	}
	const { runInNode } = await import("./run-in-node.ts");
	return runInNode(job, supervised, ended, terminal, interrupt);
}

/** What to say, and do, when Ctrl-C is pressed while a job runs. */
export function sayStopping(terminal: Terminal): void {
	terminal.note("stopping after this step; Ctrl-C again quits at once");
}

function supervise(
	runtime: Where["runtime"],
	host: CommandHost,
	terminal: Terminal,
	interrupt: Interrupt,
): { supervised: JobHost; ended: Promise<boolean> } {
	let resolve: (stopped: boolean) => void;
	let reject: (error: unknown) => void;
	const ended = new Promise<boolean>((res, rej) => {
		resolve = res;
		reject = rej;
	});
	// Its rejection may come before anybody waits for it.
	ended.catch(() => {});

	// An error of the host is the command's own (a full disk): it ends the job as it is.
	const guarded = async <T>(work: () => T | Promise<T>): Promise<T> => {
		try {
			return await work();
		} catch (error) {
			reject(error);
			throw error;
		}
	};
	let cache: TuningCache | undefined;
	const supervised: JobHost = {
		read: (name) =>
			guarded(() =>
				name === "tuning-cache" && cache ? cache.read() : host.read(name),
			),
		event: (event) =>
			guarded(() => {
				if (event.type === "device") {
					const slow = event.software ? ": no GPU is used" : "";
					terminal.note(`Adapter: ${event.description}${slow}`);
					cache = tuningCache(runtime, event.description);
				}
				if (event.type === "warning") terminal.warn(event.message);
				if (event.type === "tuned") sayTuned(event, terminal);
				host.event?.(event);
				if (event.type === "done") resolve(event.stopped);
				if (event.type === "failed") reject(errorOf(event));
				return { stop: interrupt.stopped };
			}),
		write: (name, bytes) =>
			guarded(() => {
				if (name !== "tuning-cache") return host.write?.(name, bytes);
				// A run does not fail for what only saves time in the next one.
				return cache?.write(bytes).catch((error: Error) => {
					terminal.warn(`the choices are not kept: ${error.message}`);
				});
			}),
	};
	return { supervised, ended };
}

function sayTuned(
	{ compared, changed, left, milliseconds }: TuneReport,
	terminal: Terminal,
): void {
	if (!compared && !left) return;
	const rest = left ? `, ${left} left to the default` : "";
	terminal.note(
		`Tuning: ${compared} calls compared in ${(milliseconds / 1000).toFixed(1)} s, ${changed} run faster otherwise${rest}`,
	);
}

function errorOf({ reason, message, stack }: Failed): WgradError {
	const make = {
		numeric: () => new NumericFailure(message),
		device: () =>
			new DeviceError(`${message}\nOr run slowly without: --device cpu`),
		feature: () => new DeviceError(message),
		lost: () => new WgradError(message),
		data: () => new DataError(message),
		internal: () => new WgradError(message),
	};
	const error = make[reason]();
	if (stack) error.stack = stack;
	return error;
}
