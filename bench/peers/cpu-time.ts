import { readdirSync, readFileSync } from "node:fs";

/**
 * CPU time of some processes since the meter was made, in ms, all threads
 * together: Linux's schedstat, in nanoseconds. Undefined elsewhere.
 */
export function cpuMeter(pids: readonly number[]): () => number | undefined {
	const latest = new Map<string, number>();
	const read = () => {
		try {
			for (const pid of pids) {
				for (const thread of readdirSync(`/proc/${pid}/task`)) {
					// A thread that has ended keeps what it had used.
					latest.set(`${pid}/${thread}`, threadTime(pid, thread));
				}
			}
		} catch {
			return undefined;
		}
		return [...latest.values()].reduce((a, b) => a + b, 0);
	};
	return read;
}

function threadTime(pid: number, thread: string): number {
	const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8");
	return Number(text.split(" ")[0]) / 1e6;
}
