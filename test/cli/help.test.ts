import { expect, test } from "vitest";
import { useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

const COMMANDS = ["train", "eval", "predict", "data", "bench", "doctor"];

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
		expect(stdout).toContain(`\nExample: wgrad ${name}`);
		const lines = stdout.trimEnd().split("\n");
		expect(lines.length).toBeLessThanOrEqual(36);
		for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
		expect(code).toBe(0);
	},
);

test("the version is that of package.json", async () => {
	const { default: manifest } = await import("../../package.json");
	const { stdout } = await wgrad("--version");
	expect(stdout).toBe(`${manifest.version}\n`);
});
