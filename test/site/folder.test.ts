import { join } from "node:path";
import { expect, test } from "vitest";
import { indexPng } from "../../src/data/picture.ts";
import { choose, click, fill, pixels, stateIs, useSite } from "./open-site.ts";
import { newFolder, put, squareMaskPng, squarePng } from "./pictures.ts";

const holder = useSite();
const folder = newFolder();

test("a folder with bad files: they are named, and the others train", async () => {
	for (let n = 0; n < 8; n++) {
		put(join(folder, `images/${n}.png`), squarePng(n));
		put(join(folder, `masks/${n}.png`), squareMaskPng(n, 255));
	}
	put(join(folder, "images/cut.png"), squarePng(1));
	put(join(folder, "masks/cut.png"), squareMaskPng(1, 255).subarray(0, 90));
	put(join(folder, "images/other.png"), squarePng(2));
	put(join(folder, "masks/other.png"), indexPng(new Uint8Array(100), 10, 10));
	// Its header is whole, so that only decoding finds out.
	put(join(folder, "images/dark.png"), squarePng(3).subarray(0, 120));
	put(join(folder, "masks/dark.png"), squareMaskPng(3, 255));
	put(join(folder, "images/alone.png"), squarePng(4));
	put(join(folder, "images/.hidden.png"), "nothing");

	const { site } = holder;
	const page = await site.open();
	await click(page, "My folder");
	const start = ".start button";
	expect(
		await page.$eval(start, (b) => (b as HTMLButtonElement).disabled),
	).toBe(true);
	const input = await page.waitForSelector("input[type=file]");
	await input?.uploadFile(folder);
	await page.waitForSelector(".found");
	const said = await page.$eval(".found", (f) => f.textContent ?? "");
	expect(said).toContain("9 pictures with masks, layout “folders”");
	expect(said).toContain("2 files cannot be used");
	expect(said).toMatch(/masks\/cut\.png: is a PNG that ends too early/);
	expect(said).toMatch(/masks\/other\.png: is 10x10/);
	expect(said).toContain("alone.png");
	const names = await page.$$eval(".values input[type=text]", (all) =>
		all.map((input) => (input as HTMLInputElement).value),
	);
	expect(names).toEqual(["background", "object"]);

	await choose(page, "Picture size (longer side)", "48");
	await choose(page, "Network", "tiny");
	await fill(page, "Epochs", 1);
	await click(page, "Start training");
	await stateIs(page, "Done");
	expect(await page.$eval(".status", (s) => s.textContent)).toContain(
		"6 pictures to train, 2 to validate, 40×48 pixels",
	);
	const log = await page.$eval(".notices", (l) => l.textContent ?? "");
	for (const name of ["cut", "other", "dark"]) {
		expect(log).toMatch(new RegExp(`left out.*${name}\\.png`));
	}
	expect(await pixels(page, "Truth")).not.toBe(await pixels(page, "Input"));
	expect(site.errors).toEqual([]);
});

test("a folder without anything to train on says why", async () => {
	const { site } = holder;
	const empty = newFolder();
	put(join(empty, "readme.txt"), "nothing here");
	const page = await site.open();
	await click(page, "My folder");
	const input = await page.waitForSelector("input[type=file]");
	await input?.uploadFile(empty);
	const alert = await page.waitForSelector("[role=alert]");
	expect(await alert?.evaluate((a) => a.textContent)).toContain("readme.txt");
	expect(site.errors).toEqual([]);
});
