import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeNpy } from "../../src/data/npy.ts";
import { indexPng } from "../../src/data/picture.ts";
import {
	expectError,
	put,
	putArrays,
	putSquares,
	trainOn as train,
	useBuiltCommand,
	wgradWithoutBrowser,
} from "./wgrad.ts";

useBuiltCommand();

describe("data (exit code 3)", () => {
	test("missing folder", () =>
		expectError(train("nowhere"), 3, "nowhere: does not exist"));

	test("empty folder", async () => {
		put("empty/.keep", "");
		await expectError(train("empty"), 3, "empty: is empty");
	});

	test("image without mask and mask without image, both named", async () => {
		const data = putSquares("orphans", 3);
		const gray = indexPng(new Uint8Array(320), 16, 20);
		put("orphans/images/lonely.png", gray);
		put("orphans/masks/left.png", gray);
		await expectError(train(data), 3, "lonely", "left", "--allow-orphans");
	});

	test("image and mask of different sizes", async () => {
		const data = putSquares("sizes", 2);
		put("sizes/masks/1.png", indexPng(new Uint8Array(16 * 16), 16, 16));
		await expectError(train(data), 3, /masks.1\.png: is 16x16/, "16x20");
	});

	test("mask values outside the classes, with counts and the fix", async () => {
		const data = putSquares("values", 2, { value: 255 });
		await expectError(
			train(data, "--classes", "2"),
			3,
			/masks.0\.png: value 255 at 49 pixels is outside the 2 classes; use --map 255=1 or --ignore 255/,
		);
	});

	test("a single class", async () => {
		const data = putSquares("single", 2, { value: 0 });
		await expectError(train(data), 3, "a single class");
	});

	test("zero-byte and truncated images", async () => {
		const data = putSquares("broken", 3);
		put("broken/images/1.png", "");
		await expectError(train(data), 3, /images.1\.png: is empty \(0 bytes\)/);
		const whole = indexPng(new Uint8Array(320), 16, 20);
		put("broken/images/1.png", whole.slice(0, 45));
		await expectError(train(data), 3, /images.1\.png: .*truncated/);
		put("broken/images/1.png", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16));
		await expectError(train(data), 3, /images.1\.png: /);
	});

	test("an image that turns out to be damaged while the training reads it", async () => {
		const data = putSquares("rotten", 3);
		const noise = Uint8Array.from({ length: 320 }, (_, i) => (i * i) % 251);
		const png = Buffer.from(indexPng(noise, 16, 20));
		png[png.indexOf("IDAT") + 20] ^= 0xff;
		put("rotten/images/1.png", png);
		const args = ["--device", "cpu", "--epochs", "1", "--channels", "3"];
		const { code, stderr } = await wgradWithoutBrowser(
			...["train", "--data", data, "--out", "rotten-run", ...args],
		);
		expect(stderr).toMatch(/images.1\.png: is a damaged PNG .*copy or export/);
		expect(code).toBe(3);
	});

	test(".npy of objects", async () => {
		const data = putArrays("objects", [3, 8, 8]);
		const header = "{'descr': '|O', 'fortran_order': False, 'shape': (3,), }";
		put("objects/labels.npy", npy(header, 24));
		await expectError(train(data), 3, "labels.npy: ", "object");
	});

	test(".npy with a lying shape", async () => {
		const data = putArrays("lying", [3, 8, 8]);
		const header =
			"{'descr': '|u1', 'fortran_order': False, 'shape': (9, 8, 8), }";
		put("lying/images.npy", npy(header, 3 * 8 * 8));
		await expectError(train(data), 3, "images.npy: ");
	});

	test("labels of another shape than the images", async () => {
		const data = putArrays("shapes", [3, 8, 8]);
		put("shapes/labels.npy", encodeNpy([2, 8, 8], new Uint8Array(128)));
		await expectError(train(data), 3, "labels.npy: has shape (2, 8, 8)");
	});

	test("images of several sizes name --size", async () => {
		const data = putSquares("mixed", 2);
		for (const part of ["images", "masks"]) {
			put(`mixed/${part}/9.png`, indexPng(new Uint8Array(64), 8, 8));
		}
		await expectError(train(data), 2, "--size HxW");
	});
});

test("a PNG named .jpg is read, with a warning; no browser ends with code 4", async () => {
	const data = putSquares("misnamed", 2);
	put("misnamed/images/0.jpg", indexPng(new Uint8Array(320), 16, 20));
	put("misnamed/images/1.jpg", indexPng(new Uint8Array(320), 16, 20));
	for (const n of [0, 1]) rmSync(join(data, "images", `${n}.png`));
	await expectError(
		train(data),
		4,
		/warning: .*0\.jpg: is a PNG despite its name/,
		"PUPPETEER_EXECUTABLE_PATH",
	);
});

function npy(header: string, bytes: number): Buffer {
	const padded = `${header.padEnd(117)}\n`;
	const start = Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
	return Buffer.concat([start, Buffer.from(padded), Buffer.alloc(bytes)]);
}
