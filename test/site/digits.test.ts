import { expect, test } from "vitest";
import { describeInBrowsers } from "./in-browsers.ts";
import {
	changes,
	chooseTiny,
	click,
	figure,
	fill,
	pixels,
	slide,
	stateIs,
} from "./open-site.ts";

await describeInBrowsers((holder) => {
	test("digits: from a click to pictures of every epoch", async () => {
		const { site } = holder;
		const page = await site.open();
		await chooseTiny(page, { Epochs: 3 });
		await fill(page, "Peak learning rate", 0.01);
		await click(page, "Start training");
		await stateIs(page, "Done");
		expect(await figure(page, "Epoch")).toBe("3 / 3");
		expect(await figure(page, "Step")).toBe("6 / 6");
		expect(Number(await figure(page, "Loss"))).toBeGreaterThan(0);
		expect(await figure(page, "GPU memory")).toMatch(/^\d+ MB$/);
		expect(await page.$$eval(".u-wrap", (all) => all.length)).toBe(3);
		expect(await page.$$eval(".matrix tbody tr", (all) => all.length)).toBe(11);
		expect(await page.$$eval(".sample", (all) => all.length)).toBe(4);

		// A class that is switched off is not painted; the input stays as it is.
		await page.waitForFunction(
			() => document.querySelector("output")?.value === "3",
		);
		const input = await pixels(page, "Input");
		const truth = await pixels(page, "Truth");
		expect(truth).not.toBe(input);
		await click(page, "None");
		expect(await changes(() => pixels(page, "Truth"), truth)).toBe(input);
		expect(await pixels(page, "Error")).toBe(input);
		await click(page, "All");
		expect(await changes(() => pixels(page, "Truth"), input)).toBe(truth);

		// So it is with an opacity of nothing.
		await slide(page, "Opacity", 0);
		expect(await changes(() => pixels(page, "Truth"), truth)).toBe(input);
		await slide(page, "Opacity", 0.65);
		expect(await changes(() => pixels(page, "Truth"), input)).toBe(truth);

		const last = await pixels(page, "Prediction");
		await slide(page, "Epoch", 0);
		await page.waitForFunction(
			() => document.querySelector("output")?.value === "1",
		);
		expect(await changes(() => pixels(page, "Prediction"), last)).not.toBe(
			last,
		);
		await slide(page, "Epoch", 2);
		await page.waitForFunction(
			() => document.querySelector("output")?.value === "3",
		);
		const first = await pixels(page, "Prediction");
		if (first !== last) {
			expect(await changes(() => pixels(page, "Prediction"), first)).toBe(last);
		}

		await click(page, "Error");
		expect(await page.$$("[data-layer=Error]")).toHaveLength(0);
		expect(site.errors).toEqual([]);
	});
});
