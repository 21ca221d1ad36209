import { UsageError, WgradError } from "../data/errors.ts";
import { type AnyCommand, nearest } from "./command.ts";

/** Of package.json; the build puts it in. */
declare const WGRAD_VERSION: string;

/** The commands; each is loaded only when it is called. */
const COMMANDS: Record<string, () => Promise<AnyCommand>> = {
	train: async () => (await import("./train.ts")).train,
	eval: async () => (await import("./eval.ts")).evaluate,
	predict: async () => (await import("./predict.ts")).predict,
	data: async () => (await import("./data.ts")).data,
	ui: async () => (await import("./ui.ts")).ui,
	summary: async () => (await import("./summary.ts")).summary,
	convert: async () => (await import("./convert.ts")).convert,
	export: async () => (await import("./export.ts")).exportOnnx,
	bench: async () => (await import("./bench.ts")).bench,
	doctor: async () => (await import("./doctor.ts")).doctor,
	completion: async () =>
		(await import("./completion.ts")).completion(allCommands),
};

function allCommands(): Promise<AnyCommand[]> {
	return Promise.all(Object.values(COMMANDS).map((load) => load()));
}

async function main(argv: readonly string[]): Promise<number> {
	const [name, ...rest] = argv;
	if (
		name === undefined ||
		name === "help" ||
		name === "--help" ||
		name === "-h"
	) {
		process.stdout.write(await overview());
		return name === undefined ? 2 : 0;
	}
	if (name === "--version" || name === "-v") {
		process.stdout.write(`${WGRAD_VERSION}\n`);
		return 0;
	}
	if (!Object.hasOwn(COMMANDS, name)) {
		const near = nearest(name, Object.keys(COMMANDS));
		throw new UsageError(
			`unknown command ${name}; ${near ? `did you mean ${near}?` : "see wgrad --help"}`,
		);
	}
	const command = await COMMANDS[name]();
	return command.main(rest);
}

async function overview(): Promise<string> {
	const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
	const lines = (await allCommands()).map(
		({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`,
	);
	return [
		"Usage: wgrad COMMAND [options]",
		"Trains U-Nets for semantic segmentation on WebGPU.",
		"",
		...lines,
		"",
		"wgrad COMMAND --help explains a command. Exit codes: 0 done, 1 failure, 2 wrong",
		"option, 3 bad data, 4 no WebGPU, 5 loss not finite, 130 interrupted.",
		"",
		"Example: wgrad train --data digits",
		"",
	].join("\n");
}

/** One sentence for a person, and the exit code. */
function report(error: unknown): number {
	const { message, stack } =
		error instanceof Error ? error : new Error(String(error));
	process.stderr.write(`wgrad: ${message}\n`);
	if (process.env.WGRAD_DEBUG) process.stderr.write(`${stack}\n`);
	return error instanceof WgradError ? error.exitCode : 1;
}

// `wgrad eval ... | head` closes the pipe early; that is no failure of ours.
process.stdout.on("error", () => process.exit(1));
const code = await main(process.argv.slice(2)).catch(report);
// A WebGPU device in Node keeps the process alive: end it once all is written.
process.stdout.write("", () => process.exit(code));
