import { UsageError } from "../data/errors.ts";
import { type AnyCommand, command, type Option } from "./command.ts";

type Table = readonly AnyCommand[];

const SCRIPTS: Readonly<Record<string, (commands: Table) => string>> = {
	bash,
	zsh,
	fish,
};
const SHELLS = Object.keys(SCRIPTS);

/** `wgrad completion`, of the commands that `load` gives. */
export function completion(load: () => Promise<Table>): AnyCommand {
	const { main, ...rest } = command({
		name: "completion",
		summary: "Prints a script that completes commands and options in a shell.",
		positionals: { usage: SHELLS.join("|"), max: 1, words: SHELLS },
		options: {},
		example: "source <(wgrad completion bash)",
		notes: [
			"In ~/.bashrc or, after compinit, in ~/.zshrc: source <(wgrad completion SHELL).",
			"For fish: wgrad completion fish > ~/.config/fish/completions/wgrad.fish",
		],
		async run(_, [shell = ""]) {
			if (!Object.hasOwn(SCRIPTS, shell)) {
				throw new UsageError(
					`${shell ? `unknown shell ${shell}` : "the name of a shell is missing"}; give ${SHELLS.join(", ")}`,
				);
			}
			process.stdout.write(SCRIPTS[shell](await load()));
			return 0;
		},
	});
	return { ...rest, main };
}

/** The options of a command, and --help. */
function optionsOf({ options }: AnyCommand): [string, Option<unknown>][] {
	const help = { help: "what there is to know of it" } as Option<unknown>;
	return [...Object.entries(options), ["help", help]];
}

/** Where nothing is given to choose from, readline completes names of files. */
function bash(commands: Table): string {
	const line = (pattern: string, words: readonly string[]) =>
		`\t\t'${pattern}') words='${words.join(" ")}' ;;`;
	const values = commands.flatMap((c) =>
		optionsOf(c).flatMap(([name, { choices }]) =>
			choices ? [line(`${c.name} --${name}`, choices)] : [],
		),
	);
	const first = commands
		.filter(({ words }) => words)
		.map(({ name, words = [] }) => line(`${name} ${name}`, words));
	const options = commands.map((c) =>
		line(
			c.name,
			optionsOf(c).map(([name]) => `--${name}`),
		),
	);
	return `# wgrad in bash; printed by: wgrad completion bash
_wgrad() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} words=
	if ((COMP_CWORD == 1)); then
		words='${commands.map(({ name }) => name).join(" ")} --help --version'
	elif [[ $cur == -* ]]; then
		case \${COMP_WORDS[1]} in
${options.join("\n")}
		esac
	else
		case "\${COMP_WORDS[1]} $prev" in
${[...values, ...first].join("\n")}
		esac
	fi
	COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _wgrad wgrad
`;
}

function zsh(commands: Table): string {
	const cases = commands.map((c) => {
		const specs = optionsOf(c).map(([name, option]) => {
			const { value, help, choices, multiple } = option;
			const what = choices ? `(${choices.join(" ")})` : "_files";
			const taken = value ? `:${escaped(value)}:${what}` : "";
			return quoted(
				`${multiple ? "*" : ""}--${name}[${escaped(help)}]${taken}`,
			);
		});
		const rest = c.words ? `1:what:(${c.words.join(" ")})` : "*:file:_files";
		return `\t\t${c.name}) _arguments ${[...specs, quoted(rest)].join(" ")} ;;`;
	});
	const list = commands.map(({ name, summary }) =>
		quoted(`${name}:${escaped(summary)}`),
	);
	return `#compdef wgrad
# wgrad in zsh; printed by: wgrad completion zsh
_wgrad() {
	if ((CURRENT == 2)); then
		local -a commands=(${list.join(" ")})
		_describe command commands
		return
	fi
	shift words
	((CURRENT--))
	case $words[1] in
${cases.join("\n")}
	esac
}
compdef _wgrad wgrad
`;
}

function fish(commands: Table): string {
	const lines = commands.flatMap((c) => {
		const seen = quoted(`__fish_seen_subcommand_from ${c.name}`);
		return [
			`complete -c wgrad -f -n __fish_use_subcommand -a ${c.name} -d ${quoted(c.summary)}`,
			...(c.words
				? [`complete -c wgrad -n ${seen} -a ${quoted(c.words.join(" "))}`]
				: []),
			...optionsOf(c).map(([name, { value, help, choices }]) => {
				const taken = choices
					? ` -x -a ${quoted(choices.join(" "))}`
					: value
						? " -r"
						: "";
				return `complete -c wgrad -n ${seen} -l ${name}${taken} -d ${quoted(help)}`;
			}),
		];
	});
	return `# wgrad in fish; printed by: wgrad completion fish\n${lines.join("\n")}\n`;
}

/** Without what zsh's specifications give a meaning. */
function escaped(text: string): string {
	return text.replace(/[[\]:\\]/g, "\\$&");
}

function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
