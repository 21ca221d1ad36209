import { expect, test } from "vitest";
import { DataError, UsageError } from "../../src/data/errors.ts";
import type { LoadOptions } from "../../src/data/load-options.ts";
import { loadSet } from "../../src/data/load-set.ts";
import { encodeNpy } from "../../src/data/npy.ts";
import { folderWith, gather } from "./load-fixture.ts";

/** Loads and fails on any warning. */
async function load(dir: string, options: LoadOptions = {}) {
	const warn = (message: string) => expect.fail(message);
	return gather((await loadSet(dir, options, { warn })).set);
}

const images = encodeNpy([2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
const ids = [0, 1, 2, 0, 2, 2, 1, 0];
const labels = encodeNpy([2, 2, 2], Int32Array.from(ids));
const oneHot = encodeNpy(
	[2, 2, 2, 3],
	Float32Array.from(
		ids.flatMap((id) => [0, 1, 2].map((k) => (k === id ? 1 : 0))),
	),
);

test("reads .npy pairs by their names, class numbers or one-hot", async () => {
	for (const [imageName, maskName] of [
		["images", "labels"],
		["train_images", "train_masks"],
		["combined", "segmented"],
		["x_train", "y_train"],
		["X", "targets"],
		["scans", "mask"],
	]) {
		for (const truth of [labels, oneHot]) {
			const dir = folderWith({
				[`${imageName}.npy`]: images,
				[`${maskName}.npy`]: truth,
			});
			const set = await load(dir);
			expect([...set.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
			expect([...set.labels]).toEqual(ids);
			expect(set).toMatchObject({
				count: 2,
				channels: 1,
				classes: 3,
				scale: 1 / 255,
			});
			expect(set.names).toEqual([`${imageName}[0]`, `${imageName}[1]`]);
		}
	}
	const dir = folderWith({ "a.npy": images, "b.npy": labels });
	await expect(load(dir)).rejects.toThrow(
		/holds a\.npy, b\.npy.*--images PATH --masks PATH/,
	);
	const set = await load(dir, { imagesPath: "a.npy", masksPath: "b.npy" });
	expect([...set.labels]).toEqual(ids);
});

test("number types of .npy images decide bytes or floats and the scale", async () => {
	const values = [0, 1, 2, 255, 5, 6, 7, 8];
	const cases: [Parameters<typeof encodeNpy>[1], boolean, number][] = [
		[Uint8Array.from(values), true, 1 / 255],
		[Float32Array.from(values), true, 1 / 255],
		[Int32Array.from(values), true, 1 / 255],
		[Float32Array.from(values, (v) => v / 255), false, 1],
		[Float32Array.from(values, (v) => v / 2), false, 1 / 255],
		[Float32Array.from(values, (v) => v % 2), false, 1],
		[Float32Array.from(values, (v) => v - 100), false, 1 / 255],
		[Uint16Array.from(values, (v) => v * 200), false, 1 / 65_535],
	];
	for (const [data, bytes, scale] of cases) {
		const dir = folderWith({
			"images.npy": encodeNpy([2, 2, 2, 1], data),
			"labels.npy": labels,
		});
		const set = await load(dir);
		expect(set.images instanceof Uint8Array).toBe(bytes);
		expect(set.scale).toBe(scale);
		for (const [i, v] of data.entries())
			expect(set.images[i]).toBeCloseTo(v, 5);
	}
});

test("faults of .npy pairs name file, place and fix", async () => {
	const twice = Float32Array.from([1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 1]);
	const one = encodeNpy([1, 2, 2], new Uint8Array(4));
	const cases: [Uint8Array, Uint8Array, RegExp][] = [
		[
			images,
			one,
			/labels\.npy: has shape \(1, 2, 2\) but images\.npy has \(2, 2, 2\)/,
		],
		[
			encodeNpy([8], new Uint8Array(8)),
			labels,
			/images\.npy: has shape \(8\); images must be/,
		],
		[encodeNpy([0, 2, 2], new Uint8Array(0)), labels, /no image in it/],
		[
			encodeNpy([2, 2, 2], new Float32Array(8).fill(Number.NaN)),
			labels,
			/NaN at value 0/,
		],
		[
			encodeNpy([2, 2, 2], new Float32Array(8).fill(1e6)),
			labels,
			/1,000,000; scale/,
		],
		[
			one,
			encodeNpy([1, 2, 2, 3], twice),
			/not one-hot: image 0, row 1, column 0 holds \[1 1 0\].*argmax/,
		],
		[
			one,
			encodeNpy([1, 2, 2], Int32Array.of(0, 1, -1, 0)),
			/labels\.npy: value -1 .*--ignore -1/,
		],
		[one, encodeNpy([1, 2, 2], Float32Array.of(0, 0.5, 1, 0)), /value 0\.5/],
		[images.subarray(0, 130), labels, /images\.npy: is shorter/],
	];
	for (const [x, y, message] of cases) {
		const dir = folderWith({ "images.npy": x, "labels.npy": y });
		await expect(load(dir), String(message)).rejects.toThrow(message);
		await expect(load(dir)).rejects.toThrow(DataError);
	}
});

test(".npy sets follow size, channels, map and ignore", async () => {
	const dir = folderWith({ "images.npy": images, "labels.npy": labels });
	const set = await load(dir, { size: [4, 4], channels: 3, map: { 2: 1 } });
	expect(set).toMatchObject({
		count: 2,
		height: 4,
		width: 4,
		channels: 3,
		classes: 2,
	});
	expect(set.images).toHaveLength(2 * 4 * 4 * 3);
	expect([...set.labels.subarray(0, 8)]).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
	expect([...set.images.subarray(0, 3)]).toEqual([1, 1, 1]);
	const floats = folderWith({
		"images.npy": encodeNpy(
			[2, 2, 2],
			Float32Array.from(ids, (v) => v / 4),
		),
		"labels.npy": labels,
	});
	const half = await load(floats, { size: [1, 1] });
	expect(half.images[0]).toBeCloseTo(3 / 16, 6);
	await expect(load(floats, { channels: 3 })).rejects.toThrow(UsageError);
});
