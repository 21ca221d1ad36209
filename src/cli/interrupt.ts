import { WgradError } from "../data/errors.ts";

/** The user pressed Ctrl-C (exit code 130). */
export class InterruptedError extends WgradError {
	constructor(message = "interrupted") {
		super(message, 130);
	}
}

/** Hears Ctrl-C for a command. */
export interface Interrupt {
	/** Whether the user asked to stop. */
	readonly stopped: boolean;
	/** Waits for work that cannot stop midway; throws InterruptedError at the first Ctrl-C. */
	abandonable<T>(work: Promise<T>): Promise<T>;
	/** While `work` lasts, the first Ctrl-C only sets `stopped` and calls `asked`; the second ends the process. */
	gracefully<T>(work: () => Promise<T>, asked: () => void): Promise<T>;
}

/** Takes over SIGINT and SIGTERM of the process; the terminal's hang-up counts too. */
export function listenForInterrupt(): Interrupt {
	let stopped = false;
	let graceful = false;
	let asked = () => {};
	let interrupt: (error: InterruptedError) => void = () => {};
	const interrupted = new Promise<never>((_, reject) => {
		interrupt = reject;
	});
	// Nobody may be waiting when it is rejected.
	interrupted.catch(() => {});

	const onSignal = () => {
		const again = stopped;
		stopped = true;
		if (again) process.exit(130);
		if (graceful) asked();
		else interrupt(new InterruptedError());
	};
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.on(signal, onSignal);
	}
	return {
		get stopped() {
			return stopped;
		},
		abandonable: (work) => Promise.race([work, interrupted]),
		async gracefully(work, call) {
			if (stopped) throw new InterruptedError();
			graceful = true;
			asked = call;
			try {
				return await work();
			} finally {
				graceful = false;
			}
		},
	};
}
