import { execFile } from "node:child_process";
import {
	cpSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Fault } from "./fault.ts";
import { faults } from "./faults.ts";

const run = promisify(execFile);
const root = resolve(".");

/** The parts of the repository that the tests read. */
const COPIED = [
	"src",
	"test",
	"scripts",
	"vitest.config.ts",
	"package.json",
	"tsconfig.json",
	"README.md",
];

async function passes(
	copy: string,
	tests: readonly string[],
	only?: string,
): Promise<boolean> {
	const vitest = join(root, "node_modules/vitest/vitest.mjs");
	const names = only ? ["-t", only] : [];
	try {
		await run(
			process.execPath,
			[vitest, "run", "--bail=1", ...tests, ...names],
			{ cwd: copy, maxBuffer: 1 << 26, timeout: 300_000 },
		);
		return true;
	} catch {
		return false;
	}
}

/** Runs the tests of one fault in `copy`; `true` when they fail, as they must. */
async function isKilled(copy: string, fault: Fault): Promise<boolean> {
	const path = join(copy, fault.file);
	const right = readFileSync(path, "utf8");
	writeFileSync(
		path,
		right.replace(fault.from, () => fault.to),
	);
	try {
		return !(await passes(copy, fault.tests, fault.only));
	} finally {
		writeFileSync(path, right);
	}
}

/** The tests of these faults, with one filter for those names that any of them needs: the rest of the file is not run. */
function testsOf(chosen: readonly Fault[]): {
	tests: string[];
	only?: string;
} {
	const tests = [...new Set(chosen.flatMap((f) => f.tests))];
	const names = chosen.map(({ only }) => only);
	if (names.includes(undefined)) return { tests };
	return { tests, only: [...new Set(names)].join("|") };
}

function makeCopy(): string {
	const copy = mkdtempSync(join(tmpdir(), "wgrad-mutate-"));
	process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
	for (const part of COPIED) {
		cpSync(join(root, part), join(copy, part), { recursive: true });
	}
	symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
	return copy;
}

const filter = process.argv[2] ?? "";
const chosen = faults.filter((f) => `${f.file} ${f.from}`.includes(filter));
const stale = chosen.filter(
	({ file, from }) => !readFileSync(join(root, file), "utf8").includes(from),
);
for (const { file, from } of stale) {
	console.error(`test/mutate: ${file} no longer has: ${from}`);
}
if (stale.length) process.exit(1);
process.on("SIGINT", () => process.exit(130));
const copies = Array.from(
	{ length: Math.min(availableParallelism(), 4) },
	makeCopy,
);

for (const file of new Set(chosen.map((f) => f.tests.join()))) {
	const { tests, only } = testsOf(
		chosen.filter((f) => f.tests.join() === file),
	);
	if (await passes(copies[0], tests, only)) continue;
	console.error(`${tests} fails without any fault: mend that first (npm test)`);
	process.exit(1);
}
const survivors: Fault[] = [];
const waiting = [...chosen];
let done = 0;
const worker = async (copy: string) => {
	for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
		const killed = await isKilled(copy, fault);
		if (!killed) survivors.push(fault);
		console.error(
			`${++done}/${chosen.length} ${killed ? "killed  " : "SURVIVED"} ${fault.file}: ${fault.from.trim().split("\n")[0]} -> ${fault.to.trim() || "(nothing)"}`,
		);
	}
};
await Promise.all(copies.map(worker));
console.log(
	`${chosen.length - survivors.length} of ${chosen.length} planted faults killed`,
);
for (const { file, from, to } of survivors) {
	console.log(`survived: ${file}: ${from} -> ${to}`);
}
process.exitCode = survivors.length ? 1 : 0;
