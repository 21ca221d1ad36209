import { readBatch } from "../data/batches.ts";
import type { SampleSource } from "../data/sample-source.ts";
import { IGNORE } from "../data/segmentation-set.ts";
import { type Model, meanIou } from "../unet/index.ts";
import type { JobHost, RankedImage } from "./job.ts";
import { classesPerBatch } from "./per-batch.ts";
import { chunks } from "./read-set.ts";
import type { Reporter } from "./reporter.ts";

interface Judged extends RankedImage {
	readonly classes: Uint8Array<ArrayBuffer>;
}

/**
 * Judges each image of a set on its own, and hands over the confusion matrix
 * of all and the predictions of the `count` images with the highest mean IoU
 * and as many with the lowest. Gives up when the user asks to stop.
 */
export async function rankImages(
	model: Model,
	set: SampleSource,
	options: { readonly batch: number; readonly count: number },
	host: JobHost,
	reporter: Reporter,
): Promise<void> {
	const { classes } = model.config;
	const total = table(classes);
	const count = Math.min(options.count, Math.floor(set.count / 2));
	let best: Judged[] = [];
	let worst: Judged[] = [];
	const classesOf = classesPerBatch(model);
	try {
		for (const indices of chunks(set.count, options.batch)) {
			if (reporter.signal.aborted) return;
			const batch = await readBatch(set, indices);
			const { labels, shape } = batch;
			const found = Uint8Array.from(await classesOf.run(batch));
			const pixels = shape[1] * shape[2];
			const judged = indices.flatMap((index, n): Judged[] => {
				const [from, to] = [n * pixels, (n + 1) * pixels];
				const own = table(classes);
				for (let i = from; i < to; i++) {
					if (labels[i] === IGNORE) continue;
					own[labels[i]][found[i]]++;
					total[labels[i]][found[i]]++;
				}
				const miou = meanIou(own);
				// Without a pixel that counts there is nothing to judge.
				if (miou === null) return [];
				return [{ index, miou, classes: found.slice(from, to) }];
			});
			best = [...best, ...judged].sort(higher).slice(0, count);
			worst = [...worst, ...judged]
				.sort((a, b) => higher(b, a))
				.slice(0, count);
			const done = indices[0] + indices.length;
			await reporter.sendSoon({ type: "progress", done, total: set.count });
		}
	} finally {
		classesOf.free();
	}
	for (const { index, classes } of new Set([...best, ...worst])) {
		await host.write(`ranked/${index}`, classes);
	}
	const plain = ({ index, miou }: Judged) => ({ index, miou });
	await reporter.send({
		type: "ranked",
		confusion: total,
		best: best.map(plain),
		worst: worst.map(plain),
	});
}

/** Order by mean IoU, the highest first; images with the same one by number. */
function higher(a: RankedImage, b: RankedImage): number {
	return b.miou - a.miou || a.index - b.index;
}

function table(classes: number): number[][] {
	return Array.from({ length: classes }, () => new Array(classes).fill(0));
}
