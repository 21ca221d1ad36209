import { readBatch } from "../data/batches.ts";
import type { Device } from "../index.ts";
import { encoders } from "../unet/encoders/index.ts";
import {
	evaluate,
	type LabelledBatch,
	loadModel,
	predict,
} from "../unet/index.ts";
import type { Job, JobHost } from "./job.ts";
import { perBatch } from "./per-batch.ts";
import { chunks, hostSource } from "./read-set.ts";
import type { Reporter } from "./reporter.ts";

type EvalJob = Extract<Job, { kind: "eval" }>;
type PredictJob = Extract<Job, { kind: "predict" }>;

/** Counts pixels of true and predicted classes over a set. Returns whether it was stopped. */
export async function runEval(
	job: EvalJob,
	host: JobHost,
	reporter: Reporter,
	device: Device,
): Promise<boolean> {
	const set = hostSource(host, "set", job.set);
	const bytes = await host.read("checkpoint");
	const { model } = loadModel(bytes, "checkpoint", { device, encoders });
	const total = set.count;
	async function* batches(): AsyncGenerator<LabelledBatch> {
		for (const indices of chunks(total, job.batch)) {
			await reporter.sendSoon({ type: "progress", done: indices[0], total });
			yield await readBatch(set, indices);
		}
	}
	const { signal } = reporter;
	try {
		const { loss, confusion } = await evaluate(model, batches(), { signal });
		await reporter.send({ type: "progress", done: total, total });
		await reporter.send({ type: "confusion", loss, confusion });
	} catch (error) {
		if (!signal.aborted) throw error;
	}
	return signal.aborted;
}

/** Hands over the class probabilities of every image of a set. Returns whether it was stopped. */
export async function runPredict(
	job: PredictJob,
	host: JobHost,
	reporter: Reporter,
	device: Device,
): Promise<boolean> {
	const set = hostSource(host, "set", job.set);
	const bytes = await host.read("checkpoint");
	const { model } = loadModel(bytes, "checkpoint", { device, encoders });
	const { context = false } = job;
	const scoresOf = perBatch(device, (x) => predict(model, x, { context }));
	for (const indices of chunks(set.count, job.batch)) {
		if (reporter.signal.aborted) break;
		const batch = await readBatch(set, indices);
		const scores = Float32Array.from(await scoresOf.run(batch));
		const each = scores.length / indices.length;
		for (const [i, index] of indices.entries()) {
			const one = scores.slice(i * each, (i + 1) * each);
			await host.write(`scores/${index}`, new Uint8Array(one.buffer));
		}
		const done = indices[0] + indices.length;
		await reporter.send({ type: "progress", done, total: set.count });
	}
	return reporter.signal.aborted;
}
