import { readdirSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "puppeteer-core";

const PREFIX = "wgrad-profile-";
const DAY = 86_400_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A browser's own user-data folder, which lives as long as the browser. */
export interface Profile {
	folder: string;
	/** From now on the end of this process ends the browser and its profile. */
	removeOnExit(browser: Browser): void;
	remove(): Promise<void>;
}

/** Makes an empty profile under the system's folder for temporary files. */
export async function createProfile(): Promise<Profile> {
	removeAbandoned();
	const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
	return {
		folder,
		removeOnExit: (browser) => watch(folder, browser),
		async remove() {
			unwatch(folder);
			await rm(folder, { recursive: true, force: true, maxRetries: 10 });
		},
	};
}

const live = new Map<string, Browser>();

function watch(folder: string, browser: Browser): void {
	if (live.size === 0) {
		process.on("exit", removeAll);
		for (const signal of SIGNALS) process.on(signal, onSignal);
	}
	live.set(folder, browser);
}

function unwatch(folder: string): void {
	if (!live.delete(folder) || live.size > 0) return;
	process.off("exit", removeAll);
	for (const signal of SIGNALS) process.off(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
	// A command that listens too (to write a checkpoint) decides when to end.
	if (process.listenerCount(signal) > 1) return;
	removeAll();
	process.off(signal, onSignal);
	process.kill(process.pid, signal);
}

// This process is ending, so nothing here may wait for the event loop.
function removeAll(): void {
	for (const browser of live.values()) killBrowser(browser);
	for (const folder of live.keys()) {
		// The killed helper processes may write for some milliseconds more.
		for (let tries = 0; tries < 20; tries++) {
			sleepSync(25);
			if (tryRemove(folder)) break;
		}
	}
	live.clear();
}

/** Kills the browser and its helper processes outright. */
export function killBrowser(browser: Browser): void {
	const pid = browser.process()?.pid;
	if (pid === undefined) return;
	try {
		// Puppeteer makes the browser a process group, whose number is negative.
		process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
	} catch {
		// It has ended already.
	}
}

function tryRemove(folder: string): boolean {
	try {
		rmSync(folder, { recursive: true, force: true });
		return true;
	} catch {
		return false;
	}
}

function sleepSync(milliseconds: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Removes the profiles of wgrad processes that were killed outright. */
function removeAbandoned(): void {
	for (const name of readdirSync(tmpdir())) {
		if (!name.startsWith(PREFIX)) continue;
		const folder = join(tmpdir(), name);
		const owner = Number(name.slice(PREFIX.length).split("-")[0]);
		const stat = statSync(folder, { throwIfNoEntry: false });
		// The age guards a process of a container that shares this folder but
		// not our process numbers.
		if (!stat || isRunning(owner) || Date.now() - stat.mtimeMs < DAY) continue;
		if (process.getuid && stat.uid !== process.getuid()) continue;
		tryRemove(folder);
	}
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
