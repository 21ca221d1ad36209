// The folder of the user's, and what was found in it.
import { signal } from "@preact/signals";
import type { FolderFound } from "./folder-set.ts";
import type { FoundClass } from "./found-classes.ts";

export const folderName = signal<string | undefined>(undefined);
export const found = signal<FolderFound | undefined>(undefined);
/** What was found, as the user has named it. */
export const values = signal<readonly FoundClass[]>([]);
/** Why the folder cannot be used. */
export const unusable = signal<string | undefined>(undefined);

/** Changes what one value means. */
export function changeValue(value: number, change: Partial<FoundClass>): void {
	values.value = values.value.map((other) =>
		other.value === value ? { ...other, ...change } : other,
	);
}
