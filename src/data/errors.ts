/** An error that is meant for the user: one clear sentence, no stack needed. */
export class WgradError extends Error {
	/** Exit code of the command that stops with this error (1 = failure). */
	readonly exitCode: number;

	constructor(message: string, exitCode = 1) {
		super(message);
		this.name = new.target.name;
		this.exitCode = exitCode;
	}
}

/** Bad input data (exit code 3); the message starts with the file when one is to blame. */
export class DataError extends WgradError {
	/** The file or folder that is at fault, as the user wrote it. */
	readonly file: string | undefined;

	constructor(problem: string, file?: string) {
		super(file === undefined ? problem : `${file}: ${problem}`, 3);
		this.file = file;
	}
}

/** A wrong or missing option (exit code 2); the message names the option. */
export class UsageError extends WgradError {
	constructor(message: string) {
		super(message, 2);
	}
}

/** Formats a count for a message: `1204` becomes `1,204`. */
export function formatCount(count: number): string {
	return count.toLocaleString("en-US");
}

/** Lists up to five items, then how many more there are: `a, b and 7 more`. */
export function formatList(items: readonly string[], limit = 5): string {
	if (items.length <= limit) return items.join(", ");
	const rest = formatCount(items.length - limit);
	return `${items.slice(0, limit).join(", ")} and ${rest} more`;
}
