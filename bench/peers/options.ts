import { parseArgs } from "node:util";
import { UsageError } from "../../src/data/errors.ts";
import { LIBRARIES } from "./programs.ts";

export type Options = ReturnType<typeof readOptions>;

/** The command line's options. Throws UsageError, or what parseArgs throws. */
export function readOptions() {
	const { values } = parseArgs({
		options: {
			runtime: { type: "string", default: "chrome" },
			gpu: { type: "string", default: "auto" },
			driver: { type: "string" },
			peers: { type: "string" },
			filter: { type: "string", default: "" },
			budget: { type: "string", default: "20" },
			heavy: { type: "boolean", default: false },
			out: { type: "string", default: "bench" },
		},
	});
	const budget = Number(values.budget);
	if (!(budget > 0)) {
		throw new UsageError(
			`--budget ${values.budget}: give a number of seconds greater than 0`,
		);
	}
	const peers = values.peers?.split(",") ?? defaultPeers(values.runtime);
	return {
		runtime: oneOf("--runtime", values.runtime, ["chrome", "node"] as const),
		gpu: oneOf("--gpu", values.gpu, ["auto", "software", "hardware"] as const),
		driver:
			values.driver === undefined
				? undefined
				: oneOf("--driver", values.driver, [
						"swiftshader",
						"lavapipe",
						"system",
					] as const),
		libraries: [
			LIBRARIES[0],
			...peers
				.filter((p) => p)
				.map((p) => oneOf("--peers", p, LIBRARIES.slice(1))),
		],
		filter: values.filter,
		budgetMs: budget * 1000,
		heavy: values.heavy,
		out: values.out,
	};
}

/** tfjs-wasm fetches its program from the page's server: in Node there is none. */
function defaultPeers(runtime: string): readonly string[] {
	const all = LIBRARIES.slice(1);
	return runtime === "node" ? all.filter((p) => p !== "tfjs-wasm") : all;
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
