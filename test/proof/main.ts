// npm run proof: how much is proven, and how exact the kernels are, by family and adapter.
import { readdirSync, readFileSync } from "node:fs";
import { availableDrivers, nodeGpuEnv } from "../../src/cli/node-gpu.ts";
import { runInBrowser } from "../browser.ts";
import { runInDeno } from "../deno-program.ts";
import { findFirefox } from "../firefox.ts";
import { faults } from "../mutate/faults.ts";
import { runInNode } from "../node-program.ts";
import { installTools, toolPath } from "../package/install-tools.ts";
import type { KernelReport } from "../pages/kernels.ts";
import type { TableCounts } from "./table.ts";

const PAGE = "test/pages/kernels.ts";
const log = (line: string) => void process.stderr.write(`${line}\n`);

const table = await runInNode<TableCounts>("test/proof/table.ts");
const oracle = ["torch", "keras"].map((source) => {
	const folder = `test/oracle/${source}`;
	const files = readdirSync(folder).filter((f) => f.endsWith(".jsonl"));
	const lines = files.map((f) => readFileSync(`${folder}/${f}`, "utf8"));
	return `${lines.join("").trim().split("\n").length} ${source}`;
});
console.log(`ops                ${table.ops}
kernels            ${table.kernels}
rows               ${table.correct} correct calls, ${table.rejected} rejected ones
oracle cases       ${oracle.join(", ")}
planted faults     ${faults.length}`);

const reports: Record<string, KernelReport> = {};
for (const { name, reason } of await availableDrivers()) {
	if (reason !== undefined) {
		log(`without ${name} in Node: ${reason}`);
		continue;
	}
	log(`${name} in Node`);
	reports[`${name}, Node`] = await runInNode(PAGE, null, { driver: name });
}
log("swiftshader in headless Chrome");
reports["swiftshader, Chrome"] = await runInBrowser<KernelReport>(PAGE);
// Both have wgpu: another implementation of WebGPU than Chrome's, with a WGSL compiler of its own.
const noTools = installTools();
const deno = toolPath("deno/deno");
const { env, reason: noLavapipe } = await nodeGpuEnv("lavapipe");
if (deno && env) {
	log("lavapipe in Deno");
	reports["lavapipe, Deno"] = await runInDeno(deno, PAGE, env);
} else
	log(`without Deno: ${noTools || noLavapipe || "it is for Linux on x64"}`);
const { launch, reason: noFirefox } = await findFirefox();
if (launch) {
	log("lavapipe in headless Firefox: minutes");
	reports["lavapipe, Firefox"] = await runInBrowser(PAGE, null, { launch });
} else log(`without Firefox: ${noFirefox}`);

for (const [name, { adapter, rows }] of Object.entries(reports)) {
	const checks = Object.values(rows);
	const variants = checks.reduce((n, c) => n + c.variants, 0);
	const wrong = checks.filter((c) => c.problems.length).length;
	console.log(
		`${name.padEnd(18)} ${adapter}: ${variants} variants of ${checks.length} rows, ${wrong} rows wrong`,
	);
	if (wrong) process.exitCode = 1;
}

console.log(
	"\nlargest relative error (norm of the difference over norm) by family",
);
const names = Object.keys(reports);
console.log(["".padEnd(14), ...names.map((n) => n.padStart(20))].join(""));
for (const [family, rows] of Object.entries(table.families)) {
	const cells = names.map((name) =>
		Math.max(...rows.map((row) => reports[name].rows[row].error))
			.toExponential(1)
			.padStart(20),
	);
	console.log([family.padEnd(14), ...cells].join(""));
}
// Dawn's objects keep the process alive.
process.exit();
