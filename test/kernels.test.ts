import { afterAll, describe, expect, test } from "vitest";
import { accumulate } from "../src/engine/accumulate.ts";
import accumulateKernel from "../src/engine/accumulate.wgsl";
import { defineOp, type Op, single } from "../src/engine/index.ts";
import { normal, row } from "./case.ts";
import { cases } from "./cases.ts";
import { kernelChecker } from "./check-kernel.ts";
import { describeOnGpus } from "./gpu.ts";
import { nameRows } from "./rows.ts";

const rows = nameRows(cases.filter((c) => !c.error && !c.bench));

await describeOnGpus((open) => {
	const checker = kernelChecker(open);
	afterAll(() => checker.destroy());

	describe("kernel agrees with its reference", () => {
		for (const row of rows) {
			test(row.name, async () => {
				const { problems } = await checker.check(row);
				expect(problems.join("\n")).toBe("");
			});
		}
	});

	describe("the check itself notices", () => {
		test("an element that is not written", async () => {
			const { problems } = await checker.check(broken({ written: 699 }));
			expect(problems).toEqual([
				expect.stringMatching(/element 699 is NaN, not/),
			]);
		});
		test("a wrong value", async () => {
			const { problems } = await checker.check(broken({ other: "a" }));
			expect(problems).toEqual([
				expect.stringMatching(/normalised squared error/),
			]);
		});
		test("a rejected dispatch, and goes on", async () => {
			const { problems } = await checker.check(broken({ groups: 1e6 }));
			expect(problems).toEqual([expect.stringMatching(/WebGPU: /)]);
			expect((await checker.check(broken({}))).problems).toEqual([]);
		});
	});
});

/** A row of `accumulate` with 700 elements whose dispatch has a fault. */
function broken({ written = 700, groups = 2, other = "b" as "a" | "b" }) {
	const op: Op<["a", "b"], Record<never, never>> = defineOp({
		...accumulate.spec,
		launch: () => [
			single({
				kernel: accumulateKernel,
				params: { n: written, row: written },
				grid: [groups, 1, 1],
				rename: { b: other },
			}),
		],
	});
	return nameRows([row(op, { a: normal(700), b: normal(700) })])[0];
}
