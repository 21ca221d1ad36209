import { parseArgs } from "node:util";
import { UsageError } from "../../src/data/errors.ts";
import { LIBRARIES } from "./programs.ts";

export type Options = ReturnType<typeof readOptions>;

export const HELP = `Usage: npm run bench:peers -- [options]
The same workloads in wgrad and in other libraries, side by side.
Writes RESULTS.md and peers.json; each row replaces its older one.

  --runtime chrome|node                  headless Chrome (default), or Node with npm webgpu
  --gpu auto|software|hardware           which adapter Chrome takes (default auto)
  --driver swiftshader|lavapipe|system   in Node; default the first that works
  --peers NAME,NAME                      ${LIBRARIES.slice(1).join(", ")}; default all that run there
  --filter TEXT                          only workloads with this in their name, e.g. "step: pets"
  --budget SECONDS                       to repeat one workload, all libraries together (default 20)
  --heavy                                also steps that take minutes on software adapters
  --out FOLDER                           of RESULTS.md and peers.json (default bench)
  --help                                 this text

Example: npm run bench:peers -- --filter "weight gradient" --peers jax-js
`;

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
			help: { type: "boolean", default: false },
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
		help: values.help,
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
