import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { type Preset, presets } from "../src/app/presets.ts";
import { check } from "../src/cli/data-check.ts";
import { parseAugment } from "../src/data/augment-config.ts";
import {
	AUGMENTATIONS,
	type AugmentationName,
} from "../src/data/augmentations.ts";
import { LAYOUTS } from "../src/data/layouts/index.ts";
import { published } from "./data/layouts/published.ts";
import { folderWith } from "./data/load-fixture.ts";

const page = readFileSync("docs/data.md", "utf8");

test("the page on data has every augmentation as it is", () => {
	const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \|(.*)\|$/gm)].map(
		([, name, rest]) => [name, ...rest.split("|").map((cell) => cell.trim())],
	);
	const names = Object.keys(AUGMENTATIONS) as AugmentationName[];
	expect(rows.map(([name]) => name)).toEqual(names);
	for (const [i, name] of names.entries()) {
		const { strength, probability } = AUGMENTATIONS[name];
		const [, meaning, single, usual, often] = rows[i];
		expect(meaning).toBe(strength?.meaning ?? "");
		expect(usual).toBe(strength?.usual.join(":") ?? "");
		expect(Number(often)).toBe(probability);
		if (!strength) continue;
		const value = strength.whole ? 2 : 0.1;
		const written = single.includes(":") ? single : `${single}:${single}`;
		const range = written.split(":").map((bound) =>
			bound
				.replace("V", String(value))
				.split(/(?<=\d)(?=[+-])/)
				.reduce((sum, part) => sum + Number(part), 0),
		);
		expect(strength.spread(value)).toEqual(range);
	}
});

test("its presets and examples are taken", () => {
	for (const [name, { split }] of Object.entries<Preset>(presets)) {
		if (split) expect(page).toContain(name);
	}
	const examples = [...page.matchAll(/--augment ([a-z][\w=:.,@-]+)/g)]
		.map(([, text]) => text)
		.filter((text) => !Object.hasOwn(presets, text));
	expect(examples.length).toBeGreaterThan(1);
	for (const text of examples) parseAugment(text);
});

/** The part of the page below each heading of this level whose text is a layout's name. */
const sections = new Map(
	[...page.matchAll(/^### `(\w+)`\n(.*?)(?=^##)/gms)].map(
		([, name, text]) => [name, text] as const,
	),
);

/** What `wgrad data check` says of a folder, given a command line of the page. */
async function checked(dir: string, line: string) {
	const [, , ...args] = line
		.replace(/ (--data|data check) \S+/, "")
		.split(/\s+/)
		.filter((word) => word !== "train");
	const words = args.map((word) => word.replaceAll('"', ""));
	const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
	const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
	try {
		const code = await check.main([dir, ...words, "--json"]);
		return { code, report: JSON.parse(String(stdout.mock.calls[0][0])) };
	} finally {
		stdout.mockRestore();
		stderr.mockRestore();
	}
}

test("the page has every layout, in the order in which they are tried", () => {
	expect([...sections.keys()]).toEqual(LAYOUTS.map(({ name }) => name));
});

test.each([...sections])(
	"the layout %s is as the page has it",
	async (name, text) => {
		const paths = /```text\n(.*?)```/s.exec(text)?.[1].trim().split("\n");
		expect(paths).toEqual(Object.keys(published[name]));
		const line = /```sh\n(npx wgrad train .*)\n```/.exec(text)?.[1] as string;
		const { code, report } = await checked(folderWith(published[name]), line);
		expect(
			report.findings.filter(
				(f: { severity: string }) => f.severity === "error",
			),
		).toEqual([]);
		expect([code, report.layout]).toEqual([0, name]);
		expect(report.images).toBeGreaterThan(1);
	},
);

test("the page's own call of the check is taken", async () => {
	const line = /^npx wgrad data check .*$/m.exec(page)?.[0] as string;
	const { code } = await checked(folderWith(published.folders), line);
	expect(code).toBe(0);
});
