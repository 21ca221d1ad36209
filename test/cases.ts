import type { Case } from "./case.ts";
import { caseFiles, caseFolder } from "./case-files.ts";

/** The rows by the file of test/cases that holds them. In a page's bundle this module is generated (test/bundle.ts). */
export const families: Readonly<Record<string, readonly Case[]>> =
	Object.fromEntries(
		await Promise.all(
			caseFiles.map(async (name) => {
				const path = new URL(name, caseFolder).pathname;
				const { cases } = await import(/* @vite-ignore */ path);
				return [name.replace(".ts", ""), cases as Case[]] as const;
			}),
		),
	);

/** The table: all rows. */
export const cases: readonly Case[] = Object.values(families).flat();
