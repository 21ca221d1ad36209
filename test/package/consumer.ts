import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, inject } from "vitest";

/** The program that every bundler and runtime gets. */
const PROGRAM = resolve("test/package/program");

const folders: string[] = [];

/**
 * A project of a user in a fresh folder outside the repository: our program,
 * and of node_modules the unpacked package alone, none of its dependencies.
 */
export function consumer(): string {
	const folder = mkdtempSync(join(tmpdir(), "wgrad-consumer-"));
	if (!folders.length) {
		afterAll(() => {
			for (const each of folders) rmSync(each, { recursive: true });
		});
	}
	folders.push(folder);
	const installed = join(folder, "node_modules/wgrad");
	mkdirSync(installed, { recursive: true });
	const into = ["--strip-components=1", "-C", installed];
	execFileSync("tar", ["-xzf", inject("tarball"), ...into]);
	cpSync(PROGRAM, folder, { recursive: true });
	writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
	return folder;
}
