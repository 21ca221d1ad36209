import { readdirSync, readFileSync } from "node:fs";

/**
 * Gives the CPU time of some processes so far, in ms, all threads together:
 * Linux's schedstat, which counts nanoseconds. Undefined elsewhere.
 */
export function cpuMeter(pids: readonly number[]): () => number | undefined {
	/** By process and thread: one that has ended keeps what it had used. */
	const used = new Map<string, number>();
	return () => {
		for (const pid of pids) {
			for (const thread of list(`/proc/${pid}/task`)) {
				const file = `/proc/${pid}/task/${thread}/schedstat`;
				const time = firstNumber(file);
				if (time !== undefined) used.set(file, time / 1e6);
			}
		}
		return used.size
			? [...used.values()].reduce((a, b) => a + b, 0)
			: undefined;
	};
}

function list(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return []; // No such process any more, or no Linux.
	}
}

function firstNumber(file: string): number | undefined {
	try {
		return Number(readFileSync(file, "utf8").split(" ")[0]);
	} catch {
		return undefined; // The thread has ended since it was listed.
	}
}
