import { spawn } from "node:child_process";
import { arch, platform, release } from "node:os";
import type { Job, JobEvent } from "../app/job.ts";
import { WgradError } from "../data/errors.ts";
import { command } from "./command.ts";
import { DeviceError } from "./device-error.ts";
import { listenForInterrupt } from "./interrupt.ts";
import * as option from "./option.ts";
import { runOn } from "./run-on.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

/** Limits that decide what fits and which kernels run. */
const LIMITS = [
	"maxBufferSize",
	"maxStorageBufferBindingSize",
	"maxComputeInvocationsPerWorkgroup",
	"maxComputeWorkgroupStorageSize",
];

/** What one runtime can do, or why it cannot. */
interface Diagnosis {
	readonly runtime: "chrome" | "node";
	readonly adapter?: string;
	readonly software?: boolean;
	readonly features?: readonly string[];
	readonly limits?: Readonly<Record<string, number>>;
	readonly checks?: readonly { op: string; error: number; ok: boolean }[];
	/** The reason, with the next step, why the runtime has no WebGPU. */
	readonly problem?: string;
}

/** `wgrad doctor`. */
export const doctor = command({
	name: "doctor",
	summary:
		"Says which browser and WebGPU adapter there are, and checks a kernel.",
	options: {
		runtime: option.choice(["chrome", "node"], "look at this one only (both)"),
		json: option.flag("print the findings as JSON"),
	},
	example: "wgrad doctor",
	notes: [
		"Ends with exit code 4 when headless Chrome, or the one asked for, has no WebGPU.",
	],
	async run({ runtime, json }) {
		const terminal = openTerminal();
		const found = [
			runtime === "node" ? undefined : await diagnose("chrome", terminal),
			runtime === "chrome"
				? undefined
				: runtime === "node"
					? await diagnose("node", terminal)
					: await diagnoseNodeApart(),
		].filter((d) => d !== undefined);
		terminal.result(
			json
				? JSON.stringify({ system: system(), runtimes: found }, null, "\t")
				: [system(), ...found.map(describe)].join("\n\n"),
		);
		const [first] = found;
		if (first.problem) return 4;
		return first.checks?.every((check) => check.ok) ? 0 : 1;
	},
});

function system(): string {
	return `System: ${platform()} ${release()} ${arch()}, Node ${process.version}`;
}

async function diagnose(
	runtime: "chrome" | "node",
	terminal: Terminal,
): Promise<Diagnosis> {
	let device: Extract<JobEvent, { type: "device" }> | undefined;
	let checks: Diagnosis["checks"];
	const host = {
		read(name: string): never {
			throw new Error(`the check reads nothing, not ${name}`);
		},
		event(event: JobEvent) {
			if (event.type === "device") device = event;
			if (event.type === "check") checks = event.results;
		},
	};
	const job: Job = { kind: "check", device: "webgpu" };
	const where = { runtime, device: "webgpu" } as const;
	try {
		await runOn(where, job, host, terminal, listenForInterrupt());
	} catch (error) {
		if (error instanceof DeviceError) {
			return { runtime, problem: error.message };
		}
		throw error;
	}
	if (!device || !checks) throw new WgradError("the check gave no result");
	const { description: adapter, software, features, limits } = device;
	return { runtime, adapter, software, features, limits, checks };
}

/** In a process of its own: a broken Vulkan driver ends the process that loads it. */
async function diagnoseNodeApart(): Promise<Diagnosis> {
	const args = [process.argv[1], "doctor", "--runtime", "node", "--json"];
	const child = spawn(process.execPath, args, {
		stdio: ["ignore", "pipe", "ignore"],
	});
	const parts: Buffer[] = [];
	child.stdout.on("data", (part) => parts.push(part));
	const ending = await new Promise<string>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code, signal) => resolve(String(code ?? signal)));
	});
	try {
		return JSON.parse(Buffer.concat(parts).toString()).runtimes[0];
	} catch {
		const problem = `the process that tried it ended with ${ending}: the Vulkan driver seems broken`;
		return { runtime: "node", problem };
	}
}

function describe(found: Diagnosis): string {
	const title = found.runtime === "chrome" ? "Headless Chrome" : "Node";
	if (found.problem) return `${title}: no WebGPU\n  ${found.problem}`;
	const { features = [], limits = {}, checks = [] } = found;
	return [
		`${title}: ${found.adapter}`,
		...(found.software
			? ["  A software adapter: no GPU is used, training is slow."]
			: []),
		`  features  ${features.join(", ") || "none"}`,
		...LIMITS.map((name) => `  ${name}  ${limits[name]?.toLocaleString("en")}`),
		...checks.map(
			({ op, error, ok }) =>
				`  ${ok ? "ok" : "WRONG"}  ${op}: relative error ${error.toExponential(1)} against the CPU reference`,
		),
	].join("\n");
}
