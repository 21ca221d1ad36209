import { parseArgs } from "node:util";
import * as v from "valibot";
import { UsageError } from "../data/errors.ts";

/** One option of a command: how it is read, checked and explained. */
export interface Option<T> {
	/** Placeholder of its value in the help; absent for a switch. */
	readonly value?: string;
	readonly help: string;
	/** Completes the sentence "give ..." when the value is wrong. */
	readonly wanted: string;
	/** The words that it takes, where they are few. */
	readonly choices?: readonly string[];
	/** May be given several times. */
	readonly multiple?: boolean;
	readonly required?: boolean;
	/** Left out of `--help`, which shall fit a screen; `--help-all` has it. */
	readonly rare?: boolean;
	readonly schema: v.GenericSchema<unknown, T>;
}

/** A command's options by name. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of a command's options, named as on the command line. */
export type Values<O extends Options> = {
	readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** A command: one table for parsing, checking and help. */
export interface Command<O extends Options> {
	readonly name: string;
	/** What it does, in one sentence. */
	readonly summary: string;
	/** Arguments that are no options, such as `digits`; `undefined` = none. */
	readonly positionals?: {
		readonly usage: string;
		readonly max: number;
		/** What the first may be, where that is one of some words. */
		readonly words?: readonly string[];
	};
	readonly options: O;
	readonly example: string;
	/** Further lines of the help. */
	readonly notes?: readonly string[];
	/** Does the work; returns the exit code. */
	run(values: Values<O>, positionals: readonly string[]): Promise<number>;
}

/** A command as a list of them holds it. */
export interface AnyCommand {
	readonly name: string;
	readonly summary: string;
	/** For completion in a shell. */
	readonly options: Options;
	/** What the first argument may be, where that is one of some words. */
	readonly words?: readonly string[] | undefined;
	/** Parses and runs; `--help` prints the help. */
	main(argv: readonly string[]): Promise<number>;
}

/** Ties a command's table to its parser; checks types between the two. */
export function command<const O extends Options>(spec: Command<O>): AnyCommand {
	return {
		name: spec.name,
		summary: spec.summary,
		options: spec.options,
		words: spec.positionals?.words,
		async main(argv) {
			const { help, values, positionals } = parse(spec, argv);
			if (help) {
				process.stdout.write(helpText(spec, help === "all"));
				return 0;
			}
			return spec.run(check(spec, values), positionals);
		},
	};
}

function parse<O extends Options>(spec: Command<O>, argv: readonly string[]) {
	const options = Object.fromEntries([
		["help", { type: "boolean", short: "h" } as const],
		["help-all", { type: "boolean" } as const],
		...Object.entries(spec.options).map(
			([name, { value, multiple = false }]) =>
				[name, { type: value ? "string" : "boolean", multiple }] as const,
		),
	]);
	try {
		const { values, positionals } = parseArgs({
			args: joinNegative(argv, spec.options),
			options,
			strict: true,
			allowPositionals: spec.positionals !== undefined,
		});
		const {
			help: short,
			"help-all": all,
			...rest
		} = values as Readonly<Record<string, unknown>>;
		const help = all ? "all" : short ? "short" : undefined;
		const max = spec.positionals?.max ?? 0;
		if (!help && positionals.length > max) {
			throw new UsageError(
				`unexpected argument ${positionals[max]}; see wgrad ${spec.name} --help`,
			);
		}
		return { help, values: rest, positionals };
	} catch (error) {
		throw explain(error, spec);
	}
}

/** `--lr -1` as `--lr=-1`: parseArgs would take -1 for an option of its own. */
function joinNegative(argv: readonly string[], options: Options): string[] {
	const joined: string[] = [];
	for (let i = 0; i < argv.length; i++) {
		const takesValue =
			argv[i].startsWith("--") && options[argv[i].slice(2)]?.value;
		const next = argv[i + 1];
		if (takesValue && next !== undefined && /^-\.?\d/.test(next)) {
			joined.push(`${argv[i]}=${next}`);
			i++;
		} else joined.push(argv[i]);
	}
	return joined;
}

/** The sentence for an error of parseArgs. */
function explain<O extends Options>(error: unknown, spec: Command<O>): unknown {
	if (error instanceof UsageError || !(error instanceof Error)) return error;
	const { code } = error as NodeJS.ErrnoException;
	const see = `see wgrad ${spec.name} --help`;
	const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
	const name = /^-+[^\s=<,]+/.exec(quoted)?.[0] ?? quoted;
	if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
		const near = nearest(name.replace(/^-+/, ""), [
			...Object.keys(spec.options),
			"help",
			"help-all",
		]);
		return new UsageError(
			`unknown option ${name}; ${near ? `did you mean --${near}?` : see}`,
		);
	}
	if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") {
		const long = /--[\w-]+/.exec(quoted)?.[0] ?? name;
		const option = spec.options[long.slice(2)];
		return new UsageError(
			option?.value
				? `${long} lacks its value; give ${option.wanted}`
				: `${long} takes no value; ${see}`,
		);
	}
	if (code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") {
		return new UsageError(`unexpected argument ${quoted}; ${see}`);
	}
	return error;
}

function check<O extends Options>(
	spec: Command<O>,
	given: Readonly<Record<string, unknown>>,
): Values<O> {
	const checked: Record<string, unknown> = {};
	for (const [name, option] of Object.entries(spec.options)) {
		const raw = given[name];
		if (raw === undefined && option.required) {
			throw new UsageError(
				`--${name} is missing; give ${option.wanted}, for example: ${spec.example}`,
			);
		}
		const result = v.safeParse(option.schema, raw);
		if (!result.success) {
			throw new UsageError(
				`--${name} is ${JSON.stringify(raw)}; give ${option.wanted}`,
			);
		}
		checked[name] = result.output;
	}
	return checked as Values<O>;
}

function helpText<O extends Options>(spec: Command<O>, all: boolean): string {
	const every = Object.entries(spec.options);
	const names = every.filter(([, { rare }]) => all || !rare);
	const more = every.length - names.length;
	const usage = [
		`wgrad ${spec.name}`,
		...(spec.positionals ? [spec.positionals.usage] : []),
		...names
			.filter(([, o]) => o.required)
			.map(([name, o]) => `--${name} ${o.value}`),
		"[options]",
	].join(" ");
	const left = names.map(([name, { value }]) =>
		value ? `--${name} ${value}` : `--${name}`,
	);
	const ends = [
		["--help", "this text"],
		...(more > 0 ? [["--help-all", `this and ${more} more options`]] : []),
	];
	const width = Math.max(
		...[...left, ...ends.map(([name]) => name)].map((text) => text.length),
	);
	const lines = names.map(
		([, { help }], i) => `  ${left[i].padEnd(width)}  ${help}`,
	);
	return [
		`Usage: ${usage}`,
		spec.summary,
		"",
		...lines,
		...ends.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`),
		...(spec.notes ? ["", ...spec.notes] : []),
		"",
		`Example: ${spec.example}`,
		"",
	].join("\n");
}

/** The candidate with the fewest changed letters, if at most a third of them. */
export function nearest(
	word: string,
	candidates: readonly string[],
): string | undefined {
	const ranked = candidates
		.map((candidate) => ({ candidate, d: distance(word, candidate) }))
		.sort((a, b) => a.d - b.d);
	const best = ranked[0];
	const limit = Math.max(1, Math.ceil(word.length / 3));
	return best && best.d <= limit ? best.candidate : undefined;
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const swap = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(swap, row[j] + 1, next[j - 1] + 1));
		}
		row = next;
	}
	return row[b.length];
}
