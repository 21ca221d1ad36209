// npm run bench [-- --runtime chrome|node] [--gpu auto|software|hardware] [--json FILE] [--filter NAME]
// Times the rows of the case table marked `timed`, and the training step.
import { parseArgs } from "node:util";
import { writeAtomically } from "../src/cli/atomic-file.ts";
import { UsageError, WgradError } from "../src/data/errors.ts";
import { runInBrowser } from "../test/browser.ts";
import { runInNode } from "../test/node-program.ts";
import { type BenchOptions, formatReport, type Report } from "./report.ts";

const ENTRY = "bench/run.ts";
const log = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
	const { runtime, gpu, json, filter } = readOptions();
	const report =
		runtime === "node"
			? await inNode({ filter })
			: await runInBrowser<Report>(ENTRY, { filter }, { gpu, log });
	if (!report.step && !report.kernels.length) {
		throw new UsageError(`--filter ${filter}: no timed row has that name`);
	}
	process.stdout.write(formatReport(report));
	if (json) writeAtomically(json, `${JSON.stringify(report, null, "\t")}\n`);
}

function inNode(options: BenchOptions): Promise<Report> {
	console.info = log;
	return runInNode<Report>(ENTRY, options);
}

function readOptions() {
	const { values } = parseArgs({
		options: {
			runtime: { type: "string", default: "chrome" },
			gpu: { type: "string", default: "auto" },
			json: { type: "string" },
			filter: { type: "string" },
		},
	});
	return {
		runtime: oneOf("--runtime", values.runtime, ["chrome", "node"] as const),
		gpu: oneOf("--gpu", values.gpu, ["auto", "software", "hardware"] as const),
		json: values.json,
		filter: values.filter,
	};
}

function oneOf<T extends string>(
	option: string,
	value: string,
	choices: readonly T[],
): T {
	const found = choices.find((c) => c === value);
	if (found) return found;
	throw new UsageError(`${option} ${value}: give ${choices.join(" or ")}`);
}

try {
	await main();
} catch (error) {
	const unknown = (error as NodeJS.ErrnoException).code?.startsWith(
		"ERR_PARSE_ARGS",
	);
	if (!(error instanceof WgradError) && !unknown) throw error;
	log((error as Error).message);
	process.exitCode = error instanceof WgradError ? error.exitCode : 2;
}
