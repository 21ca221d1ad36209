import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { describe, expect, test } from "vitest";
import { importsOf, resolveImport, sourceFiles } from "./source-files.ts";

/** What the files of each folder of src may import from the others. */
const ALLOWED: Record<string, readonly string[]> = {
	engine: [],
	data: [],
	kernels: ["engine"],
	unet: ["engine", "kernels"],
	"index.ts": ["engine", "kernels"],
	app: ["index.ts", "engine", "kernels", "unet", "data"],
	cli: ["index.ts", "engine", "kernels", "unet", "data", "app"],
};

const files = sourceFiles("src");
const relative = (specifier: string) => specifier.startsWith(".");
const folderOf = (file: string) => file.split(/[\\/]/)[1];
/** The page that trains in a browser is bundled with packages for it; all else comes without. */
const site = files.filter((f) => /^src[\\/]app[\\/]site[\\/]/.test(f));
const SITE_PACKAGES = [
	...["@preact/signals", "preact", "preact/hooks", "uplot"],
	...["fast-png", "fflate", "image-size", "jpeg-js", "omggif", "valibot"],
	// The build puts others in their place.
	...["node:fs/promises", "node:path", "node:zlib"],
];
const page = files.filter(
	(f) => ["index.ts", "app", "unet"].includes(folderOf(f)) && !site.includes(f),
);

describe("import direction", () => {
	test("is known for every folder of src", () => {
		const folders = new Set(files.map(folderOf));
		expect([...folders].sort()).toEqual(Object.keys(ALLOWED).sort());
	});

	for (const [folder, allowed] of Object.entries(ALLOWED)) {
		test(`${folder} imports ${allowed.join(", ") || "nothing of the other folders"}`, () => {
			const wrong = files
				.filter((f) => folderOf(f) === folder)
				.flatMap((f) =>
					importsOf(f)
						.filter(relative)
						.map((s) => resolveImport(f, s))
						.filter((to) => ![folder, ...allowed].includes(folderOf(to)))
						.map((to) => `${f} imports ${to}`),
				);
			expect(wrong).toEqual([]);
		});
	}

	test("names files with their ending", () => {
		const wrong = files.flatMap((f) =>
			importsOf(f)
				.filter((s) => relative(s) && !/\.(tsx?|wgsl|json|css)$/.test(s))
				.map((s) => `${f} imports ${s}`),
		);
		expect(wrong).toEqual([]);
	});
});

describe("what a page loads", () => {
	test("imports no npm package and nothing of Node, at any depth", () => {
		expect(page.length).toBeGreaterThan(10);
		const wrong = reachable(page).flatMap((f) =>
			importsOf(f)
				.filter((s) => !relative(s))
				.map((s) => `${f} imports ${s}`),
		);
		expect(wrong).toEqual([]);
	});
});

describe("what the page that trains in a browser loads", () => {
	test("imports only its own packages, and nothing of Node, at any depth", () => {
		expect(site.length).toBeGreaterThan(10);
		const wrong = reachable(site).flatMap((f) =>
			importsOf(f)
				.filter((s) => !relative(s) && !/\.css$/.test(s))
				.filter((s) => !SITE_PACKAGES.includes(s))
				.map((s) => `${f} imports ${s}`),
		);
		expect(wrong).toEqual([]);
	});
});

describe("Node", () => {
	test("is imported in src/cli and in files of src/data that say so", () => {
		const wrong = files
			.filter((f) => folderOf(f) !== "cli" && !site.includes(f))
			.filter((f) => importsOf(f).some((s) => !relative(s)))
			.filter(
				(f) =>
					folderOf(f) !== "data" || !/node only/i.test(readFileSync(f, "utf8")),
			);
		expect(wrong).toEqual([]);
	});

	test("modules are imported by their node: names", () => {
		const wrong = files.flatMap((f) =>
			importsOf(f)
				.filter((s) => builtinModules.includes(s))
				.map((s) => `${f} imports ${s}`),
		);
		expect(wrong).toEqual([]);
	});

	test("packages that src imports are dependencies, or optional peers", () => {
		const manifest = JSON.parse(readFileSync("package.json", "utf8"));
		const declared = {
			...manifest.dependencies,
			...manifest.peerDependencies,
			...manifest.optionalDependencies,
		};
		const packages = new Set(
			files
				.filter((f) => !site.includes(f))
				.flatMap(importsOf)
				.filter((s) => !relative(s) && !s.startsWith("node:"))
				.map((s) => s.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? s),
		);
		const undeclared = [...packages].filter((p) => !(p in declared));
		expect(undeclared).toEqual([]);
	});
});

/** The files and all that they import. */
function reachable(from: readonly string[]): string[] {
	const seen = new Set(from);
	for (const file of seen) {
		if (!/\.tsx?$/.test(file)) continue;
		for (const s of importsOf(file).filter(relative)) {
			seen.add(resolveImport(file, s));
		}
	}
	return [...seen].filter((f) => /\.tsx?$/.test(f));
}
