import { expect, test } from "vitest";
import { cpuDevice, full, tensor, valueAndGrad } from "../src/engine/index.ts";
import { type DropoutAttrs, dropout, sum } from "../src/kernels/index.ts";

const COUNT = 20000;

async function mask(attrs: Partial<DropoutAttrs>): Promise<boolean[]> {
	const x = full([COUNT], 1, { device: cpuDevice() });
	return [...(await dropout(x, attrs).data())].map((v) => v > 0);
}

/** Share of elements for which two masks agree. */
function agreement(a: boolean[], b: boolean[]): number {
	return a.filter((kept, i) => kept === b[i]).length / COUNT;
}

test.each([0.1, 0.5, 0.9])("a share of %f is dropped", async (rate) => {
	const kept = (await mask({ rate })).filter((k) => k).length / COUNT;
	// Five standard deviations.
	const bound = 5 * Math.sqrt((rate * (1 - rate)) / COUNT);
	expect(Math.abs(kept - (1 - rate))).toBeLessThan(bound);
});

test("masks repeat, and are independent for other seeds, steps and neighbours", async () => {
	const first = await mask({ seed: 1, step: 2 });
	expect(await mask({ seed: 1, step: 2 })).toEqual(first);
	const others = [
		await mask({ seed: 2, step: 2 }),
		await mask({ seed: 1, step: 3 }),
		await mask({ seed: 2, step: 1 }),
		[...first.slice(1), first[0]],
		[...first.slice(64), ...first.slice(0, 64)],
	];
	for (const other of others) {
		expect(Math.abs(agreement(first, other) - 0.5)).toBeLessThan(0.02);
	}
});

test("what is dropped gets no gradient", async () => {
	const x = tensor(
		Float64Array.from({ length: 300 }, (_, i) => i + 1),
		[300],
		{
			device: cpuDevice(),
		},
	);
	const attrs = { rate: 0.75, seed: 5 };
	const y = await dropout(x, attrs).data();
	const { grads } = valueAndGrad((t: typeof x) => sum(dropout(t, attrs)))(x);
	expect([...(await grads.data())]).toEqual([...y].map((v) => (v ? 4 : 0)));
});
