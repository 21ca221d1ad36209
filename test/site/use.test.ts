import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { decode as decodePng } from "fast-png";
import { unzipSync } from "fflate";
import type { Page } from "puppeteer-core";
import { expect, test } from "vitest";
import { decide } from "../../src/data/decide.ts";
import { decodeImage, withChannels } from "../../src/data/image.ts";
import { decodeMask } from "../../src/data/mask.ts";
import { resizeImage, resizeScores } from "../../src/data/resize.ts";
import { cpuDevice, tensor } from "../../src/index.ts";
import { encoders } from "../../src/unet/encoders/index.ts";
import { loadModel, predict } from "../../src/unet/index.ts";
import { readOnnx } from "../onnx/read-onnx.ts";
import { chooseTiny, click, stateIs, useSite } from "./open-site.ts";
import { HEIGHT, newFolder, put, squarePng, WIDTH } from "./pictures.ts";

const holder = useSite();
const folder = newFolder();

/** An expectation that may take a while, also on a busy machine. */
const eventually = <T>(look: () => T | Promise<T>) =>
	expect.poll(look, { timeout: 20_000 });

/** Pixels of the result, as a number that changes when one does; 0 while there is none. */
const result = (page: Page) =>
	page.evaluate(() => {
		const canvas = document.querySelector<HTMLCanvasElement>(".stage canvas");
		if (!canvas) return 0;
		const { width, height } = canvas;
		const data = canvas
			.getContext("2d")
			?.getImageData(0, 0, width, height).data;
		let sum = width;
		for (const value of data ?? []) sum = (Math.imul(sum, 31) + value) | 0;
		return sum;
	});

/** Waits for a file to be downloaded whole. */
async function downloaded(name: string): Promise<Buffer> {
	const path = join(folder, name);
	await eventually(() => existsSync(path)).toBe(true);
	return readFileSync(path);
}

/** What a checkpoint makes of a picture, computed here. */
async function segmented(checkpoint: Uint8Array, png: Uint8Array) {
	const device = cpuDevice();
	const loaded = loadModel(checkpoint, "it", { device, encoders });
	const config = JSON.parse(loaded.metadata.wgrad);
	const [height, width] = config.size;
	const own = decodeImage(png, "it", () => {});
	const { data } = withChannels(resizeImage(own, { height, width }), 1);
	const values = Float32Array.from(data, (value) => value * config.scale);
	const x = tensor(values, [1, height, width, 1], { device });
	const scores = await predict(loaded.model, x).data();
	const { classes } = loaded.model.config;
	const full = resizeScores(scores, { height, width }, classes, own);
	return decide(full, classes, classes - 1);
}

test("a result is used at once: masks, effects, downloads", async () => {
	const { site } = holder;
	const page = await site.open();
	const devtools = await page.createCDPSession();
	await devtools.send("Browser.setDownloadBehavior", {
		behavior: "allow",
		downloadPath: folder,
	});
	await chooseTiny(page);
	await click(page, "Start training");
	await stateIs(page, "Done");
	await click(page, "Use the result");

	// A validation picture to begin with, then one of the user's at its own size.
	await eventually(() => result(page)).not.toBe(0);
	const first = await result(page);
	const [choose] = await page.$$(".stage input[type=file]");
	await choose.uploadFile(put(join(folder, "mine.png"), squarePng(0)));
	await eventually(() => result(page)).not.toBe(first);
	await page.waitForFunction(
		() =>
			document.querySelector(".stage [role=status]")?.textContent ===
			"mine.png",
	);
	const size = await page.$eval(".stage canvas", (canvas) => [
		(canvas as HTMLCanvasElement).width,
		(canvas as HTMLCanvasElement).height,
	]);
	expect(size).toEqual([WIDTH, HEIGHT]);

	const seen = new Set([await result(page)]);
	for (const effect of [
		"Background out of focus",
		"Background in a colour",
		"Cut out",
	]) {
		await click(page, effect);
		await eventually(() => result(page)).not.toBe([...seen].at(-1));
		seen.add(await result(page));
	}
	expect(seen.size).toBe(4);
	await click(page, "Background from a picture");
	const behind = await page.waitForSelector(".effect-options input[type=file]");
	await (behind as typeof choose).uploadFile(
		put(join(folder, "sky.png"), squarePng(3)),
	);
	await eventually(async () => seen.has(await result(page))).toBe(false);

	await click(page, "Its mask (class numbers)");
	const mask = decodeMask(await downloaded("mine-mask.png"), "mask", () => {});
	expect([mask.height, mask.width]).toEqual([HEIGHT, WIDTH]);
	await click(page, "Cut out");
	await page.waitForSelector(".canvas.cut");
	await click(page, "This picture");
	const cut = decodePng(await downloaded("mine-result.png"));
	expect(cut.channels).toBe(4);
	await click(page, "Checkpoint (safetensors)");
	const checkpoint = await downloaded("Digits.safetensors");
	await click(page, "Network (ONNX)");
	const onnx = readOnnx(await downloaded("Digits.onnx"));
	expect(onnx.graph.node.at(-1)?.output).toEqual(["probabilities"]);

	// The reference device gives the same classes and opacities.
	const expected = await segmented(checkpoint, squarePng(0));
	const differing = expected.ids.filter((id, i) => id !== mask.values[i]);
	expect(differing.length).toBeLessThan(0.01 * mask.values.length);
	expected.foreground.forEach((share, i) => {
		expect(Math.abs(share - cut.data[4 * i + 3])).toBeLessThanOrEqual(2);
	});

	const many = await page.$(".downloads input[type=file]");
	await (many as typeof choose).uploadFile(
		put(join(folder, "a.png"), squarePng(1)),
		put(join(folder, "b.png"), squarePng(2)),
	);
	const zip = unzipSync(await downloaded("masks.zip"));
	expect(Object.keys(zip)).toEqual(["a.png", "b.png"]);
	expect(decodeMask(zip["b.png"], "b.png", () => {}).width).toBe(WIDTH);

	await click(page, "Report");
	await downloaded("Digits report.html");
	const report = await site.launched.browser.newPage();
	const requests: string[] = [];
	report.on("request", (request) => requests.push(request.url()));
	report.on("pageerror", (error) => site.errors.push(String(error)));
	await report.goto(pathToFileURL(join(folder, "Digits report.html")).href);
	expect(await report.$eval("body", (b) => b.innerText)).toContain(
		"mIoU, best epoch",
	);
	expect(await report.$$eval(".u-wrap", (all) => all.length)).toBe(3);
	expect(await report.$$eval("figure img", (all) => all.length)).toBe(4);
	expect(requests.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
	expect(readdirSync(folder).filter((n) => n.includes("crdownload"))).toEqual(
		[],
	);
	expect(site.errors).toEqual([]);
});

test("the webcam shows one mask after another until it is stopped", async () => {
	const { site } = holder;
	const browser = await site.launchAgain(
		() => true,
		["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
	);
	try {
		const page = await browser.newPage();
		await page.goto(site.url);
		await chooseTiny(page, { Epochs: 1 });
		await click(page, "Start training");
		await stateIs(page, "Done");
		await click(page, "Use the result");
		await eventually(() => result(page)).not.toBe(0);
		await click(page, "Use the webcam");
		await page.waitForFunction(
			() =>
				document.querySelector<HTMLCanvasElement>(".stage canvas")?.width ===
				480,
		);
		const frames = new Set<number>();
		await eventually(
			async () => frames.add(await result(page)).size,
		).toBeGreaterThan(2);
		await click(page, "Stop the webcam");
		await page.waitForFunction(
			() =>
				document.querySelector(".stage [role=status]")?.textContent ===
				"webcam",
		);
		const second = () => new Promise((done) => setTimeout(done, 1000));
		// The frame that was under way may still come.
		await second();
		const last = await result(page);
		await second();
		expect(await result(page)).toBe(last);
		expect(await page.$("[role=alert]")).toBeNull();
	} finally {
		await browser.close();
	}
});
