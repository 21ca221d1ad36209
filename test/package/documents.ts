import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";

/** A fenced block of a Markdown file: its language, what stands behind it (a file's name, say), its text. */
export interface Block {
	readonly language: string;
	readonly label: string;
	readonly text: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(file: string): Block[] {
	const page = readFileSync(file, "utf8");
	return [...page.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
		([, language, label, text]) => ({ language, label, text }),
	);
}

/**
 * The page's files: blocks under their labels, those of JavaScript without one
 * together as main.js, and index.html to load it unless the page has its own.
 */
export function filesOf(blocks: readonly Block[]): Map<string, string> {
	const files = new Map([
		[
			"index.html",
			'<!doctype html><script type="module" src="./main.js"></script>',
		],
	]);
	const names: Record<string, string> = { js: "main.js", html: "index.html" };
	const joined = new Map<string, string>();
	for (const { language, label, text } of blocks) {
		const name = label || names[language];
		if (name) joined.set(name, (joined.get(name) ?? "") + text);
	}
	for (const [name, text] of joined) files.set(name, text);
	return files;
}

/**
 * The calls of wgrad in a page's shell blocks, a line each, split into words,
 * but those that serve a page until they are interrupted: test/cli/ui.test.ts has them.
 */
export function commandsOf(blocks: readonly Block[]): string[][] {
	return blocks
		.filter(({ language }) => language === "sh")
		.flatMap(({ text }) => text.replaceAll("\\\n", " ").split("\n"))
		.filter((line) => line.startsWith("npx wgrad "))
		.map((line) =>
			line
				.replace(/\s+# .*/, "")
				.split(/\s+/)
				.slice(2),
		)
		.filter((words) => words[0] !== "ui" && !words.includes("--open"));
}

/** The README and the guide's pages, but their list. */
export function documents(): string[] {
	const pages = readdirSync("docs/guide").filter((f) => f !== "README.md");
	return ["README.md", ...pages.map((f) => `docs/guide/${f}`)];
}

/**
 * A program that reports what it logs where a comment says what that is:
 * `console.log(x); // 3` prints `{"said":"3","logged":[3]}`.
 */
export function reporting(program: string): string {
	return program.replace(
		/console\.log\((.*)\);? \/\/ (.+)$/gm,
		(_, values, said) =>
			`console.log(JSON.stringify({ said: ${JSON.stringify(said)}, logged: [${values}].map((v) => ArrayBuffer.isView(v) ? [...v] : v) }));`,
	);
}

/** Holds every reported line to its comment, numbers to a thousandth; all of the program's comments must have been reached. */
export function checkReports(lines: readonly string[], program: string): void {
	const reports = lines
		.filter((line) => line.startsWith('{"said"'))
		.map((line) => JSON.parse(line) as { said: string; logged: unknown[] });
	const comments = [...program.matchAll(/console\.log\(.*\);? \/\/ (.+)$/gm)];
	expect(reports.map(({ said }) => said)).toEqual(comments.map(([, c]) => c));
	for (const { said, logged } of reports) {
		const text = logged
			.map((v) => (typeof v === "string" ? v : JSON.stringify(v)))
			.join(" ");
		expect(rounded(text)).toBe(rounded(said));
	}
}

/** A text with its numbers to three digits and without spaces. */
function rounded(text: string): string {
	return text
		.replace(/-?\d+\.?\d*(?:e[+-]?\d+)?/g, (n) =>
			String(Number(Number(n).toPrecision(3))),
		)
		.replace(/\s+/g, "");
}
