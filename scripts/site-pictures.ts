// npm run site:pictures: does what docs/site.md tells of, from clicks to masks, in headless
// Chrome, tells how long each part takes, and writes docs/pictures/site-*.png.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core";
import { decodeImage, type Image } from "../src/data/image.ts";
import {
	click,
	drag,
	figure,
	slide,
	startSite,
} from "../test/site/open-site.ts";

const NUCLEI = "../shared/data/dsb2018-nuclei/stage1_train";
/** Stained tissue: to paint on, and, the last one, to try the result on. */
const TISSUE = ["0d3640c1", "13f2bec0", "2e2d29fc", "4d4f254f", "6ab24e7e"];
const BRUSH = 5;

const site = await startSite();
const page = await site.open();
const shoot = (name: string, whole = false) =>
	page.screenshot({ path: `docs/pictures/site-${name}.png`, fullPage: whole });

let from = Date.now();
function lap(what: string): void {
	console.log(`${((Date.now() - from) / 1000).toFixed(0)} s: ${what}`);
	from = Date.now();
}

await page.waitForSelector(".start button:enabled");
await shoot("setup");
lap("the page is open");
await paint(page);
await train();
lap(`trained on what was painted, mIoU ${await figure(page, "Best mIoU")}`);
await click(page, "Use the result");
const input = await page.waitForSelector(".stage input[type=file]");
await (input as NonNullable<typeof input>).uploadFile(pictureOf(TISSUE[4]));
await page.waitForFunction(() =>
	document.querySelector(".stage [role=status]")?.textContent?.endsWith(".png"),
);
await page.waitForSelector(".stage canvas");
await shoot("use", true);
lap("the mask of another picture");

await click(page, "Set up");
await click(page, "Built-in digits");
await train();
lap(`trained on digits, mIoU ${await figure(page, "Best mIoU")}`);
await page.evaluate(() => scrollTo(0, 0));
await shoot("training-light", true);
await page.select("header select", "dark");
await shoot("training-dark", true);
await page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2 });
await shoot("phone");
await site.close();

/** Starts a training and waits for its end, for minutes on a software adapter. */
async function train(): Promise<void> {
	await click(page, "Start training");
	const options = { timeout: 0 };
	for (const wanted of ["Training", "Done"]) {
		await page.waitForFunction(
			(state) => document.querySelector(".state")?.textContent === state,
			options,
			wanted,
		);
	}
}

function pictureOf(id: string): string {
	const full = readdirSync(NUCLEI).find((name) => name.startsWith(id));
	const folder = join(NUCLEI, String(full), "images");
	return join(folder, readdirSync(folder)[0]);
}

/** Paints the nuclei of all but the last picture, in strokes along their rows. */
async function paint(page: Page): Promise<void> {
	await click(page, "Paint masks");
	const input = await page.waitForSelector("input[type=file]");
	await input?.uploadFile(...TISSUE.slice(0, -1).map(pictureOf));
	await page.waitForSelector(".thumbnails li:nth-child(4)");
	await slide(page, "Size", BRUSH);
	for (const [i, id] of TISSUE.slice(0, -1).entries()) {
		await (await page.$$(".thumbnails button:first-child"))[i].click();
		for (const [n, { mask, strokes }] of strokesOf(id).entries()) {
			for (const [y, x0, x1] of strokes) {
				await drag(page, mask, [x0, y], [x1, y]);
			}
			if (i === 2 && n === 8) await shoot("painting");
		}
	}
	lap("painted four pictures");
}

/** For each nucleus the rows, a brush apart, as y, first and last x. */
function strokesOf(id: string) {
	const folder = join(pictureOf(id), "../../masks");
	return readdirSync(folder).map((name) => {
		const mask = decodeImage(readFileSync(join(folder, name)), name, () => {});
		return { mask, strokes: rowsOf(mask) };
	});
}

function rowsOf({ height, width, channels, data }: Image) {
	const rows: [y: number, x0: number, x1: number][] = [];
	for (let y = 2; y < height; y += BRUSH - 1) {
		const inside = (x: number) => data[(y * width + x) * channels] > 0;
		for (let x = 0; x < width; x++) {
			if (!inside(x)) continue;
			const first = x;
			while (x + 1 < width && inside(x + 1)) x++;
			const edge = Math.min(BRUSH >> 1, (x - first) >> 1);
			rows.push([y, first + edge, x - edge]);
		}
	}
	return rows;
}
