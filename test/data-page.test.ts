import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Preset, presets } from "../src/app/presets.ts";
import { parseAugment } from "../src/data/augment-config.ts";
import {
	AUGMENTATIONS,
	type AugmentationName,
} from "../src/data/augmentations.ts";

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
