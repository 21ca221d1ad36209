import { execFile } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import {
	checkPackage,
	createPackageFromTarballData,
} from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, expect, inject, test } from "vitest";
import { consumer } from "./consumer.ts";
import { tool } from "./tools.ts";

const compilers = {
	"TypeScript 5.7": tool("TypeScript 5.7", "typescript-5/bin/tsc"),
	"this TypeScript": resolve("node_modules/typescript/bin/tsc"),
};
/** Programs, and what tells the compiler of the platform. */
const platforms: Record<
	string,
	[file: string, lib: string[], types: string[]]
> = {
	"a page": ["user.ts", ["es2023", "dom"], []],
	Node: ["user.ts", ["es2023"], ["node"]],
};

let folder: string;
beforeAll(() => {
	folder = consumer();
	for (const name of ["@types", "undici-types"]) {
		const link = join(folder, "node_modules", name);
		symlinkSync(resolve("node_modules", name), link, "junction");
	}
});

/** What the strictest compiler says of a program that uses wgrad; no @webgpu/types. */
async function complaints(
	tsc: string,
	file: string,
	options: { lib: string[]; types: string[] },
): Promise<string> {
	const compilerOptions = {
		...{ target: "es2022", module: "nodenext", noEmit: true },
		...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
		...options,
	};
	const config = join(folder, "tsconfig.json");
	writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
	return promisify(execFile)(process.execPath, [tsc, "-p", config])
		.then(({ stdout }) => stdout)
		.catch(({ stdout, message }) => stdout || message);
}

for (const [compiler, path] of Object.entries(compilers)) {
	if (!path) continue;
	for (const [platform, [file, lib, types]] of Object.entries(platforms)) {
		test(`${compiler} takes the declarations in ${platform}`, async () => {
			expect(await complaints(path, file, { lib, types })).toBe("");
		});
	}
}

test("the compiler's own WebGPU types are taken where it has them", async () => {
	const path = compilers["this TypeScript"];
	const options = { lib: ["es2023", "dom"], types: [] };
	expect(await complaints(path, "page-user.ts", options)).toBe("");
});

test("publint finds nothing to say", async () => {
	const pkgDir = join(folder, "node_modules/wgrad");
	const { messages } = await publint({ pkgDir, pack: false, strict: true });
	const manifest = JSON.parse(
		readFileSync(join(pkgDir, "package.json"), "utf8"),
	);
	expect(messages.map((m) => formatMessage(m, manifest))).toEqual([]);
});

test("the types are not wrong for any way of importing modules", async () => {
	const tarball = createPackageFromTarballData(
		new Uint8Array(readFileSync(inject("tarball"))),
	);
	const analysis = await checkPackage(tarball);
	if (!analysis.types) throw new Error("the package has no types");
	const wrong = analysis.problems
		// Only ES modules, and exports, which compilers of 2021 do not know.
		.filter(({ kind }) => kind !== "CJSResolvesToESM")
		.filter((p) => !("resolutionKind" in p && p.resolutionKind === "node10"));
	expect(wrong).toEqual([]);
});
