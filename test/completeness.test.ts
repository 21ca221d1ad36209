import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { accumulate } from "../src/engine/accumulate.ts";
import type { Capabilities, Op } from "../src/engine/index.ts";
import { bareName } from "../src/engine/op.ts";
import * as kernels from "../src/kernels/index.ts";
import type { Case } from "./case.ts";
import { caseFiles } from "./case-files.ts";
import { cases } from "./cases.ts";
import { attrsOf, shapesOf } from "./rows.ts";

/** What src/kernels exports, and the engine's own op. */
const exported = new Map<string, Op>(
	[...Object.entries(kernels), ["accumulate", accumulate] as const].filter(
		(entry): entry is [string, Op] =>
			typeof entry[1] === "function" && "spec" in entry[1],
	),
);
const correct = cases.filter((c) => !c.error && !c.bench);

describe("the table is complete", () => {
	test("every file of test/cases has rows", async () => {
		for (const file of caseFiles) {
			const module = await import(/* @vite-ignore */ `./cases/${file}`);
			expect(module.cases, file).not.toHaveLength(0);
		}
	});

	test("every row's op is exported", () => {
		const ops = new Set(exported.values());
		const strays = cases.filter((c) => !ops.has(c.op));
		expect([...new Set(strays.map((c) => c.op.spec.name))]).toEqual([]);
	});

	for (const [name, op] of exported) {
		test(name, () => {
			expect(op.spec.name, "exported under its name").toBe(name);
			expect(op.name).toBe(name);
			const rows = correct.filter((c) => c.op === op);
			expect(rows.length, "rows").toBeGreaterThan(0);
			const wrong = cases.filter((c) => c.op === op && c.error);
			expect(wrong.length, "rows with a wrong call").toBeGreaterThan(0);
			for (const input of Object.keys(op.spec.grad ?? {})) {
				expect(
					rows.some((c) => c.inputs[input]),
					`a row with ${input}, to check its gradient`,
				).toBe(true);
			}
			for (const input of op.spec.inputs as readonly string[]) {
				if (!input.endsWith("?")) continue;
				expect(
					rows.some((c) => !c.inputs[bareName(input)]),
					`a row without ${bareName(input)}`,
				).toBe(true);
			}
		});
	}
});

describe("every kernel is used", () => {
	const files = filesUnder("src").filter((f) => f.endsWith(".wgsl"));
	const sources = filesUnder("src")
		.filter((f) => f.endsWith(".ts") && !f.endsWith(".d.wgsl.ts"))
		.map((f) => readFileSync(f, "utf8"))
		.join("\n");
	const launched = new Set(correct.flatMap(kernelsOf));

	for (const file of files) {
		const name = basename(file, ".wgsl");
		test(file, () => {
			const namesakes = files.filter((f) => basename(f, ".wgsl") === name);
			expect(namesakes, "files of one name").toHaveLength(1);
			expect(sources.includes(`/${name}.wgsl"`), "imported").toBe(true);
			expect(launched.has(name), "launched by a row").toBe(true);
		});
	}
});

/** Names of the kernels in any variant of a row, on small and on large adapters. */
function kernelsOf(row: Case): string[] {
	const { spec } = row.op;
	const [shapes, attrs] = [shapesOf(row), attrsOf(row)];
	const y = spec.shape(shapes, attrs);
	return [
		adapter({
			software: true,
			maxInvocations: 256,
			features: new Set(["subgroups"]),
			subgroupSize: 4,
		}),
		adapter({ features: new Set(["subgroups", "shader-f16"]) }),
	].flatMap((capabilities) =>
		spec
			.launch({ shapes, y, attrs, capabilities })
			.flatMap((variant) => variant.stages.map((s) => s.kernel.name)),
	);
}

function adapter(differences: Partial<Capabilities>): Capabilities {
	return {
		software: false,
		features: new Set(),
		maxInvocations: 1024,
		maxWorkgroupBytes: 32768,
		maxBindingBytes: 2 ** 31 - 4,
		...differences,
	};
}

function filesUnder(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((f) =>
		join(folder, f),
	);
}
