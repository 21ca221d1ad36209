import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type LocalOptions, serveLocally } from "./local-server.ts";

/** The page that trains in a browser, and the digits; beside the folder of this built file. */
export const SITE = fileURLToPath(new URL("../site/", import.meta.url));

/** Serves that page. */
export const serveSite = (
	options: Omit<LocalOptions, "folder" | "policy"> = {},
) =>
	serveLocally({
		folder: SITE,
		policy:
			"default-src 'self' data: blob: 'unsafe-inline'; frame-ancestors 'none'",
		...options,
	});

/** Opens an address in the user's browser where somebody sits before the terminal. Nothing happens if that fails: the address is printed too. */
export function openInBrowser(url: string): void {
	if (!process.stderr.isTTY) return;
	const [command, ...args] =
		process.platform === "darwin"
			? ["open"]
			: process.platform === "win32"
				? ["cmd", "/c", "start", ""]
				: ["xdg-open"];
	const child = spawn(command, [...args, url], {
		stdio: "ignore",
		detached: true,
	});
	child.once("error", () => {});
	child.unref();
}
