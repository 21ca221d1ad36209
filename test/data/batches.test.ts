import { expect, test, vi } from "vitest";
import type { AugmentConfig } from "../../src/data/augment.ts";
import { parseAugment } from "../../src/data/augment-config.ts";
import {
	type Batch,
	readBatch,
	trainingBatches,
} from "../../src/data/batches.ts";
import { sourceOf } from "../../src/data/labelled-source.ts";
import { prefetch } from "../../src/data/prefetch.ts";
import { cached, type SampleSource } from "../../src/data/sample-source.ts";
import { createSampler } from "../../src/data/sampler.ts";
import { smallSet } from "./small-set.ts";

const augment: AugmentConfig = {
	steps: parseAugment("flips,rotation=30,brightness=0.2,noise=0.1"),
	choose: "each",
	outside: 255,
};

/** A source that counts reads and answers late, the later the smaller the index. */
function slow(source: SampleSource) {
	const reads: number[] = [];
	return {
		reads,
		...source,
		async read(index: number) {
			reads.push(index);
			await new Promise((go) => setTimeout(go, 3 * (7 - index)));
			return source.read(index);
		},
	};
}

test("a batch is the raw pixels times the scale, in the order asked", async () => {
	const source = sourceOf(smallSet());
	const { x, labels, shape } = await readBatch(source, [2, 0]);
	expect(shape).toEqual([2, 2, 3, 3]);
	expect(x).toHaveLength(2 * 18);
	expect([...x.subarray(0, 3)]).toEqual([18, 18.5, 19]);
	expect([...x.subarray(18, 21)]).toEqual([0, 0.5, 1]);
	expect([...labels]).toEqual([
		112, 113, 114, 115, 116, 117, 100, 101, 102, 103, 104, 105,
	]);
	await expect(readBatch(source, [3])).rejects.toThrow(/image 3 .*3 images/);
});

/** The first batches of a training, taken `pause` ms apart. */
async function run(
	ahead: number,
	{ from = 0, to = 9, pause = 0, resume = undefined as unknown } = {},
): Promise<{ batches: Batch[]; states: unknown[] }> {
	const source = slow(sourceOf(smallSet(7)));
	const sampler = createSampler(
		{ count: 7, batchSize: 2, seed: 4 },
		resume as undefined,
	);
	const queue = trainingBatches(source, sampler, { augment, seed: 4, ahead });
	const batches: Batch[] = [];
	const states: unknown[] = [];
	for (let i = from; i < to; i++) {
		batches.push(await queue.next());
		states.push(JSON.parse(JSON.stringify(queue.state())));
		await new Promise((go) => setTimeout(go, pause));
	}
	return { batches, states };
}

test("batches are the same however far ahead and however slowly they are made", async () => {
	const plain = await run(1);
	expect(await run(4)).toEqual(plain);
	expect(await run(2, { pause: 15 })).toEqual(plain);
	const [first, , , again] = plain.batches;
	expect(first).not.toEqual(again);
});

test("a training goes on bit for bit from the state after any batch, whatever was made ahead", async () => {
	const whole = await run(3);
	for (const at of [0, 1, 2, 5]) {
		const resume = whole.states[at];
		const rest = await run(3, { from: at + 1, resume });
		expect(rest.batches).toEqual(whole.batches.slice(at + 1));
	}
});

test("the same image is changed otherwise in each epoch and at each repeat, but not by its place", async () => {
	const source = sourceOf(smallSet(3));
	const seen = new Map<string, Batch[]>();
	for (const batchSize of [1, 3]) {
		const sampler = createSampler({
			...{ count: 3, batchSize, seed: 0, sampling: "replacement" },
		});
		const drawn = createSampler({
			...{ count: 3, batchSize, seed: 0, sampling: "replacement" },
		});
		const queue = trainingBatches(source, sampler, { augment, seed: 0 });
		for (let i = 0; i < 12 / batchSize; i++) {
			const { x, labels, shape } = await queue.next();
			for (const [n, { index, epoch, repeat }] of drawn.next().entries()) {
				const key = `${index} ${epoch} ${repeat}`;
				const one = {
					x: x.slice(n * 18, (n + 1) * 18),
					labels: labels.slice(n * 6, (n + 1) * 6),
					shape,
				};
				seen.set(key, [...(seen.get(key) ?? []), one]);
			}
		}
	}
	for (const [, [one, other]] of seen) expect(other?.x).toEqual(one.x);
	const all = [...seen.values()].map(([{ x }]) => x.join());
	expect(new Set(all).size).toBe(all.length);
	expect(all.length).toBeGreaterThan(8);
});

test("the cache keeps what fits, gives it without reading, and never exceeds its bytes", async () => {
	const source = slow(sourceOf(smallSet(7)));
	// A sample is 18 bytes of pixels and 6 of labels.
	const budget = { left: 3 * 24 + 23 };
	const few = cached(source, budget);
	for (let epoch = 0; epoch < 3; epoch++) {
		for (const index of [6, 5, 4, 3, 2]) {
			expect(await few.read(index)).toEqual(
				await sourceOf(smallSet(7)).read(index),
			);
		}
	}
	expect(source.reads).toEqual([6, 5, 4, 3, 2, 3, 2, 3, 2]);
	expect(budget.left).toBe(23);
	await Promise.all([few.read(1), few.read(1)]);
	expect(source.reads).toHaveLength(11);
	budget.left = 100;
	await Promise.all([few.read(1), few.read(1)]);
	// Read twice at once, it is counted once.
	expect(budget.left).toBe(76);
});

test("waiting is measured, and is nothing when batches are ready", async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
	try {
		const wait = (ms: number) => new Promise((go) => setTimeout(go, ms));
		let made = 0;
		const queue = prefetch(async () => {
			await wait(30);
			return made++;
		}, 2);
		const first = queue.next();
		await vi.advanceTimersByTimeAsync(30);
		expect(await first).toBe(0);
		expect(queue.waited()).toBe(30);
		// The queue goes on by itself, as far as its depth.
		await vi.advanceTimersByTimeAsync(1000);
		expect(made).toBe(3);
		expect(await queue.next()).toBe(1);
		expect(queue.waited()).toBe(30);
	} finally {
		vi.useRealTimers();
	}
});

test("a failure is thrown by the call that would have given the batch", async () => {
	let calls = 0;
	const queue = prefetch(async () => {
		if (++calls === 2) throw new Error("unreadable");
		return calls;
	}, 3);
	expect(await queue.next()).toBe(1);
	await expect(queue.next()).rejects.toThrow("unreadable");
	await expect(queue.next()).rejects.toThrow("unreadable");
	expect(calls).toBe(2);
});
