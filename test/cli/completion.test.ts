import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { skipped } from "../gpu.ts";
import { put, useBuiltCommand, wgrad } from "./wgrad.ts";

useBuiltCommand();

/** What the shell offers for a line whose last word is being typed. */
const shells: Record<string, (script: string, line: string) => string[]> = {
	bash(script, line) {
		const words = line.split(" ");
		return run("bash", [
			...["--norc", "-c"],
			`source ${script}; COMP_WORDS=(${words.map((w) => `'${w}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _wgrad; printf '%s\\n' "\${COMPREPLY[@]}"`,
		]);
	},
	fish(script, line) {
		return run("fish", [
			...["--no-config", "-c"],
			`source ${script}; complete -C '${line}'`,
		]).map((text) => text.split("\t")[0]);
	},
};

function run(shell: string, args: string[]): string[] {
	return execFileSync(shell, args, { encoding: "utf8" }).trim().split("\n");
}

/** Whether the shell is here; else one skipped test. */
function isHere(shell: string): boolean {
	try {
		run(shell, ["-c", "true"]);
		return true;
	} catch {
		skipped(`${shell} is not here`);
		return false;
	}
}

for (const [shell, offered] of Object.entries(shells)) {
	if (!isHere(shell)) continue;
	test(`${shell} completes commands, options and their words`, async () => {
		const { code, stdout } = await wgrad("completion", shell);
		expect(code).toBe(0);
		const script = put(`wgrad.${shell}`, stdout);
		expect(offered(script, "wgrad t")).toContain("train");
		expect(offered(script, "wgrad data ")).toContain("preview");
		const options = offered(script, "wgrad train --e");
		expect(options).toContain("--epochs");
		expect(options).not.toContain("--seed");
		const runtimes = offered(script, "wgrad train --runtime ");
		expect(runtimes).toEqual(expect.arrayContaining(["chrome", "node"]));
		expect(offered(script, "wgrad doctor --")).not.toContain("--epochs");
	});
}

if (isHere("zsh")) {
	test("zsh takes its script as the completion of wgrad", async () => {
		const { stdout } = await wgrad("completion", "zsh");
		const script = put("wgrad.zsh", stdout);
		const program = `autoload -U compinit; compinit -D -u; source ${script}; print $_comps[wgrad]`;
		expect(run("zsh", ["-f", "-c", program])).toEqual(["_wgrad"]);
		expect(stdout).toContain("--runtime[");
	});
}

test("another shell is an error that names those there are", async () => {
	const { code, stderr } = await wgrad("completion", "csh");
	expect(stderr).toBe("wgrad: unknown shell csh; give bash, zsh, fish\n");
	expect(code).toBe(2);
});
