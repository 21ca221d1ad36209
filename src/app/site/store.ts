// The runs of this browser: folders of the origin's private file system.
import type { RunRecord, RunSource } from "./run-record.ts";

const RECORD = "run.json";
const DAY = 86_400_000;

/** Name of a run that is made at a time. */
export const idOf = (time: number) =>
	new Date(time).toISOString().replace(/\D/g, "");

/** The files of a folder; the `/` of names are kept as dots. */
export interface Files {
	/** Undefined when there is no such file. */
	read(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
	/** A part of a file that is there. */
	slice(
		name: string,
		from: number,
		to: number,
	): Promise<Uint8Array<ArrayBuffer>>;
	/** Writes a file whole or not at all. */
	write(name: string, data: FileSystemWriteChunkType): Promise<void>;
	/** A file that is written piece by piece and there once closed. */
	open(name: string): Promise<FileSystemWritableFileStream>;
	remove(name: string): Promise<void>;
}

/** The files of one run. */
export interface RunFiles extends Files {
	record(): Promise<RunRecord>;
	setRecord(record: RunRecord): Promise<void>;
}

/** The files of a folder of the origin's private file system, which is made where it is not there. */
export async function openFolder(name: string): Promise<Files> {
	return filesIn(await rootFolder(name));
}

function filesIn(folder: FileSystemDirectoryHandle): Files {
	const fileOf = (name: string, create = false) =>
		folder.getFileHandle(name.replaceAll("/", "."), { create });
	const open = async (name: string) =>
		(await fileOf(name, true)).createWritable();
	const write: Files["write"] = async (name, data) => {
		try {
			const stream = await open(name);
			await stream.write(data);
			await stream.close();
		} catch (error) {
			throw explained(error as Error);
		}
	};
	const read: Files["read"] = async (name) => {
		const handle = await fileOf(name).catch(() => undefined);
		return handle && bytesOf(await handle.getFile());
	};
	return {
		read,
		slice: async (name, from, to) =>
			bytesOf((await (await fileOf(name)).getFile()).slice(from, to)),
		write,
		open,
		remove: (name) => folder.removeEntry(name.replaceAll("/", ".")),
	};
}

/** The files of a run; a new one's folder is made. */
export async function openRun(id: string, create = false): Promise<RunFiles> {
	const runs = await runsFolder();
	const files = filesIn(await runs.getDirectoryHandle(id, { create }));
	return {
		...files,
		async record() {
			const bytes = await files.read(RECORD);
			if (!bytes) throw new Error(`the run ${id} is not complete; remove it`);
			const record: RunRecord = JSON.parse(new TextDecoder().decode(bytes));
			const cut = record.status === "running" && !(await isLocked(id));
			return cut ? { ...record, status: "cut off" } : record;
		},
		setRecord: (record) => files.write(RECORD, JSON.stringify(record)),
	};
}

/** The runs that can be looked at, the newest first. */
export async function listRuns(): Promise<RunRecord[]> {
	const records: RunRecord[] = [];
	for await (const id of (await runsFolder()).keys()) {
		const record = await openRun(id)
			.then((files) => files.record())
			.catch(() => undefined);
		if (record) records.push(record);
		// Given up before it began, for another tab would be done by now.
		else if (id < idOf(Date.now() - DAY)) await removeRun(id);
	}
	return records.sort((a, b) => b.created - a.created);
}

/** Removes a run for good. */
export async function removeRun(id: string): Promise<void> {
	await (await runsFolder()).removeEntry(id, { recursive: true });
}

/** The lock that a run is trained under. */
export const lockOf = (id: string) => `wgrad-run-${id}`;

/** Whether a run is trained right now, in this tab or another. */
async function isLocked(id: string): Promise<boolean> {
	const { held } = await navigator.locks.query();
	return held?.some(({ name }) => name === lockOf(id)) ?? false;
}

/** What the page shows of a run of this browser. */
export async function storedRun(id: string): Promise<RunSource> {
	const files = await openRun(id);
	const record = await files.record();
	const { valid } = record.job;
	const each = sampleSize(valid);
	return {
		record,
		valid: (i) => files.slice("valid", i * each, (i + 1) * each),
		async prediction(epoch, index) {
			const bytes = await files.read(`sample/${epoch}/${index}`);
			if (!bytes) throw new Error(`epoch ${epoch} has no samples`);
			return bytes;
		},
		checkpoint: (name) => files.read(`checkpoint/${name}`),
		ranked: (index) => files.read(`ranked/${index}`),
	};
}

/** Bytes of an image and its labels. */
export function sampleSize(set: RunRecord["job"]["valid"]): number {
	const { height, width, channels, dtype } = set;
	return height * width * (channels * (dtype === "u8" ? 1 : 4) + 1);
}

/** What to do when the browser gives no more room. */
export function explained(error: Error): Error {
	return error.name === "QuotaExceededError"
		? new Error(
				"the browser gives this page no more room: remove earlier trainings, or take fewer or smaller pictures",
			)
		: error;
}

const runsFolder = () => rootFolder("runs");

async function rootFolder(name: string): Promise<FileSystemDirectoryHandle> {
	const root = await navigator.storage.getDirectory();
	return root.getDirectoryHandle(name, { create: true });
}

async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
	return new Uint8Array(await file.arrayBuffer());
}
