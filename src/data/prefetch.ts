/** Makes things ahead of their use. */
export interface Prefetch<T> {
	/** The next one, in order. A failure is thrown here and ends the queue. */
	next(): Promise<T>;
	/** Milliseconds that callers of `next` have waited. */
	waited(): number;
}

/**
 * Calls `make` ahead, so that up to `depth` results are ready or under way
 * before they are asked for. `make` is never called twice at once and never
 * before the first `next`.
 */
export function prefetch<T>(
	make: () => Promise<T>,
	depth: number,
): Prefetch<T> {
	const queue: Promise<T>[] = [];
	let last: Promise<unknown> = Promise.resolve();
	let waited = 0;

	function fill(): void {
		while (queue.length < depth) {
			const made = last.then(make);
			// Whoever takes it hears of the failure; until then it is no unhandled one.
			made.catch(() => {});
			last = made;
			queue.push(made);
		}
	}
	async function next(): Promise<T> {
		fill();
		const first = queue.shift() as Promise<T>;
		fill();
		const start = performance.now();
		const result = await first;
		waited += performance.now() - start;
		return result;
	}
	return { next, waited: () => waited };
}

/** Lets other work of this thread run, such as submitting the next training step; without the 4 ms of a nested timer. */
export function nextTask(): Promise<void> {
	return new Promise((done) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			done();
		};
		port2.postMessage(undefined);
	});
}
