import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UsageError } from "../data/errors.ts";
import type { AnyCommand } from "./command.ts";

/** The benchmark is no part of the published package: it reads the tests' table of cases. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const HELP = `Usage: wgrad bench [options]
Times kernels and whole training steps, in a checkout of wgrad's repository.
There \`npm run bench -- --help\` explains the options.

Example: wgrad bench
`;

/** `wgrad bench`: hands its arguments to the repository's benchmark. */
export const bench: AnyCommand = {
	name: "bench",
	summary: "Times kernels and training steps (in a checkout of wgrad).",
	options: {},
	async main(argv) {
		if (argv.includes("--help") || argv.includes("-h")) {
			process.stdout.write(HELP);
			return 0;
		}
		if (!existsSync(`${ROOT}bench/main.ts`)) {
			throw new UsageError(
				"the benchmark is not in the published package; clone wgrad's repository and run `npm ci && npm run bench` there",
			);
		}
		const child = spawn(
			process.execPath,
			["--import", "tsx", "bench/main.ts", ...argv],
			{ cwd: ROOT, stdio: "inherit" },
		);
		return new Promise((resolve, reject) => {
			child.once("error", reject);
			child.once("exit", (code, signal) =>
				resolve(code ?? (signal === "SIGINT" ? 130 : 1)),
			);
		});
	},
};
