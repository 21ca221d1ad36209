/** Files by their paths within what was chosen, and what that is called. */
export interface ChosenFiles {
	readonly name: string;
	readonly files: ReadonlyMap<string, File>;
}

/** The files of a file input; a folder's carry their path. */
export function filesOfInput(list: readonly File[]): ChosenFiles {
	const paths = list.map((file) => file.webkitRelativePath || file.name);
	const [top] = paths[0]?.split("/") ?? [];
	return named(
		top ?? "files",
		list.map((file, i) => [paths[i], file]),
	);
}

/** The files that were dropped, those in folders too. */
export async function filesOfDrop(data: DataTransfer): Promise<ChosenFiles> {
	// The entries must be asked for before the first wait: the drop is over then.
	const entries = [...data.items].flatMap(
		(item) => item.webkitGetAsEntry() ?? [],
	);
	const found: [string, File][] = [];
	for (const entry of entries) await collectEntry(entry, "", found);
	return named(entries[0]?.name ?? "files", found);
}

/** The files of a folder that a browser gave access to. */
export async function filesOfFolder(
	folder: FileSystemDirectoryHandle,
): Promise<ChosenFiles> {
	const found: [string, File][] = [];
	await collectHandle(folder, "", found);
	return named(folder.name, found);
}

/** Without litter, such as hidden files. */
function named(name: string, found: [string, File][]): ChosenFiles {
	const kept = found.filter(([path]) => {
		const base = path.split("/").at(-1) ?? "";
		return !base.startsWith(".") && !/^thumbs\.db$/i.test(base);
	});
	return { name, files: new Map(kept) };
}

async function collectEntry(
	entry: FileSystemEntry,
	above: string,
	found: [string, File][],
): Promise<void> {
	const path = above ? `${above}/${entry.name}` : entry.name;
	if (entry.isFile) {
		const file = await new Promise<File>((done, fail) =>
			(entry as FileSystemFileEntry).file(done, fail),
		);
		found.push([path, file]);
		return;
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	for (;;) {
		// It gives at most a hundred at a time.
		const some = await new Promise<FileSystemEntry[]>((done, fail) =>
			reader.readEntries(done, fail),
		);
		if (some.length === 0) return;
		for (const one of some) await collectEntry(one, path, found);
	}
}

async function collectHandle(
	folder: FileSystemDirectoryHandle,
	above: string,
	found: [string, File][],
): Promise<void> {
	for await (const handle of folder.values()) {
		const path = above ? `${above}/${handle.name}` : handle.name;
		if (handle.kind === "file") found.push([path, await handle.getFile()]);
		else await collectHandle(handle, path, found);
	}
}
