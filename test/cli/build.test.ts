import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildAll } from "../../scripts/build.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "wgrad-build-test-"));
const dist = join(folder, "node_modules", "wgrad", "dist");

beforeAll(async () => {
	mkdirSync(join(folder, "node_modules", "wgrad"), { recursive: true });
	await buildAll(dist, { declarations: false });
	writeFileSync(
		join(folder, "node_modules", "wgrad", "package.json"),
		JSON.stringify(manifest),
	);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the library is one module per source file, without packages", async () => {
	const filesIn = (folder: string, ending: RegExp) =>
		readdirSync(folder, { recursive: true, encoding: "utf8" })
			.filter((name) => ending.test(name) && !name.includes(".d."))
			.map((name) => name.replace(ending, ""));
	for (const part of ["engine", "kernels", "unet"]) {
		const sources = filesIn(join(root, "src", part), /\.ts$/);
		const built = filesIn(join(dist, part), /\.js$/);
		expect(built.sort()).toEqual(sources.sort());
		for (const name of built) {
			const text = readFileSync(join(dist, part, `${name}.js`), "utf8");
			const imports = [...text.matchAll(/(?:from|import)\s*"([^"]+)"/g)];
			for (const [, path] of imports) expect(path).toMatch(/^\.\.?\/.*\.js$/);
		}
	}
	expect(readFileSync(join(dist, "kernels", "conv2d.js"), "utf8")).toMatch(
		/= \/\* @__PURE__ \*\/ defineOp\(/,
	);
	const { conv2d, cpuDevice, tensor } = await import(
		pathToFileURL(join(dist, "index.js")).href
	);
	const device = cpuDevice();
	const x = tensor([1, 2, 3, 4], [1, 2, 2, 1], { device });
	const w = tensor([10], [1, 1, 1, 1], { device });
	expect([...(await conv2d(x, w).data())]).toEqual([10, 20, 30, 40]);
});

test("the page asks for nothing from outside", () => {
	const names = readdirSync(join(dist, "app"));
	expect(names.sort()).toEqual([
		...["index.html", "main.js", "report.css", "report.js", "worker.js"],
	]);
	for (const name of names) {
		const text = readFileSync(join(dist, "app", name), "utf8");
		expect(text).not.toMatch(/https?:\/\/(?!127)/);
	}
});

test("an old build is replaced as a whole", async () => {
	writeFileSync(join(dist, "stale.js"), "");
	await buildAll(dist, { declarations: false });
	expect(existsSync(join(dist, "stale.js"))).toBe(false);
	expect(existsSync(join(dist, "cli", "wgrad.js"))).toBe(true);
	const beside = readdirSync(join(dist, ".."));
	expect(beside.sort()).toEqual(["dist", "package.json"]);
});
