import { createRequire } from "node:module";
import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { chooseTiny, click, stateIs, useSite } from "./open-site.ts";
import { newFolder, put, squarePng } from "./pictures.ts";

const holder = useSite();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds that keeps people from using the page. */
async function faults(page: Page): Promise<string[]> {
	await page.addScriptTag({ path: axe });
	return page.evaluate(async () => {
		const { axe } = window as unknown as {
			axe: { run(): Promise<{ violations: Violation[] }> };
		};
		interface Violation {
			readonly id: string;
			readonly impact: string;
			readonly nodes: readonly { readonly html: string }[];
		}
		const { violations } = await axe.run();
		return violations
			.filter(({ impact }) => ["serious", "critical"].includes(impact))
			.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
	});
}

/** How far the page reaches beyond the window. */
const surplus = (page: Page) =>
	page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement;
		return scrollWidth - clientWidth;
	});

test("every part can be used by all, in both colours and at every width", async () => {
	const { site } = holder;
	const page = await site.open();
	await chooseTiny(page);
	await click(page, "Start training");
	await stateIs(page, "Done");
	const setUp = async (kind: string) => {
		await click(page, "Set up");
		await click(page, kind);
	};
	const parts: Record<string, () => Promise<unknown>> = {
		digits: () => setUp("Built-in digits"),
		folder: () => setUp("My folder"),
		async painting() {
			await setUp("Paint masks");
			const input = await page.waitForSelector("input[type=file]");
			await input?.uploadFile(put(`${newFolder()}/a.png`, squarePng(0)));
			await page.waitForSelector(".paint-canvas");
		},
		training: () => click(page, "Training"),
		async use() {
			await click(page, "Use it");
			await page.waitForSelector(".stage canvas");
		},
	};
	for (const [part, show] of Object.entries(parts)) {
		await show();
		for (const theme of ["light", "dark"]) {
			await page.select("header select", theme);
			expect([part, theme, await faults(page)]).toEqual([part, theme, []]);
		}
		for (const width of [360, 768, 1280, 1920, 3840]) {
			await page.setViewport({ width, height: 900 });
			expect([part, width, await surplus(page)]).toEqual([part, width, 0]);
		}
		await page.setViewport({ width: 1280, height: 900 });
	}
	expect(site.errors).toEqual([]);
});

test("nothing jumps while a training goes on", async () => {
	const { site } = holder;
	const page = await site.open();
	await page.evaluate(() => {
		const shifts: number[] = [];
		Object.assign(window, { shifts });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries()) {
				const { value, hadRecentInput } = entry as PerformanceEntry & {
					value: number;
					hadRecentInput: boolean;
				};
				if (!hadRecentInput) shifts.push(value);
			}
		}).observe({ type: "layout-shift", buffered: true });
	});
	await chooseTiny(page);
	await click(page, "Start training");
	await stateIs(page, "Training");
	// What came with the new part of the page is not what is meant.
	await page.evaluate(() => {
		(window as unknown as { shifts: number[] }).shifts.length = 0;
	});
	await stateIs(page, "Done");
	const shift = await page.evaluate(() =>
		(window as unknown as { shifts: number[] }).shifts.reduce(
			(a, b) => a + b,
			0,
		),
	);
	// Web Vitals call a sum of 0.1 good.
	expect(shift).toBeLessThan(0.02);
});

test("the page is used with the keyboard alone", async () => {
	const { site } = holder;
	const page = await site.open();
	await page.waitForSelector(".start button:enabled");
	await page.focus("body");
	await page.keyboard.press("Tab");
	const focused = () =>
		page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
	expect(await focused()).toBe("Skip to the content");
	await page.keyboard.press("Enter");
	expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
	await page.keyboard.press("Tab");
	await page.keyboard.press("ArrowDown");
	expect(
		await page.evaluate(
			() => (document.activeElement as HTMLInputElement).value,
		),
	).toBe("folder");
	await page.waitForSelector(".drop");
});
