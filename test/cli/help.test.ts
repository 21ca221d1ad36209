import { expect, test } from "vitest";
import { AUGMENTATIONS } from "../../src/data/augmentations.ts";
import { useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const COMMANDS = [
	"train",
	"eval",
	"predict",
	"data",
	"ui",
	"summary",
	"convert",
	"export",
	"bench",
	"doctor",
	"completion",
];

test("wgrad --help names every command", async () => {
	const { code, stdout, stderr } = await wgrad("--help");
	for (const name of COMMANDS) expect(stdout).toContain(`  ${name} `);
	expect(stderr).toBe("");
	expect(code).toBe(0);
	const bare = await wgrad();
	expect(bare.stdout).toBe(stdout);
	expect(bare.code).toBe(2);
});

test.each(COMMANDS)(
	"wgrad %s --help has an example and fits a screen",
	async (name) => {
		const { code, stdout } = await wgrad(name, "--help");
		expect(stdout).toMatch(new RegExp(`^Usage: wgrad ${name}`));
		expect(stdout).toMatch(new RegExp(`\\nExample: .*wgrad ${name}`));
		const lines = stdout.trimEnd().split("\n");
		expect(lines.length).toBeLessThanOrEqual(36);
		for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
		expect(code).toBe(0);
	},
);

test("what a help leaves out, --help-all has", async () => {
	const short = await wgrad("train", "--help");
	expect(short.stdout).not.toContain("--fold");
	expect(short.stdout).toMatch(/--help-all +this and \d+ more options/);
	const all = await wgrad("train", "--help-all");
	expect(all.stdout).toContain("--fold K/N");
	expect(all.stdout).not.toContain("--help-all");
	expect(all.code).toBe(0);
});

test("wgrad data preview --help names every change of images", async () => {
	const { code, stdout } = await wgrad("data", "preview", "--help");
	expect(stdout).toMatch(/^Usage: wgrad data preview DIR/);
	for (const name of Object.keys(AUGMENTATIONS)) expect(stdout).toContain(name);
	for (const line of stdout.split("\n")) {
		expect(line.length).toBeLessThanOrEqual(100);
	}
	expect(code).toBe(0);
});

test("the version is that of package.json", async () => {
	const { default: manifest } = await import("../../package.json");
	const { stdout } = await wgrad("--version");
	expect(stdout).toBe(`${manifest.version}\n`);
});
