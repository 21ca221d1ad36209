import { readFileSync } from "node:fs";
import { parse as parseToml } from "smol-toml";
import * as v from "valibot";
import { type PresetName, presets } from "../app/presets.ts";
import { UsageError } from "../data/errors.ts";
import { ConfigError } from "../unet/index.ts";

/** Names of the presets. */
export const PRESETS = Object.keys(presets) as PresetName[];

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const rate = v.pipe(v.number(), v.finite(), v.gtValue(0));
const fromData = v.optional(v.never("the data decides on it"));

/** What `--config` and `--set` may say of a training. The fields of `model` are those of `UnetOptions`, which checks them. */
const settings = v.strictObject({
	preset: v.exactOptional(v.picklist(PRESETS)),
	model: v.exactOptional(
		v.looseObject({ inChannels: fromData, classes: fromData }),
	),
	epochs: v.exactOptional(count),
	batch: v.exactOptional(count),
	optimizer: v.exactOptional(v.picklist(["adam", "adadelta", "rmsprop"])),
	learningRate: v.exactOptional(rate),
	schedule: v.exactOptional(v.picklist(["one-cycle", "cosine", "constant"])),
	classWeights: v.exactOptional(
		v.union([
			v.picklist(["auto", "none"]),
			v.array(v.pipe(v.number(), v.finite(), v.minValue(0))),
		]),
	),
	phases: v.exactOptional(
		v.pipe(
			v.array(
				v.strictObject({
					epochs: count,
					frozen: v.optional(v.boolean(), false),
					learningRate: v.exactOptional(rate),
				}),
			),
			v.minLength(1),
		),
	),
});

/** Settings of a training, checked. */
export type TrainSettings = v.InferOutput<typeof settings>;

/**
 * Reads a file of settings, JSON or TOML by its ending, and changes it by
 * assignments such as `model.up=nearest`, whose values are JSON or words.
 * Throws UsageError naming file or assignment and the field.
 */
export function readSettings(
	file: string | undefined,
	assignments: readonly string[] = [],
): TrainSettings {
	const tree = file === undefined ? {} : parseFile(file);
	for (const assignment of assignments) assign(tree, assignment);
	const result = v.safeParse(settings, tree);
	if (result.success) return result.output;
	const [issue] = result.issues;
	const field = v.getDotPath(issue) ?? "it";
	const where = [
		...(file ? [file] : []),
		...(assignments.length ? ["--set"] : []),
	];
	throw new UsageError(
		issue.type === "strict_object"
			? `${where.join(" and ")}: ${field} is no setting; there are ${Object.keys(settings.entries).join(", ")}`
			: `${where.join(" and ")}: ${field}: ${issue.message}`,
	);
}

/** Does something with a network's settings; what is wrong with them is the user's. */
export function asUsageError<T>(work: () => T): T {
	const explain = (error: unknown): never => {
		if (error instanceof ConfigError) throw new UsageError(error.message);
		throw error;
	};
	try {
		const result = work();
		return result instanceof Promise ? (result.catch(explain) as T) : result;
	} catch (error) {
		return explain(error);
	}
}

type Tree = Record<string, unknown>;

function parseFile(file: string): Tree {
	const toml = file.endsWith(".toml");
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch {
		throw new UsageError(`--config ${file} cannot be read; name a file`);
	}
	try {
		return toml ? parseToml(text) : JSON.parse(text);
	} catch (error) {
		const [reason] = (error as Error).message.split("\n");
		throw new UsageError(
			`${file}: no ${toml ? "TOML" : "JSON"}: ${reason}; name JSON .json and TOML .toml`,
		);
	}
}

function assign(tree: Tree, assignment: string): void {
	const [, path, text] = /^([\w.]+)=(.*)$/s.exec(assignment) ?? [];
	if (!path) {
		throw new UsageError(
			`--set is ${JSON.stringify(assignment)}; give a setting as A.B=C, for example model.up=nearest`,
		);
	}
	const keys = path.split(".");
	const last = keys.pop() as string;
	let at: Tree = tree;
	for (const key of keys) {
		if (!Object.hasOwn(at, key)) at[key] = {};
		const next = at[key];
		if (typeof next !== "object" || next === null) {
			throw new UsageError(`--set ${assignment}: ${key} has no fields`);
		}
		at = next as Tree;
	}
	at[last] = parseValue(text);
}

function parseValue(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
