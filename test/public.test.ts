import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveImport } from "./source-files.ts";

const entries = { wgrad: "src/index.ts", "wgrad-unet": "src/unet/index.ts" };

for (const [list, entry] of Object.entries(entries)) {
	describe(entry, () => {
		const found = exportsOf(entry);

		test("exports these names: a change here is a change for users", async () => {
			const names = found.map((e) => (e.type ? `type ${e.name}` : e.name));
			await expect(`${names.sort().join("\n")}\n`).toMatchFileSnapshot(
				`./public/${list}.txt`,
			);
		});

		test("exports at run time what its text says", async () => {
			const module = await import(/* @vite-ignore */ `../${entry}`);
			const values = found.filter((e) => !e.type).map((e) => e.name);
			expect(Object.keys(module).sort()).toEqual(values.sort());
		});

		for (const { name, file } of found) {
			test(`${name} has a docstring`, () => {
				const text = readFileSync(file, "utf8");
				const declaration = new RegExp(
					`\\*/\\s*export (?:abstract |async )?(?:const|function\\*?|class|interface|type) ${name}\\b`,
				);
				expect(text, file).toMatch(declaration);
			});
		}
	});
}

interface Exported {
	readonly name: string;
	readonly type: boolean;
	/** Where it is declared. */
	readonly file: string;
}

/** Every name that a module exports, followed to its declaration. */
function exportsOf(file: string): Exported[] {
	const text = readFileSync(file, "utf8");
	const own = [
		...text.matchAll(
			/^export (?:abstract |async )?(const|function\*?|class|interface|type) (\w+)/gm,
		),
	].map(([, keyword, name]) => ({
		name,
		type: keyword === "interface" || keyword === "type",
		file,
	}));
	const passedOn = [
		...text.matchAll(/^export (type )?(?:\{([^}]*)\}|\*) from "([^"]+)"/gm),
	].flatMap(([, onlyTypes, list, from]) => {
		const all = exportsOf(resolveImport(file, from));
		if (list === undefined) return all;
		return list
			.split(",")
			.map((s) => s.trim())
			.filter((s) => s)
			.map((item) => {
				const name = item.replace(/^type /, "");
				const origin = all.find((e) => e.name === name);
				if (!origin) throw new Error(`${file}: ${from} exports no ${name}`);
				return { ...origin, type: origin.type || Boolean(onlyTypes) };
			});
	});
	return [...own, ...passedOn];
}
