/** A copy without the fields that are undefined. */
export function defined<T extends object>(
	fields: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
	const entries = Object.entries(fields).filter(([, v]) => v !== undefined);
	return Object.fromEntries(entries) as ReturnType<typeof defined<T>>;
}
