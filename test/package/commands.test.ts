import { execFile } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { encode } from "fast-png";
import { beforeAll, expect, inject, test } from "vitest";
import { indexPng } from "../../src/data/picture.ts";
import { consumer } from "./consumer.ts";
import { blocksOf, commandsOf, documents } from "./documents.ts";

const execute = promisify(execFile);

let folder: string;
beforeAll(async () => {
	folder = consumer();
	const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
	await execute("npm", ["install", inject("tarball"), ...quiet], {
		cwd: folder,
	});
	// The browser of a machine that has one.
	const chromium = "node_modules/@sparticuz";
	symlinkSync(resolve(chromium), join(folder, chromium), "junction");
	putImages("DIR", "masks", 1);
	// Trimaps count from 1.
	putImages("oxford-iiit-pet-subset", "annotations/trimaps", 3);
	put("photo.jpg", photo(4));
});

/** Runs the installed command. */
function wgrad(...args: string[]) {
	return execute("npx", ["--no", "wgrad", ...args], { cwd: folder });
}

function put(name: string, bytes: Uint8Array) {
	mkdirSync(dirname(join(folder, name)), { recursive: true });
	writeFileSync(join(folder, name), bytes);
}

/** Values of a picture of 16 x 16 with a square. */
function square(left: number, background: number, inside: number): Uint8Array {
	return Uint8Array.from({ length: 256 }, (_, i) => {
		const [row, column] = [Math.floor(i / 16), (i % 16) - left];
		const isIn = row > 3 && row < 10 && column >= 0 && column < 6;
		return isIn ? inside : background;
	});
}

/** The same in shades of red, as PNG. */
function photo(left: number): Uint8Array {
	const red = square(left, 40, 200);
	const data = Uint8Array.from({ length: 768 }, (_, i) =>
		i % 3 ? 60 : red[i / 3],
	);
	return encode({ width: 16, height: 16, channels: 3, data });
}

/** Eight photographs, and masks of two classes up to `last`. */
function putImages(set: string, masks: string, last: number) {
	for (let n = 0; n < 8; n++) {
		put(`${set}/images/${n}.png`, photo(n));
		const mask = indexPng(square(n, last - 1, last), 16, 16);
		put(`${set}/${masks}/${n}.png`, mask);
	}
}

/** What makes a command of the documents short. */
const SHORT: Record<string, string> = {
	train: "--device cpu --epochs 1 --base 2 --depth 1 --size 16x16 --batch 2",
	eval: "--device cpu",
	predict: "--device cpu",
};

test("npm installs it with its command and without a browser", async () => {
	expect((await wgrad("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
	// Whose installation would fetch one.
	expect(existsSync(join(folder, "node_modules/puppeteer"))).toBe(false);
});

test("its own digits are there", async () => {
	await wgrad(
		"data",
		"digits",
		"--out",
		"digits",
		"--train",
		"4",
		"--val",
		"2",
	);
	expect(existsSync(join(folder, "digits", "images.npy"))).toBe(true);
});

for (const document of documents()) {
	const commands = commandsOf(blocksOf(document));
	if (!commands.length) continue;
	test(`the commands of ${document} do as it says, in its order`, async () => {
		for (const args of commands) {
			const short = SHORT[args[0]]?.split(" ") ?? [];
			// A run of its own for each document.
			const own = args.map((word) =>
				word === "RUN" ? `RUN-${documents().indexOf(document)}` : word,
			);
			await wgrad(...own, ...short);
		}
	});
}
