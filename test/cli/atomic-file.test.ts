import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeAtomically } from "../../src/cli/atomic-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-atomic-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("replaces a file and leaves nothing else", () => {
	const path = join(folder, "file");
	writeAtomically(path, "old");
	writeAtomically(path, Uint8Array.of(110, 101, 119));
	expect(readFileSync(path, "utf8")).toBe("new");
	expect(readdirSync(folder)).toEqual(["file"]);
});

test("a write that fails leaves what was there, and no temporary file", () => {
	mkdirSync(join(folder, "taken", "full"), { recursive: true });
	expect(() => writeAtomically(join(folder, "taken"), "text")).toThrow();
	expect(readdirSync(folder).sort()).toEqual(["file", "taken"]);
});
