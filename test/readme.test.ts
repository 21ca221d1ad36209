import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findBrowser } from "../src/cli/browser.ts";
import { runInBrowser } from "./browser.ts";
import { absent } from "./gpu.ts";

const folder = resolve("node_modules/.cache/readme");
const entries = {
	'"wgrad"': resolve("src/index.ts"),
	'"wgrad/unet"': resolve("src/unet/index.ts"),
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program whose `run` does what the README's example does and returns what it logged. */
function exampleProgram(): string {
	const readme = readFileSync("README.md", "utf8");
	const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
	const lines = code.split("\n");
	const imports = lines
		.filter((line) => line.startsWith("import "))
		.map((line) =>
			Object.entries(entries).reduce(
				(text, [name, path]) => text.replace(name, JSON.stringify(path)),
				line,
			),
		);
	const body = lines.filter((line) => !line.startsWith("import "));
	return [
		...imports,
		"export async function run() {",
		"const logged = [];",
		"const console = { log: (...values) => logged.push(values) };",
		...body,
		"return logged;",
		"}",
	].join("\n");
}

if (await findBrowser()) {
	test("the README's example runs in a page and learns", async () => {
		mkdirSync(folder, { recursive: true });
		const entry = join(folder, "example.js");
		writeFileSync(entry, exampleProgram());
		const logged = await runInBrowser<[[string, number], ...[number][]]>(entry);
		const [[adapter, loss], ...losses] = logged;
		expect(adapter).toMatch(/\w/);
		expect(loss).toBeGreaterThan(0);
		expect(losses).toHaveLength(50);
		expect(losses[49][0]).toBeLessThan(losses[0][0] / 2);
	});
} else absent("headless Chrome", "no browser found");
