// How long it takes, and how much memory, until a large set of photographs can be trained on.
// npx tsx bench/load.ts [DIR of Oxford pets] [images]
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, parse, resolve } from "node:path";
import { loadSet } from "../src/data/load-set.ts";

const [dir = "../shared/data/oxford-iiit-pet-subset", images = "5000"] =
	process.argv.slice(2);
const copy = mkdtempSync(join(tmpdir(), "wgrad-load-"));
try {
	const photos = readdirSync(join(dir, "images"));
	mkdirSync(join(copy, "images"));
	mkdirSync(join(copy, "masks"));
	for (let n = 0; n < Number(images); n++) {
		const photo = photos[n % photos.length];
		const mask = join(dir, "annotations/trimaps", `${parse(photo).name}.png`);
		const to = (folder: string, type: string) => join(copy, folder, n + type);
		symlinkSync(resolve(dir, "images", photo), to("images", ".jpg"));
		symlinkSync(resolve(mask), to("masks", ".png"));
	}
	const start = performance.now();
	const { set } = await loadSet(
		copy,
		{ size: [128, 128], map: { 1: 0, 2: 1, 3: 2 } },
		{ warn: () => {} },
	);
	const seconds = (performance.now() - start) / 1000;
	const { userCPUTime, maxRSS } = process.resourceUsage();
	console.log(
		`${set.count} images: ${seconds.toFixed(0)} s (${(userCPUTime / 1e6).toFixed(0)} s of CPU time), at most ${(maxRSS / 1024).toFixed(0)} MB`,
	);
} finally {
	rmSync(copy, { recursive: true });
}
