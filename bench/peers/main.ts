// The same workloads in wgrad and in other libraries; progress goes to stderr.
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { UsageError, WgradError } from "../../src/data/errors.ts";
import { chromeRuntime } from "./chrome.ts";
import { installPeers, peerVersions } from "./install.ts";
import { nodeRuntime } from "./node.ts";
import { HELP, type Options, readOptions } from "./options.ts";
import { pytorchRow } from "./pytorch.ts";
import { type Recorded, record } from "./record.ts";
import type { Runtime } from "./runtime.ts";
import { type Workload, workloads } from "./workloads.ts";

const log = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
	const options = readOptions();
	if (options.help) {
		process.stdout.write(HELP);
		return;
	}
	const wanted = workloads.filter((w) => w.name.includes(options.filter));
	if (!wanted.length) {
		throw new UsageError(`--filter ${options.filter}: no workload has it`);
	}
	installPeers(log);
	const runtime = await open(options);
	try {
		log(runtime.name);
		for (const workload of wanted) {
			const isHeavy = workload.kind === "step" && workload.heavy;
			if (isHeavy && runtime.slow && !options.heavy) {
				log(`${workload.name}: takes minutes here; --heavy runs it`);
				continue;
			}
			try {
				await compare(workload, runtime, options);
			} catch (error) {
				// The page or the process has died; the next workload gets a new one.
				log(`${workload.name}: ${(error as Error).message}`);
				process.exitCode = 1;
			}
		}
	} finally {
		await runtime.close();
	}
	log(`Written: ${options.out}/RESULTS.md, ${options.out}/peers.json`);
}

/** Recorded at once, so that an end halfway leaves what there is. */
async function compare(
	workload: Workload,
	runtime: Runtime,
	{ libraries, budgetMs, out }: Options,
): Promise<void> {
	const request = { workload: workload.name, libraries, budgetMs };
	const comparison = await runtime.measure(request);
	const torch = pytorchRow(comparison, budgetMs / libraries.length);
	const rows = [...comparison.rows, ...(torch ? [torch] : [])];
	const machine = `${cpus().length} x ${cpus()[0].model.trim()}`;
	const recorded = { ...comparison, rows, ...circumstances(runtime) };
	record(out, { machine, versions: peerVersions() }, [recorded]);
}

function open(options: Options): Promise<Runtime> {
	return options.runtime === "node"
		? nodeRuntime(options.driver, log)
		: chromeRuntime(options.gpu, log);
}

function circumstances(
	runtime: Runtime,
): Pick<Recorded, "date" | "command" | "runtime" | "load" | "commit"> {
	const args = process.argv.slice(2);
	const git = ["describe", "--always", "--dirty"];
	return {
		date: new Date().toISOString(),
		command: [
			"npm run bench:peers",
			...(args.length ? ["--"] : []),
			...args,
		].join(" "),
		runtime: runtime.name,
		load: Math.round(loadavg()[0] * 10) / 10,
		commit: execFileSync("git", git, { encoding: "utf8" }).trim(),
	};
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
