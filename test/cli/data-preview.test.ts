import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeImage } from "../../src/data/image.ts";
import {
	expectError,
	folder,
	putSquares,
	useBuiltCommand,
	wgradWithoutBrowser as wgrad,
} from "./wgrad.ts";

useBuiltCommand();

const GAP = 4;

function pixelsOf(name: string) {
	const bytes = readFileSync(join(folder, name));
	return decodeImage(bytes, name, () => {});
}

test("draws each image as it is and changed, beside the same with its mask", async () => {
	const data = putSquares("squares", 3, { height: 20, width: 24 });
	const { code, stdout } = await wgrad(
		...["data", "preview", data, "--augment", "brightness=0.2,rotation=20:20"],
		...["--copies", "2", "--out", "sheets/one.png", "--json"],
	);
	expect(code).toBe(0);
	const { out, images, augment } = JSON.parse(stdout);
	expect(out).toBe(join("sheets", "one.png"));
	expect(images.sort()).toEqual(["0.png", "1.png", "2.png"]);
	expect(augment.steps).toHaveLength(2);
	const { height, width, channels, data: pixels } = pixelsOf(out);
	// Enlarged three times: 256 pixels would hold ten times 24.
	expect(height).toBe(GAP + 3 * (3 * 20 + GAP));
	expect(width).toBe(GAP + 6 * (3 * 24 + GAP));
	expect(channels).toBe(3);
	const panel = (row: number, column: number) => {
		const found = new Map<string, number>();
		for (let y = 0; y < 20; y++) {
			for (let x = 0; x < 24; x++) {
				const top = GAP + row * (60 + GAP) + 3 * y;
				const left = GAP + column * (72 + GAP) + 3 * x;
				const at = 3 * (top * width + left);
				const colour = pixels.slice(at, at + 3).join();
				found.set(colour, (found.get(colour) ?? 0) + 1);
			}
		}
		return found;
	};
	for (let row = 0; row < 3; row++) {
		// The bright square of 7x7 pixels, and half the paint of class 1 (128, 0, 0) over it.
		expect(Object.fromEntries(panel(row, 0))).toEqual({
			"40,40,40": 431,
			"200,200,200": 49,
		});
		expect(Object.fromEntries(panel(row, 1))).toEqual({
			"40,40,40": 431,
			"164,100,100": 49,
		});
		// Turned, there are ignored corners, and blends along the edges.
		expect(panel(row, 2).size).toBeGreaterThan(3);
		expect(panel(row, 2)).not.toEqual(panel(row, 4));
		expect(panel(row, 3).get("112,112,96")).toBeGreaterThan(4);
	}
});

test("the seed decides, and nothing but the picture is left", async () => {
	const data = putSquares("seeded", 4);
	const draw = async (out: string, seed: string) => {
		const options = ["--augment", "noise,flips", "--count", "2"];
		const { code } = await wgrad(
			...["data", "preview", data, ...options, "--seed", seed, "--out", out],
		);
		expect(code).toBe(0);
		return readFileSync(join(folder, out));
	};
	const one = await draw("drawn/a.png", "1");
	expect((await draw("drawn/b.png", "1")).equals(one)).toBe(true);
	expect((await draw("drawn/c.png", "2")).equals(one)).toBe(false);
	expect(readdirSync(join(folder, "drawn")).sort()).toEqual([
		...["a.png", "b.png", "c.png"],
	]);
	await expectError(
		["data", "preview", data, "--out", "drawn/a.png"],
		...([2, "--out drawn/a.png: exists already; choose another name"] as const),
	);
	expect(readFileSync(join(folder, "drawn", "a.png")).equals(one)).toBe(true);
});

test("bad input leaves no folder behind", async () => {
	const run = (...args: string[]) => [
		...["data", "preview", ...args, "--out", "none/sheet.png"],
	];
	await expectError(run(), 2, "the folder is missing; for example");
	await expectError(run("nowhere"), 3, /nowhere: /);
	const gray = putSquares("gray", 2);
	await expectError(
		run(gray, "--augment", "rot90"),
		...([2, "augment: rot90: needs square images, these are 16x20"] as const),
	);
	await expectError(
		run(gray, "--count", "0"),
		2,
		/--count is "0"; give a whole/,
	);
	expect(existsSync(join(folder, "none"))).toBe(false);
});
