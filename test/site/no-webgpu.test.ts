import { describe, expect, test } from "vitest";
import { findFirefox } from "../firefox.ts";
import { skipped } from "../gpu.ts";
import { chooseTiny, click, figure, stateIs, useSite } from "./open-site.ts";

describe("Chrome", () => {
	const holder = useSite();

	test("without WebGPU the page says what to do, and trains on the CPU for who insists", async () => {
		const { site } = holder;
		const page = await site.open();
		await page.evaluateOnNewDocument(() => {
			Reflect.deleteProperty(Navigator.prototype, "gpu");
		});
		await page.reload();
		const alert = await page.waitForSelector("[role=alert]");
		expect(await alert?.evaluate((a) => a.textContent)).toMatch(
			/WebGPU is missing.*Open this page in a current Chrome/,
		);
		expect(
			await page.$eval(
				"option[value=webgpu]",
				(option) => (option as HTMLOptionElement).disabled,
			),
		).toBe(true);
		await chooseTiny(page, { "Pictures to train on": 6, Epochs: 1 });
		await click(page, "Start training");
		await stateIs(page, "Done");
		expect(await figure(page, "Epoch")).toBe("1 / 1");
		expect(await page.$eval(".status", (s) => s.textContent)).toMatch(/cpu/i);
		expect(site.errors).toEqual([]);
	});
});

const { launch, reason } = await findFirefox({ webgpu: false });
if (launch) {
	describe("Firefox", () => {
		const holder = useSite(launch);

		test("where WebGPU is switched off it says how to switch it on", async () => {
			const { site } = holder;
			const page = await site.open();
			const alert = await page.waitForSelector("[role=alert]");
			expect(await alert?.evaluate((a) => a.textContent)).toContain(
				"Set dom.webgpu.enabled to true in about:config",
			);
			expect(await page.$eval(".settings", (s) => s.textContent)).toContain(
				"Chosen for the CPU",
			);
			expect(site.errors).toEqual([]);
		});
	});
} else skipped(`Firefox is not here: ${reason}`);
