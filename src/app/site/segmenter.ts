// The worker that finds classes, as the page uses it.
import type { RunSource } from "./run-record.ts";
import type { Segmented, UseNews, UseRequest } from "./use-worker.ts";

/** A trained network at work. */
export interface Segmenter {
	segment(picture: ImageData): Promise<Segmented>;
	/** A checkpoint's network as an ONNX file. */
	onnx(checkpoint: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
	close(): void;
}

/** The best checkpoint of a run, or the last one while there is none. */
export async function checkpointOf(
	run: RunSource,
): ReturnType<RunSource["checkpoint"]> {
	return (await run.checkpoint("best")) ?? run.checkpoint("last");
}

type Answer = Exclude<UseNews, { type: "failed" }>;
type OnnxAnswer = Extract<UseNews, { type: "onnx" }>;

/** Opens a run's network. Throws when it has no checkpoint. */
export async function openSegmenter(run: RunSource): Promise<Segmenter> {
	const checkpoint = await checkpointOf(run);
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
		{ resolve(answer: Answer): void; reject(error: Error): void }
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
		if (data.type === "failed") asked?.reject(new Error(data.message));
		else asked?.resolve(data);
	};
	ask({ type: "open", checkpoint, device: run.record.job.device });
	let last = 0;
	function answered(of: (id: number) => UseRequest): Promise<Answer> {
		if (broken !== undefined) return Promise.reject(new Error(broken));
		const id = ++last;
		return new Promise((resolve, reject) => {
			waiting.set(id, { resolve, reject });
			ask(of(id));
		});
	}
	return {
		segment: async (picture) =>
			(await answered((id) => ({ type: "segment", id, picture }))) as Segmented,
		async onnx(checkpoint) {
			const answer = await answered((id) => ({ type: "onnx", id, checkpoint }));
			return (answer as OnnxAnswer).file;
		},
		close: () => worker.terminate(),
	};
}
