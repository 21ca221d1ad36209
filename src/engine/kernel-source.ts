import type { Kernel } from "./kernel.ts";
import { kernelOf } from "./kernel-text.ts";

/**
 * A kernel from WGSL text, for an op of your own. The text has one entry point
 * `main`; in group 0 the op's inputs under their names, the output as `y` and
 * at most one uniform, `params` of a `struct Params` of scalars and vectors.
 * What is wrong with it the adapter says at the next read (DeviceError).
 */
export function kernelFrom(name: string, wgsl: string): Kernel {
	return kernelOf(name, compact(wgsl, true));
}

/** Longer operators first, so that they are matched whole. */
const TOKEN =
	/\/\/.*|\/\*[\s\S]*?\*\/|\s+|0[xX][\da-fA-F]+[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?|[A-Za-z_]\w*|<<=|>>=|->|&&|\|\||[-+*/%&|^=!<>]=|\+\+|--|./g;

/** What would be read as one token if nothing stood between. */
const JOINS = /^([\w.]{2}|[-+*/%&|^=!<>]{2})$/;

/**
 * A kernel's text without comments and without white space that says nothing.
 * Names stay: letters in their place make the compressed library no smaller.
 * With `lines` line breaks stay too, for the compiler's messages.
 */
export function compact(source: string, lines: boolean): string {
	let text = "";
	let before = "";
	for (const [token] of source.matchAll(TOKEN)) {
		if (/^(\s|\/\/|\/\*)/.test(token)) {
			before += token;
			continue;
		}
		// A comma behind the last of a list.
		if (before && ")}".includes(token) && text.endsWith(",")) {
			text = text.slice(0, -1);
		}
		if (lines && before.includes("\n") && text) text += "\n";
		else if (before && JOINS.test(text.slice(-1) + token[0])) text += " ";
		text += plainNumber(token);
		before = "";
	}
	return text;
}

/** A decimal fraction without zeros that say nothing. */
function plainNumber(token: string): string {
	return /^\d+\.\d+$/.test(token)
		? token.replace(/0+$/, "").replace(/^0(?=\.\d)/, "")
		: token;
}
