// Trains what docs/seeds tells of, and writes its pages: `npm run seeds [-- NAME ...]`.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LIST, listOf, pageOf, pictureOf } from "./page.ts";
import { trainings } from "./trainings.ts";

const PAGES = join("docs", "seeds");
const PICTURES = join("docs", "pictures");

async function main(names: readonly string[]): Promise<void> {
	for (const name of names) {
		if (!Object.hasOwn(trainings, name)) {
			console.error(
				`${name}: there is no such training; give ${Object.keys(trainings).join(", ")}`,
			);
			process.exitCode = 2;
			return;
		}
	}
	for (const name of names) {
		const training = trainings[name];
		const data = await training.data();
		if (data === undefined) {
			console.log(`skipped: ${name}, whose data is not beside the repository`);
			continue;
		}
		const run = join("runs", `seed-${name}`);
		const options = ["--data", data, ...training.options, "--runtime", "node"];
		rmSync(run, { recursive: true, force: true });
		const { status } = spawnSync(
			process.execPath,
			["dist/cli/wgrad.js", "train", ...options, "--out", run],
			{ stdio: "inherit" },
		);
		if (status !== 0) {
			process.exitCode = 1;
			return;
		}
		const picture = `seed-${name}.png`;
		mkdirSync(PAGES, { recursive: true });
		writeFileSync(join(PICTURES, picture), pictureOf(run));
		const page = pageOf(
			run,
			training,
			`npx wgrad train ${options.map(quoted).join(" ")}`,
			`../pictures/${picture}`,
		);
		writeFileSync(join(PAGES, `${name}.md`), page);
		writeFileSync(join(PAGES, LIST), listOf(PAGES));
		console.log(`Written: ${join(PAGES, `${name}.md`)}`);
	}
}

/** As a shell takes it. */
function quoted(word: string): string {
	if (/^[\w./,=:-]+$/.test(word)) return word;
	return word.includes('"') ? `'${word}'` : `"${word}"`;
}

const given = process.argv.slice(2);
await main(given.length ? given : Object.keys(trainings));
