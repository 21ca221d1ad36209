import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decode as decodePng } from "fast-png";
import { beforeAll, expect, test } from "vitest";
import { decodeImage } from "../../src/data/image.ts";
import { decodeMask } from "../../src/data/mask.ts";
import { parseNpy } from "../../src/data/npy.ts";
import { picturePng } from "../../src/data/picture.ts";
import { cpuDevice } from "../../src/index.ts";
import { encodeCheckpoint, unet } from "../../src/unet/index.ts";
import { uniformNumbers } from "../rows.ts";
import { expectError, folder, put, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const TILE = 16;
const names = ["background", "cat", "dog"];

/** A net of random weights has no favourite class: its masks are full of corners and holes. */
beforeAll(async () => {
	const config = { inChannels: 3, classes: 3, base: 4, depth: 1 };
	const model = unet(config, { seed: 5, device: cpuDevice() });
	const wgrad = { size: [TILE, TILE], classNames: names, ignore: [] };
	const metadata = { wgrad: JSON.stringify(wgrad) };
	put("net.safetensors", await encodeCheckpoint(model, { metadata }));
	put("in/tile.png", noise(TILE, TILE));
	put("in/large.png", noise(37, 50));
});

function noise(height: number, width: number): Uint8Array {
	const random = uniformNumbers(height);
	const length = height * width * 3;
	const data = Uint8Array.from({ length }, () => 255 * random());
	return picturePng({ height, width, channels: 3, data });
}

const predict = (out: string, ...options: string[]) => [
	...["predict", "--checkpoint", "net.safetensors", "--out", out],
	...["--device", "cpu", ...options],
];
const read = (...path: string[]) => readFileSync(join(folder, ...path));
const maskOf = (out: string, name: string) =>
	decodeMask(read(out, `${name}.png`), name, () => {});

test("every output of tiles with flips, each agreeing with the others", async () => {
	const words =
		"class,palette,overlay,probabilities,labelme,coco,transparent,blurred,replaced";
	const { code, stdout, stderr } = await wgrad(
		...predict("all", "--input", "in/*.png", "--tiles", "--flips", "all"),
		...["--write", words, "--behind", "#204060", "--json"],
	);
	expect(stderr).not.toContain("rror");
	expect(code).toBe(0);
	const { written, together } = JSON.parse(stdout);
	const files = written.flatMap((w: { files: string[] }) => w.files);
	const listed = [...files, ...together].map((f: string) => join(folder, f));
	expect(listed.every(existsSync)).toBe(true);
	expect(readdirSync(join(folder, "all"))).toHaveLength(listed.length);
	expect(listed).toHaveLength(2 * 8 + 1);

	const coco = JSON.parse(read("all", "annotations.json").toString());
	for (const [name, height, width] of [
		["tile", TILE, TILE],
		["large", 37, 50],
	] as const) {
		const { values } = maskOf("all", name);
		const scores = parseNpy(read("all", `${name}-probabilities.npy`), name);
		expect(scores.shape).toEqual([height, width, 3]);
		const alpha = decodeRgba(`${name}-transparent`);
		values.forEach((id, p) => {
			const each = [0, 1, 2].map((k) => Number(scores.data[3 * p + k]));
			expect(each[0] + each[1] + each[2]).toBeCloseTo(1, 4);
			expect(each[id]).toBe(Math.max(...each));
			expect(alpha[p]).toBe(Math.round(255 * (1 - each[0])));
		});
		for (const suffix of ["-blurred", "-replaced", "-overlay"]) {
			const png = decodeImage(
				read("all", `${name}${suffix}.png`),
				name,
				() => {},
			);
			expect(png).toMatchObject({ height, width, channels: 3 });
		}
		const image = coco.images.find(
			(i: { file_name: string }) => i.file_name === `${name}.png`,
		);
		for (const id of [1, 2]) {
			const area = coco.annotations
				.filter(
					(a: Annotation) => a.image_id === image.id && a.category_id === id,
				)
				.reduce((sum: number, a: Annotation) => sum + a.area, 0);
			expect(area).toBe(values.filter((v) => v === id).length);
		}
		const labelme = JSON.parse(read("all", `${name}.json`).toString());
		expect(labelme.shapes.length).toBe(
			coco.annotations.filter((a: Annotation) => a.image_id === image.id)
				.length,
		);
	}
});

interface Annotation {
	image_id: number;
	category_id: number;
	area: number;
}

/** Opacities of a picture. */
function decodeRgba(name: string): Uint8Array {
	const { data, channels } = decodePng(read("all", `${name}.png`));
	expect(channels).toBe(4);
	return Uint8Array.from(data as Uint8Array).filter((_, i) => i % 4 === 3);
}

test("an image of the net's size is its own only tile", async () => {
	const input = ["--input", "in/tile.png", "--write", "class,probabilities"];
	expect((await wgrad(...predict("whole", ...input))).code).toBe(0);
	expect((await wgrad(...predict("tiled", ...input, "--tiles"))).code).toBe(0);
	const scores = (out: string) =>
		parseNpy(read(out, "tile-probabilities.npy"), out).data as Float32Array;
	const [whole, tiled] = [scores("whole"), scores("tiled")];
	whole.forEach((v, i) => {
		expect(Math.abs(v - tiled[i])).toBeLessThan(1e-5);
	});
});

test("averaged over flips, a mirrored image has the mirrored scores", async () => {
	const { data } = decodeImage(read("in", "tile.png"), "tile", () => {});
	const mirrored = data.map((_, i) => {
		const [p, c] = [Math.floor(i / 3), i % 3];
		const x = TILE - 1 - (p % TILE);
		return data[3 * (Math.floor(p / TILE) * TILE + x) + c];
	});
	const size = { height: TILE, width: TILE, channels: 3 };
	put("mirror/mirror.png", picturePng({ ...size, data: mirrored }));
	const { code } = await wgrad(
		...predict("flips", "--input", "in/tile.png", "mirror/mirror.png"),
		...["--flips", "left-right", "--write", "probabilities"],
	);
	expect(code).toBe(0);
	const scores = (name: string) =>
		parseNpy(read("flips", `${name}-probabilities.npy`), name)
			.data as Float32Array;
	const [one, other] = [scores("tile"), scores("mirror")];
	one.forEach((v, i) => {
		const [p, k] = [Math.floor(i / 3), i % 3];
		const x = TILE - 1 - (p % TILE);
		const there = other[3 * (Math.floor(p / TILE) * TILE + x) + k];
		expect(Math.abs(v - there)).toBeLessThan(1e-5);
	});
});

test("options that do not go together, words that are none, patterns without files", async () => {
	const input = ["--input", "in/tile.png"];
	await expectError(
		predict("no", ...input, "--overlap", "0.2"),
		2,
		"--overlap is for --tiles",
	);
	await expectError(
		predict("no", ...input, "--behind", "#000000"),
		2,
		"--behind is for --write replaced",
	);
	await expectError(
		predict("no", ...input, "--write", "class,svg"),
		2,
		/--write is "class,svg"; give one or more of class, palette/,
	);
	await expectError(
		predict("no", "--input", "in/*.jpg"),
		3,
		"no PNG, JPEG or GIF file matches",
	);
	expect(existsSync(join(folder, "no"))).toBe(false);
});
