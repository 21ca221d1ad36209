import { readdirSync } from "node:fs";
import type { Case } from "./case.ts";

const folder = new URL("./cases/", import.meta.url);

/** The files of the table, one per family of ops. */
export const caseFiles: readonly string[] = readdirSync(folder)
	.filter((name) => name.endsWith(".ts"))
	.sort();

/** The table: the rows of every file in test/cases. In a page's bundle this module is generated (test/bundle.ts). */
export const cases: readonly Case[] = (
	await Promise.all(
		caseFiles.map(
			(name) =>
				import(/* @vite-ignore */ new URL(name, folder).pathname) as Promise<{
					cases: Case[];
				}>,
		),
	)
).flatMap((module) => module.cases);
