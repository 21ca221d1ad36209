// Times the rows of the case table marked `timed` and a training step, or profiles the step.
import { parseArgs } from "node:util";
import { writeAtomically } from "../src/cli/atomic-file.ts";
import { launchBrowser } from "../src/cli/browser.ts";
import { UsageError, WgradError } from "../src/data/errors.ts";
import { runInBrowser } from "../test/browser.ts";
import { runInNode } from "../test/node-program.ts";
import {
	formatPrecisionStep,
	type PrecisionArgument,
	type PrecisionStep,
} from "./precision-report.ts";
import { formatProfile, traceOf } from "./profile-report.ts";
import type { StepProfile } from "./profile-step.ts";
import {
	type BenchOptions,
	formatReport,
	NETS,
	type Report,
} from "./report.ts";
import {
	formatTunedStep,
	type TuneArgument,
	type TunedStep,
} from "./tune-report.ts";

const ENTRY = "bench/run.ts";
const PROFILE = "bench/profile-main.ts";
const PRECISION = "bench/precision-step.ts";
const TUNE = "bench/tune-step.ts";
const log = (line: string) => void process.stderr.write(`${line}\n`);

const HELP = `Usage: npm run bench -- [options]
Times every kernel variant and a training step on the adapter at hand.

  --runtime chrome|node          headless Chrome (default), or Node with npm webgpu
  --gpu auto|software|hardware   which adapter Chrome takes (default auto)
  --filter TEXT                  only rows with this in their name ("training step" for the step)
  --net digits|plain             the net of the step: of npm start (default), or a plain U-Net
  --json FILE                    writes the figures as JSON
  --profile                      instead: time, bytes and FLOPs of each op of one training step
                                 by timestamp queries, beside the adapter's measured peaks
  --tune fast|full               instead: the step with the fastest variants beside the default ones
  --precision                    instead: the step in f16 beside f32, time and memory
  --trace FILE                   with --profile: a trace for ui.perfetto.dev

Example: npm run bench -- --profile --trace step.json
`;

async function main(): Promise<void> {
	const options = readOptions();
	const { json, trace, filter, net, tune, precision } = options;
	if (options.help) {
		process.stdout.write(HELP);
		return;
	}
	if (trace && !options.profile) {
		throw new UsageError("--trace needs --profile");
	}
	const write = (path: string, value: object) =>
		writeAtomically(path, `${JSON.stringify(value, null, "\t")}\n`);
	if (options.profile) {
		const profile = await run<StepProfile>(PROFILE, { net }, options);
		process.stdout.write(formatProfile(profile));
		if (trace) writeAtomically(trace, traceOf(profile));
		if (json) write(json, profile);
		return;
	}
	if (precision) {
		const step = await run<PrecisionStep>(
			PRECISION,
			{ net, precision },
			options,
		);
		process.stdout.write(formatPrecisionStep(step));
		if (json) write(json, step);
		return;
	}
	if (tune) {
		const step = await run<TunedStep>(TUNE, { net, effort: tune }, options);
		process.stdout.write(formatTunedStep(step));
		if (json) write(json, step);
		return;
	}
	const report = await run<Report>(ENTRY, { filter, net }, options);
	if (!report.step && !report.kernels.length) {
		throw new UsageError(`--filter ${filter}: no timed row has that name`);
	}
	process.stdout.write(formatReport(report));
	if (json) write(json, report);
}

/** Runs a program of this folder in a page or in this process. */
function run<T>(
	entry: string,
	argument: BenchOptions | TuneArgument | PrecisionArgument,
	{ runtime, gpu }: ReturnType<typeof readOptions>,
): Promise<T> {
	if (runtime === "chrome") {
		const launch = () => launchBrowser({ gpu, log });
		return runInBrowser<T>(entry, argument, { launch, log });
	}
	console.info = log;
	return runInNode<T>(entry, argument);
}

function readOptions() {
	const { values } = parseArgs({
		options: {
			help: { type: "boolean", short: "h" },
			runtime: { type: "string", default: "chrome" },
			gpu: { type: "string", default: "auto" },
			json: { type: "string" },
			filter: { type: "string" },
			net: { type: "string", default: "digits" },
			profile: { type: "boolean" },
			trace: { type: "string" },
			tune: { type: "string" },
			precision: { type: "boolean" },
		},
	});
	return {
		...values,
		runtime: oneOf("--runtime", values.runtime, ["chrome", "node"] as const),
		gpu: oneOf("--gpu", values.gpu, ["auto", "software", "hardware"] as const),
		net: oneOf("--net", values.net, NETS),
		tune:
			values.tune && oneOf("--tune", values.tune, ["fast", "full"] as const),
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
