/** Statements that may make up what a run repeats. */
const LONGEST = 12;
/** Characters that folding a run must save: gzip finds short repetitions by itself. */
const WORTH = 20;

/** A 0 before other digits counts as a number of its own, so that it is not lost. */
const NUMBERS = /0|[1-9]\d*/g;

/**
 * A kernel's text with runs of statements that differ only in numbers, which
 * grow by equal steps, written once: what registers written out one by one
 * are. `unfold` in `src/engine/kernel-text.ts` gives the text back.
 */
export function fold(code: string): string {
	const statements = code.match(/[^;{}]*[;{}]/g) ?? [];
	if (statements.join("") !== code) return code;
	let text = "";
	for (let at = 0; at < statements.length; ) {
		const runs = Array.from({ length: LONGEST }, (_, k) =>
			runAt(statements, at, k + 1),
		);
		const best = runs.reduce((a, b) => (b.saves > a.saves ? b : a));
		const folded = best.saves >= WORTH;
		text += folded ? best.text : statements[at];
		at += folded ? best.statements : 1;
	}
	return text;
}

interface Run {
	readonly text: string;
	/** How many statements it stands for. */
	readonly statements: number;
	/** Characters less. */
	readonly saves: number;
}

/** The longest run of `length` statements repeated, from one statement on. */
function runAt(statements: readonly string[], at: number, length: number): Run {
	const group = (k: number) =>
		statements.slice(at + k * length, at + (k + 1) * length).join("");
	const numbers = (k: number) => (group(k).match(NUMBERS) ?? []).map(Number);
	const form = (k: number) => group(k).replace(NUMBERS, "0");
	const first = numbers(0);
	const steps = numbers(1).map((n, i) => n - first[i]);
	const goesOn = (k: number) =>
		form(k) === form(0) &&
		numbers(k).every((n, i) => n === first[i] + k * steps[i]);
	let times = 1;
	if (steps.every((step) => step >= 0)) while (goesOn(times)) times++;
	let i = 0;
	const body = group(0).replace(NUMBERS, (n) => {
		const step = steps[i++];
		if (!step) return n;
		return step === 1 ? `$${n}` : `$${n}@${step}`;
	});
	const text = `#${times}#${body}#`;
	const saves = times > 1 ? group(0).length * times - text.length : 0;
	return { text, statements: times * length, saves };
}
