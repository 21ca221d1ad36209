import { readdirSync } from "node:fs";

/** Where the files of the table lie. */
export const caseFolder = new URL("./cases/", import.meta.url);

/** The files of the table, one per family of ops. */
export const caseFiles: readonly string[] = readdirSync(caseFolder)
	.filter((name) => name.endsWith(".ts"))
	.sort();
