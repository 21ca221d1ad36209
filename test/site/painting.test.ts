import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { describeInBrowsers } from "./in-browsers.ts";
import {
	choose,
	click,
	drag,
	fill,
	pixels,
	slide,
	stateIs,
} from "./open-site.ts";
import {
	cornerOf,
	HEIGHT,
	newFolder,
	put,
	SIDE,
	squarePng,
	WIDTH,
} from "./pictures.ts";

const folder = newFolder();
const SIZE = { height: HEIGHT, width: WIDTH };

/** Pixels of the mask on screen that differ from the picture. */
const paintedPixels = (page: Page) =>
	page.evaluate(() => {
		const canvas = document.querySelector(".paint-canvas") as HTMLCanvasElement;
		const { width, height } = canvas;
		const data = canvas
			.getContext("2d")
			?.getImageData(0, 0, width, height).data;
		let count = 0;
		for (let i = 0; i < width * height; i++) {
			const at = 4 * i;
			const [r, g, b] = data?.subarray(at, at + 3) ?? [];
			const dark = r === 40 && g === 40 && b === 40;
			const bright = r === 230 && g === 120 && b === 60;
			if (!dark && !bright) count++;
		}
		return count;
	});

/** Also on a busy machine. */
const PATIENTLY = { timeout: 20_000 };

/** Whether the browser would ask before a reload. */
const wouldAsk = (page: Page) =>
	page.evaluate(() => {
		const event = new Event("beforeunload", { cancelable: true });
		return !dispatchEvent(event);
	});

/** How many pictures are stored. */
const keptPictures = (page: Page) =>
	page.evaluate(async () => {
		const root = await navigator.storage.getDirectory();
		const folder = await root.getDirectoryHandle("painting");
		const file = await folder.getFileHandle("painting.json");
		const text = await (await file.getFile()).text();
		return JSON.parse(text).pictures.length as number;
	});

/** Their number once all strokes are drawn. */
async function settled(page: Page): Promise<number> {
	for (let last = -1; ; ) {
		const now = await paintedPixels(page);
		if (now === last) return now;
		last = now;
		await new Promise((done) => setTimeout(done, 100));
	}
}

await describeInBrowsers((holder) => {
	test("what is painted is there after a reload, in one tab at a time", async () => {
		const { site } = holder;
		const page = await site.open();
		// So slow a storage that one paints before it is there.
		await page.evaluateOnNewDocument(() => {
			const { storage } = navigator;
			const real = storage.getDirectory.bind(storage);
			storage.getDirectory = async () => {
				await new Promise((done) => setTimeout(done, 1500));
				return real();
			};
		});
		await page.reload();
		const choosePictures = async (page: Page) => {
			await click(page, "Paint masks");
			return page.waitForSelector("input[type=file]");
		};
		const count = (page: Page) =>
			page.$$eval(".thumbnails li", (all) => all.length);
		const input = await choosePictures(page);
		await input?.uploadFile(
			...[0, 1].map((n) => put(join(folder, `kept-${n}.png`), squarePng(n))),
		);
		await expect.poll(() => count(page), PATIENTLY).toBe(2);
		await click(page, "Add a class");
		await slide(page, "Size", 9);
		await drag(page, SIZE, [5, 5], [30, 20]);
		const drawn = await settled(page);
		expect(drawn).toBeGreaterThan(9 * 20);
		await expect.poll(() => wouldAsk(page), PATIENTLY).toBe(false);
		await page.reload();
		await choosePictures(page);
		await expect.poll(() => count(page), PATIENTLY).toBe(2);
		await expect.poll(() => settled(page), PATIENTLY).toBe(drawn);
		expect(await page.$$(".tools input[type=radio]")).toHaveLength(3);

		const second = await site.open();
		await choosePictures(second);
		await new Promise((done) => setTimeout(done, 500));
		expect(await count(second)).toBe(0);
		await second.close();

		await page.bringToFront();
		page.once("dialog", (dialog) => dialog.accept());
		await click(page, "Remove all pictures");
		await expect.poll(() => count(page), PATIENTLY).toBe(0);
		await expect.poll(() => keptPictures(page), PATIENTLY).toBe(0);
		await page.reload();
		await choosePictures(page);
		await new Promise((done) => setTimeout(done, 500));
		expect(await count(page)).toBe(0);
		expect(site.errors).toEqual([]);
		await page.close();
	});

	test("masks painted by hand train a network", async () => {
		const { site } = holder;
		const page = await site.open();
		await click(page, "Paint masks");
		const input = await page.waitForSelector("input[type=file]");
		const files = [0, 1, 2].map((n) =>
			put(join(folder, `${n}.png`), squarePng(n)),
		);
		await input?.uploadFile(
			...files,
			put(join(folder, "no.png"), "no picture"),
		);
		const alert = await page.waitForSelector("[role=alert]");
		expect(await alert?.evaluate((a) => a.textContent)).toContain("no.png");
		await click(page, "Dismiss");
		expect(await page.$$(".thumbnails li")).toHaveLength(3);

		// An outline, filled; what is beside it erased; and the way back and forth.
		await slide(page, "Size", 3);
		const { x, y } = cornerOf(0);
		const [left, top, right, bottom] = [x, y, x + SIDE - 1, y + SIDE - 1];
		await drag(page, SIZE, [left, top], [right, top], [right, bottom]);
		await drag(page, SIZE, [right, bottom], [left, bottom], [left, top]);
		const outline = await settled(page);
		expect(outline).toBeGreaterThan(4 * SIDE);
		await click(page, "Fill");
		await drag(page, SIZE, [x + 8, y + 8]);
		const filled = await settled(page);
		expect(filled).toBeGreaterThan(SIDE * SIDE - 4 * SIDE + outline * 0.5);
		await click(page, "Undo");
		expect(await settled(page)).toBe(outline);
		await click(page, "Redo");
		expect(await settled(page)).toBe(filled);
		await click(page, "Erase");
		await drag(page, SIZE, [left - 1, top - 1], [right + 1, top - 1]);
		expect(await settled(page)).toBeLessThan(filled);

		// By keyboard.
		await click(page, "Brush");
		await page.focus(".paint-canvas");
		const before = await settled(page);
		for (const key of ["ArrowDown", "ArrowDown", " "] as const) {
			await page.keyboard.press(key);
		}
		expect(await settled(page)).toBeGreaterThan(before);
		await page.keyboard.down("Control");
		await page.keyboard.press("z");
		await page.keyboard.up("Control");
		await expect.poll(() => paintedPixels(page), PATIENTLY).toBe(before);

		await (await page.$$(".thumbnails button:first-child"))[1].click();
		const second = cornerOf(1);
		await slide(page, "Size", SIDE);
		const middle = (at: number) => at + SIDE / 2;
		await drag(page, SIZE, [middle(second.x), middle(second.y)]);

		await choose(page, "Network", "tiny");
		await choose(page, "Picture size (longer side)", "64");
		await fill(page, "Epochs", 12);
		await fill(page, "Peak learning rate", 0.02);
		await click(page, "Start training");
		await stateIs(page, "Done");
		expect(await page.$eval(".status", (s) => s.textContent)).toContain(
			"1 picture to train, 1 to validate, 48×64 pixels",
		);
		const names = await page.$$eval(".classes .name", (all) =>
			all.map((name) => name.textContent),
		);
		expect(names).toEqual(["background", "object"]);
		const [, iou] = await page.$$eval(".classes .number", (all) =>
			all.map((number) => Number(number.textContent?.replace("IoU ", ""))),
		);
		// A bright square on dark ground is easy, even for a tiny net in twelve steps.
		expect(iou).toBeGreaterThan(0.3);
		expect(await pixels(page, "Truth")).not.toBe(await pixels(page, "Input"));

		await click(page, "Use the result");
		const file = await page.waitForSelector(".stage input[type=file]");
		const another = put(join(folder, "another.png"), squarePng(3));
		await file?.uploadFile(another);
		await page.waitForFunction(
			() =>
				document.querySelector(".stage [role=status]")?.textContent ===
				"another.png",
		);
		await page.waitForSelector(".stage canvas");
		expect(site.errors).toEqual([]);
	});
});
