/**
 * Waits for the work at most so long. When time is up, aborts the signal that
 * the work got and throws the complaint with the time, e.g. `the browser did
 * not start within 60 seconds`.
 */
export async function withTimeout<T>(
	milliseconds: number,
	complaint: string,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const controller = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			controller.abort();
			reject(new Error(`${complaint} within ${milliseconds / 1000} seconds`));
		}, milliseconds);
	});
	try {
		return await Promise.race([work(controller.signal), late]);
	} finally {
		clearTimeout(timer);
	}
}
