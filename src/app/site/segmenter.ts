// The worker that finds classes, as the page uses it.
import type { RunSource } from "./run-record.ts";
import type { Segmented, UseNews, UseRequest } from "./use-worker.ts";

/** A trained network at work. */
export interface Segmenter {
	segment(picture: ImageData): Promise<Segmented>;
	close(): void;
}

/** Opens the best checkpoint of a run, or the last one while there is none. Throws when there is neither. */
export async function openSegmenter(run: RunSource): Promise<Segmenter> {
	const checkpoint =
		(await run.checkpoint("best")) ?? (await run.checkpoint("last"));
	if (!checkpoint) {
		throw new Error(
			"there is no checkpoint yet; the first comes at the end of an epoch, or when the training is paused",
		);
	}
	const worker = new Worker(new URL("use-worker.js", document.baseURI), {
		type: "module",
	});
	const ask = (request: UseRequest) => worker.postMessage(request);
	const waiting = new Map<
		number,
		{ resolve(value: Segmented): void; reject(error: Error): void }
	>();
	let broken: string | undefined;
	function fail(message: string): void {
		broken = message;
		for (const { reject } of waiting.values()) reject(new Error(message));
		waiting.clear();
	}
	worker.onerror = ({ message }) => fail(message || "its worker did not load");
	worker.onmessage = ({ data }: MessageEvent<UseNews>) => {
		if (data.type === "failed" && data.id === undefined) {
			fail(data.message);
			return;
		}
		const asked = waiting.get(data.id as number);
		waiting.delete(data.id as number);
		if (data.type === "segmented") asked?.resolve(data);
		else asked?.reject(new Error(data.message));
	};
	ask({ type: "open", checkpoint, device: run.record.job.device });
	let last = 0;
	return {
		segment(picture) {
			if (broken !== undefined) return Promise.reject(new Error(broken));
			const id = ++last;
			return new Promise((resolve, reject) => {
				waiting.set(id, { resolve, reject });
				ask({ type: "segment", id, picture });
			});
		},
		close: () => worker.terminate(),
	};
}
