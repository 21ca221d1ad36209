import { command } from "./command.ts";
import { InterruptedError, listenForInterrupt } from "./interrupt.ts";
import * as option from "./option.ts";
import { openInBrowser, serveSite } from "./site.ts";
import { openTerminal } from "./terminal.ts";

/** The browser keeps runs by address, so the address stays the same. */
const PORT = 8439;

/** `wgrad ui`. */
export const ui = command({
	name: "ui",
	summary: "Opens the page that trains in your browser.",
	options: {
		port: option.wholeNumber("N", `port on 127.0.0.1 (${PORT})`, 1, 65535),
	},
	example: "wgrad ui",
	notes: [
		"The page's runs are kept in the browser, by address: with another port they seem gone.",
		"Ctrl-C ends it; docs/site.md says how to put the page on a server of your own.",
	],
	async run({ port = PORT }) {
		const terminal = openTerminal();
		const interrupt = listenForInterrupt();
		const server = await serveSite({ open: true, port });
		const { url } = server;
		if (new URL(url).port !== String(port)) {
			terminal.warn(
				`port ${port} is in use (by another wgrad ui?), so runs of that address are not shown`,
			);
		}
		terminal.result(url);
		terminal.note("Ctrl-C ends it");
		openInBrowser(url);
		try {
			await interrupt.abandonable(new Promise(() => {}));
		} catch (error) {
			if (!(error instanceof InterruptedError)) throw error;
		} finally {
			server.close();
		}
		return 0;
	},
});
