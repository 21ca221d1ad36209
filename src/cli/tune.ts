import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Tune } from "../app/job.ts";
import { DataError, UsageError } from "../data/errors.ts";
import { parseTuning, TuningError } from "../engine/tuning.ts";
import { writeAtomically } from "./atomic-file.ts";
import { privateCacheFolder } from "./cache-folder.ts";
import { text } from "./option.ts";

/** Name of the file of a run folder that has the choices of the run. */
export const TUNING_FILE = "tuning.json";

/** The option of commands that run a net. */
export const TUNE_OPTION = {
	tune: text(
		"off|fast|full|FILE",
		"time kernel variants: 3 s, a minute, or those of a run (off)",
		"off, fast, full, or a run folder or its tuning.json",
	),
};

/**
 * What `--tune` asks for. Throws UsageError for what is neither a word nor a
 * file, DataError for a file that is no tuning.
 */
export function resolveTune(
	value: string | undefined,
	device: "webgpu" | "cpu",
): Tune | undefined {
	if (value === undefined || value === "off") return undefined;
	if (device === "cpu") {
		throw new UsageError(
			"--tune: the CPU device has no kernels to choose from; leave --tune out",
		);
	}
	if (value === "fast" || value === "full") return { effort: value };
	if (!existsSync(value)) {
		throw new UsageError(
			`--tune ${value}: is no file; give off, fast, full, or a run folder or its ${TUNING_FILE}`,
		);
	}
	const path = statSync(value).isDirectory() ? join(value, TUNING_FILE) : value;
	if (!existsSync(path)) {
		throw new DataError("is not there: the run was not tuned", path);
	}
	try {
		const tuning = parseTuning(readFileSync(path, "utf8"));
		return { effort: "off", tuning, from: path };
	} catch (error) {
		if (error instanceof TuningError) throw new DataError(error.message, path);
		throw error;
	}
}

/** The choices made on an adapter in earlier runs. */
export interface TuningCache {
	/** Empty where there are none. */
	read(): Promise<Uint8Array<ArrayBuffer>>;
	write(bytes: Uint8Array): Promise<void>;
}

/** The cache file of an adapter as a runtime drives it: in Chrome the same adapter runs other code than in Node. */
export function tuningCache(runtime: string, adapter: string): TuningCache {
	const file = async () =>
		join(await privateCacheFolder(), `tuning-${slug(runtime, adapter)}.json`);
	return {
		async read() {
			const path = await file();
			// A copy of its own: Node's small buffers share one.
			return Uint8Array.from(existsSync(path) ? readFileSync(path) : []);
		},
		async write(bytes) {
			writeAtomically(await file(), bytes);
		},
	};
}

function slug(...words: string[]): string {
	const name = words.join(" ").toLowerCase();
	return name.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}
