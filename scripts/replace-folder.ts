import { existsSync, renameSync, rmSync } from "node:fs";

/** Makes a folder anew: what was there before is replaced at the end, in one step. */
export async function replaceFolder(
	out: string,
	make: (fresh: string) => Promise<void>,
): Promise<void> {
	const fresh = `${out}.${process.pid}.tmp`;
	const old = `${out}.${process.pid}.old`;
	try {
		await make(fresh);
		if (existsSync(out)) renameSync(out, old);
		renameSync(fresh, out);
		rmSync(old, { recursive: true, force: true });
	} finally {
		rmSync(fresh, { recursive: true, force: true });
	}
}
