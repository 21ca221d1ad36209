import { readFileSync } from "node:fs";
import { parse as parseToml } from "smol-toml";
import * as v from "valibot";
import { UsageError } from "../data/errors.ts";
import { ConfigError } from "../unet/index.ts";
import { settingsSchema, type TrainSettings } from "./settings-schema.ts";

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
	const result = v.safeParse(settingsSchema, tree);
	if (result.success) return result.output;
	const [issue] = result.issues;
	const field = v.getDotPath(issue) ?? "it";
	const where = [
		...(file ? [file] : []),
		...(assignments.length ? ["--set"] : []),
	];
	throw new UsageError(
		issue.type === "strict_object"
			? `${where.join(" and ")}: ${field} is no setting; there are ${Object.keys(settingsSchema.entries).join(", ")}`
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
