import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Preset, presets } from "../src/app/presets.ts";
import { readSettings } from "../src/cli/settings.ts";
import { settingsSchema } from "../src/cli/settings-schema.ts";
import { architectureOf } from "../src/unet/config.ts";
import { encoders } from "../src/unet/encoders/index.ts";
import { namedOptions, parameterCount } from "../src/unet/index.ts";
import { momentSpecs } from "../src/unet/parameters.ts";
import { folder, put } from "./cli/wgrad.ts";

const page = readFileSync("docs/presets.md", "utf8");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the page's table is that of the presets", () => {
	const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \|(.*)\|$/gm)].map(
		([, name, rest]) => [name, ...rest.split("|").map((cell) => cell.trim())],
	);
	const expected = Object.entries<Preset>(presets).map(([name, preset]) => {
		const options = namedOptions(preset.model, encoders);
		const moments = momentSpecs(architectureOf(options)).reduce(
			(sum, [, c]) => sum + 2 * c,
			0,
		);
		return [
			name,
			preset.size.join("x"),
			(parameterCount(options) + moments).toLocaleString("en"),
			preset.optimizer,
			String(preset.learningRate),
			String(preset.batch ?? "-"),
			String(preset.epochs ?? "-"),
		];
	});
	expect(rows).toEqual(expected);
});

test("the page's settings are ones", () => {
	const [, toml] = /```toml\n(.*?)```/s.exec(page) ?? [];
	put("page.toml", toml);
	expect(readSettings(join(folder, "page.toml"))).toMatchObject({
		preset: "clothing",
		data: "people",
		seed: 3,
		model: { backbone: "mobilenet-v2" },
		phases: [
			{ epochs: 20, frozen: true },
			{ epochs: 20, frozen: false, learningRate: 0.0001 },
		],
	});
});

test("the page names every setting", () => {
	const recorded = ["scale", "adapter", "command"];
	for (const name of Object.keys(settingsSchema.entries)) {
		if (!recorded.includes(name)) expect(page).toContain(`\`${name}\``);
	}
});
