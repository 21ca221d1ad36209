import { type ChildProcess, spawn } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import { buildAll } from "../../scripts/build.ts";
import { encodeNpy } from "../../src/data/npy.ts";
import { indexPng } from "../../src/data/picture.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
// Below node_modules, so that the built command finds its packages; never stale.
const built = join(root, "node_modules", ".cache", `wgrad-${process.pid}`);

const running = new Set<ChildProcess>();

/** A folder for the files of one test file, removed at its end. */
export const folder = mkdtempSync(join(tmpdir(), "wgrad-cli-test-"));

/** Builds the command for the tests of a file. */
export function useBuiltCommand(): void {
	beforeAll(() => buildAll(built, { declarations: false }));
	afterAll(() => {
		// A test that failed may have left its command running.
		for (const child of running) child.kill("SIGKILL");
		rmSync(built, { recursive: true, force: true });
		rmSync(folder, { recursive: true, force: true });
	});
}

/** How a run of the command ended. */
export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** A run of the command that is under way. */
export interface Running {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	/** Resolves when stderr has a match; rejects when the run ends before. */
	said(pattern: RegExp): Promise<RegExpMatchArray>;
}

/** Starts `wgrad` with these arguments in `folder`. */
export function start(
	args: readonly string[],
	env: Record<string, string> = {},
): Running {
	const child = spawn(
		process.execPath,
		[join(built, "cli", "wgrad.js"), ...args],
		{ cwd: folder, env: { ...process.env, ...env } },
	);
	running.add(child);
	child.once("close", () => running.delete(child));
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (text) => {
		stdout += text;
	});
	child.stderr.on("data", (text) => {
		stderr += text;
	});
	const ended = new Promise<Ended>((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, stdout, stderr }));
	});
	const said = (pattern: RegExp) =>
		new Promise<RegExpMatchArray>((resolve, reject) => {
			const look = () => {
				const match = stderr.match(pattern);
				if (match) resolve(match);
			};
			child.stderr.on("data", look);
			look();
			ended.then(() =>
				reject(new Error(`ended without ${pattern}: ${stderr}`)),
			);
		});
	return { child, ended, said };
}

/** Runs `wgrad` to its end. */
export function wgrad(...args: string[]): Promise<Ended> {
	return start(args).ended;
}

/** Runs `wgrad` where no browser can start: an attempt would end with code 4. */
export function wgradWithoutBrowser(...args: string[]): Promise<Ended> {
	return start(args, {
		PUPPETEER_EXECUTABLE_PATH: join(folder, "no-browser-here"),
	}).ended;
}

/** Runs the command and expects one sentence on stderr, nothing on stdout, no stack, and no run folder left. */
export async function expectError(
	args: readonly string[],
	code: number,
	...texts: (string | RegExp)[]
): Promise<void> {
	const ended = await wgradWithoutBrowser(...args);
	for (const text of texts) expect(ended.stderr).toMatch(text);
	expect(ended.stderr).not.toMatch(/\n\s+at /);
	expect(ended.stdout).toBe("");
	expect(ended.code).toBe(code);
	expect(existsSync(join(folder, "run"))).toBe(false);
}

/** Arguments that train on a folder into the folder `run`. */
export const trainOn = (data: string, ...more: string[]) => [
	"train",
	"--data",
	data,
	"--out",
	"run",
	...more,
];

/** Writes a file below `folder`, making its folders. Returns its path. */
export function put(name: string, data: string | Uint8Array): string {
	const path = join(folder, name);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, data);
	return path;
}

/** Writes a pair of .npy files: images of this shape, half of each labelled 1. Returns the folder. */
export function putArrays(name: string, shape: readonly number[]): string {
	const [count, height, width, channels = 1] = shape;
	const labels = new Uint8Array(count * height * width);
	for (let i = 0; i < labels.length; i += 2) labels[i] = 1;
	const images = new Uint8Array(labels.length * channels).fill(99);
	put(`${name}/images.npy`, encodeNpy(shape, images));
	put(`${name}/labels.npy`, encodeNpy([count, height, width], labels));
	return join(folder, name);
}

/** Writes gray images of one size: a bright square, and its mask of 0 and `value`. Returns the folder. */
export function putSquares(
	name: string,
	count: number,
	options: { height?: number; width?: number; value?: number } = {},
): string {
	const { height = 16, width = 20, value = 1 } = options;
	for (let n = 0; n < count; n++) {
		const image = new Uint8Array(height * width).fill(40);
		const mask = new Uint8Array(height * width);
		for (let y = 3; y < 10; y++) {
			for (let x = 2 + n; x < 9 + n; x++) {
				image[y * width + x] = 200;
				mask[y * width + x] = value;
			}
		}
		put(`${name}/images/${n}.png`, indexPng(image, height, width));
		put(`${name}/masks/${n}.png`, indexPng(mask, height, width));
	}
	return join(folder, name);
}
