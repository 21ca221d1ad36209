import type { Case } from "./case.ts";
import { caseFiles, caseFolder } from "./case-files.ts";

/** The table: the rows of every file in test/cases. In a page's bundle this module is generated (test/bundle.ts). */
export const cases: readonly Case[] = (
	await Promise.all(
		caseFiles.map(
			(name) =>
				import(
					/* @vite-ignore */ new URL(name, caseFolder).pathname
				) as Promise<{ cases: Case[] }>,
		),
	)
).flatMap((module) => module.cases);
