// Keeps what is painted in the browser's private storage, so that neither a reload nor a crash loses it.
import { effect } from "@preact/signals";
import { picturePng } from "./downloads.ts";
import {
	classNames,
	type PaintedPicture,
	paintedPicture,
	pictures,
	restIsBackground,
	saved,
	strokes,
} from "./painting.ts";
import { problem } from "./state.ts";
import { type Files, openFolder } from "./store.ts";

const FOLDER = "painting";
const INDEX = "painting.json";
/** Held by the tab that paints: two would overwrite each other's. */
const LOCK = "wgrad-painting";
/** Milliseconds without a change before the changes are written. */
const REST = 300;

interface Index {
	readonly classNames: readonly string[];
	readonly restIsBackground: boolean;
	readonly pictures: readonly Pick<PaintedPicture, "key" | "name">[];
}

let begun = false;

/** Brings back what was painted here, and keeps what is painted from now on, unless another tab does. */
export function keepPainting(): void {
	if (begun) return;
	begun = true;
	navigator.locks
		.request(LOCK, { ifAvailable: true }, async (lock) => {
			if (!lock) return;
			const files = await openFolder(FOLDER);
			keep(files, await restore(files));
			// As long as the tab is there.
			await new Promise(() => {});
		})
		// Where there is no such storage nothing is kept, and the browser asks before a reload.
		.catch(() => {});
}

type Masks = Map<string, Uint8Array>;

/** Shows what is kept; returns its masks by the pictures' keys. */
async function restore(files: Files): Promise<Masks> {
	const masks: Masks = new Map();
	const bytes = await files.read(INDEX);
	if (!bytes) return masks;
	const index: Index = JSON.parse(new TextDecoder().decode(bytes));
	const found: PaintedPicture[] = [];
	for (const { key, name } of index.pictures) {
		const [png, ids] = [
			await files.read(`${key}.png`),
			await files.read(`${key}.mask`),
		];
		if (!png || !ids) continue;
		const picture = await paintedPicture(new Blob([png]), name, key);
		if (ids.length !== picture.ids.length) continue;
		picture.ids.set(ids);
		masks.set(key, ids);
		found.push(picture);
	}
	if (found.length) {
		classNames.value = index.classNames;
		restIsBackground.value = index.restIsBackground;
		pictures.value = [...found, ...pictures.value];
	}
	return masks;
}

/** Writes what changes a moment after it has changed. */
function keep(files: Files, masks: Masks): void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let work = Promise.resolve();
	let changes = 0;
	effect(() => {
		strokes.value;
		const index: Index = {
			classNames: classNames.value,
			restIsBackground: restIsBackground.value,
			pictures: pictures.value.map(({ key, name }) => ({ key, name })),
		};
		const now = ++changes;
		clearTimeout(timer);
		timer = setTimeout(() => {
			work = work
				.then(() => save(files, masks, index))
				.then(() => {
					if (now === changes) saved();
				})
				.catch((error: Error) => {
					problem.value = `What you paint is not kept over a reload: ${error.message}`;
				});
		}, REST);
	});
}

/** Writes what differs from what is kept, the index after what it names. */
async function save(files: Files, masks: Masks, index: Index): Promise<void> {
	const now = pictures.value;
	for (const { key, picture, ids } of now) {
		const kept = masks.get(key);
		if (kept && isSame(kept, ids)) continue;
		if (!kept) await files.write(`${key}.png`, await picturePng(picture));
		const copy = ids.slice();
		await files.write(`${key}.mask`, copy);
		masks.set(key, copy);
	}
	await files.write(INDEX, JSON.stringify(index));
	for (const key of masks.keys()) {
		if (now.some((picture) => picture.key === key)) continue;
		masks.delete(key);
		for (const end of ["png", "mask"]) await files.remove(`${key}.${end}`);
	}
}

const isSame = (a: Uint8Array, b: Uint8Array) => a.every((v, i) => v === b[i]);
