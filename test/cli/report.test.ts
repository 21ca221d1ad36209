import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { decode } from "fast-png";
import { expect, test } from "vitest";
import { launchBrowser } from "../../src/cli/browser.ts";
import { readLog } from "../../src/cli/run-log.ts";
import { eventsIn } from "./read-events.ts";
import { folder, putSquares, start, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const NET = ["--device", "cpu", "--base", "2", "--depth", "0", "--convs", "1"];
const CLASSES = 'sky & </script><b>sea</b>,"square"';

/** What a browser makes of a file from disk. */
async function open(file: string) {
	const launched = await launchBrowser({ gpu: "software" });
	try {
		const page = await launched.browser.newPage();
		const requests: string[] = [];
		const problems: string[] = [];
		page.on("request", (r) => requests.push(r.url()));
		page.on("console", (m) => problems.push(m.text()));
		page.on("pageerror", (error) => problems.push(String(error)));
		const looks: number[][] = [];
		for (const value of ["light", "dark"]) {
			await page.emulateMediaFeatures([
				{ name: "prefers-color-scheme", value },
			]);
			await page.goto(pathToFileURL(file).href);
			looks.push(await page.evaluate(colours));
		}
		return {
			requests,
			problems,
			looks,
			...(await page.evaluate(contents)),
		};
	} finally {
		await launched.close();
	}
}

/** How many different colours each curve's canvas has, and how light the page is. */
function colours(): number[] {
	const canvases = [...document.querySelectorAll("canvas")];
	const counts = canvases.map((canvas) => {
		const { width, height } = canvas;
		const image = canvas.getContext("2d")?.getImageData(0, 0, width, height);
		return new Set(new Uint32Array(image?.data.buffer ?? [])).size;
	});
	const page = getComputedStyle(document.body).backgroundColor;
	return [...counts, Number(page.match(/\d+/)?.[0])];
}

function contents() {
	const all = (selector: string) => [...document.querySelectorAll(selector)];
	const texts = (selector: string) =>
		all(selector).map((e) => e.textContent?.trim() ?? "");
	return {
		titles: texts("h2"),
		classes: texts(".classes tbody th"),
		cells: texts(".matrix td"),
		widths: all("figure img").map((e) => (e as HTMLImageElement).naturalWidth),
		settings: texts(".settings th"),
		command: texts("pre")[0],
		injected: all("b")
			.map((e) => e.textContent)
			.includes("sea"),
	};
}

test("report.html opens from disk, whole, without a request or an error", async () => {
	const data = putSquares("data", 12);
	const run = await wgrad(
		...["train", "--data", data, "--out", "run", "--epochs", "3", ...NET],
		...["--batch", "2", "--classes", CLASSES, "--json"],
	);
	expect(run.code).toBe(0);
	const file = join(folder, "run", "report.html");
	expect(JSON.parse(run.stdout).report).toBe(join("run", "report.html"));

	const page = await open(file);
	expect(page.problems).toEqual([]);
	const outside = page.requests.filter((url) => !url.startsWith("data:"));
	expect(outside).toEqual(Array(2).fill(pathToFileURL(file).href));
	for (const [loss, scores, rate] of page.looks) {
		for (const count of [loss, scores, rate]) expect(count).toBeGreaterThan(20);
	}
	const [light, dark] = page.looks.map((look) => look.at(-1) as number);
	expect(light).toBeGreaterThan(200);
	expect(dark).toBeLessThan(60);
	expect(page.titles).toEqual([
		...["Curves", "Classes", "Confusion matrix", "Best validation images"],
		...["Worst validation images", "Configuration", "How to reproduce it"],
	]);
	expect(page.classes).toEqual(CLASSES.split(","));
	expect(page.cells).toHaveLength(4);
	// Three images validate: one is the best and one the worst.
	expect(page.widths).toEqual([260, 260]);
	expect(page.settings).toEqual(
		expect.arrayContaining(["seed", "classWeights", "adapter", "data"]),
	);
	expect(page.command).toContain(`npx wgrad train --data ${data} --epochs 3`);
	expect(page.command).not.toContain("--out");
	expect(page.injected).toBe(false);
});

test("TensorBoard gets the scalars and the samples of every epoch", () => {
	const run = join(folder, "run");
	const [version, ...events] = eventsIn(run);
	expect(version.fileVersion).toBe("brain.Event:2");
	const log = readLog(run).filter((line) => line.type === "epoch");
	expect(log).toHaveLength(3);
	const scalars = events.flatMap(({ step, summary }) =>
		(summary?.value ?? [])
			.filter((value) => "simpleValue" in value)
			.map(({ tag, simpleValue }) => [step, tag, simpleValue]),
	);
	const last = readLog(run).filter((line) => line.type === "step");
	for (const line of log) {
		const { epoch } = line;
		const rate = last.findLast((step) => step.epoch === epoch)?.learningRate;
		const wanted = {
			"loss/training": line.trainLoss,
			"loss/validation": line.validLoss,
			"validation/mIoU": line.miou,
			"validation/pixel accuracy": line.pixelAccuracy,
			"training/learning rate": rate ?? 0,
			"training/data wait": line.dataWait,
			...Object.fromEntries(
				Object.entries(line.iou).map(([name, iou]) => [`IoU/${name}`, iou]),
			),
		};
		expect(scalars.filter(([step]) => step === epoch)).toEqual(
			Object.entries(wanted)
				.filter(([, value]) => value !== null)
				.map(([tag, value]) => [epoch, tag, Math.fround(value as number)]),
		);
	}
	const images = events.flatMap(({ step, summary }) =>
		(summary?.value ?? [])
			.filter((value) => "image" in value)
			.map(({ tag, image }) => ({ step, tag, image })),
	);
	// Three images validate.
	expect(images).toHaveLength(9);
	for (const { step, tag, image } of images) {
		const name = String(tag).replace(/^samples.(.*)\.png$/, "$1");
		const file = join(run, "samples", `epoch-${step}`, `${name}.png`);
		const png = readFileSync(file);
		const { width, height } = decode(png);
		expect(image).toEqual({
			...{ height, width, colorspace: 3, encodedImageString: png },
		});
		expect([width, height]).toEqual([4 * 60 + 5 * 4, 48 + 2 * 4]);
	}
});

test("a training that is stopped has a report of what it did", async () => {
	const data = putSquares("stopped", 12);
	const args = ["--data", data, "--out", "stopped-run", "--epochs", "1000"];
	const run = start(["train", ...args, ...NET]);
	await run.said(/epoch 2\/1000: /);
	run.child.kill("SIGINT");
	expect((await run.ended).code).toBe(130);
	const file = join(folder, "stopped-run", "report.html");
	expect(existsSync(file)).toBe(true);
	const text = readFileSync(file, "utf8");
	expect(text).toContain("<h2>Curves</h2>");
	expect(text).not.toContain("<h2>Confusion matrix</h2>");
});
