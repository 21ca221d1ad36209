import { expect, test } from "vitest";
import type { RunEvent } from "../../src/app/site/run-record.ts";
import type { RunView } from "../../src/app/site/run-view.ts";
import { noticesOf } from "../../src/app/site/warnings.ts";

/** Losses of 30 steps with a small batch. */
const ragged = Array.from({ length: 30 }, (_, i) => (i % 7 ? 0.06 : 0.4));

/** What is said of a step with this loss after them. */
function said(loss: number, before = ragged): string[] {
	const view = { steps: { loss: before } } as unknown as RunView;
	const event = { type: "step", time: 0, epoch: 2, step: 31, loss };
	return noticesOf(view, event as RunEvent, []).map(({ text }) => text);
}

test("a loss far above all of the last steps is a spike, a ragged one is not", () => {
	expect(said(0.5)).toEqual([]);
	expect(said(0.9)).toEqual([
		"Loss spike in epoch 2, step 31: 0.900 where 0.400 was the highest before; if it stays high, lower the learning rate",
	]);
	expect(said(9, ragged.slice(0, 20))).toEqual([]);
});
