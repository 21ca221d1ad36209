import { randomBytes } from "node:crypto";
import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import sirv from "sirv";

/** A running server. */
export interface LocalServer {
	/** Address of the page. */
	readonly url: string;
	close(): void;
}

/** What a server offers. */
export interface LocalOptions {
	/** Folder of the page's files. */
	readonly folder: string;
	/** What the page may load, as a Content-Security-Policy. */
	readonly policy: string;
	/** Answers requests below `api/`. */
	answer?(
		request: IncomingMessage,
		response: ServerResponse,
		path: string,
	): Promise<void>;
	/** Whether others of this machine may ask too; else the address holds a secret. */
	readonly open?: boolean;
	/** Any free one, if not given or in use. */
	readonly port?: number;
}

/**
 * Serves a page on 127.0.0.1 alone. Other web pages cannot reach it: the Host
 * header must be the server's own, which stops DNS rebinding, and unless it is
 * `open` the path starts with a secret, which stops other programs too.
 */
export async function serveLocally(
	options: LocalOptions,
): Promise<LocalServer> {
	const { folder, policy, answer, open, port } = options;
	const prefix = open ? "/" : `/${randomBytes(16).toString("hex")}/`;
	const files = sirv(folder, { dev: false, etag: false });
	let authority = "";
	const server = createServer((request, response) => {
		const { url = "" } = request;
		if (request.headers.host !== authority || !url.startsWith(prefix)) {
			return reply(response, 403, "forbidden");
		}
		response.setHeader("content-security-policy", policy);
		response.setHeader("cache-control", "no-store");
		request.url = url.slice(prefix.length - 1);
		if (answer && request.url.startsWith("/api/")) {
			const path = decodeURIComponent(request.url.slice("/api/".length));
			answer(request, response, path).catch((error: Error) =>
				reply(response, 500, error.message),
			);
		} else {
			files(request, response, () => reply(response, 404, "no such file"));
		}
	});
	// Chrome may send on a kept connection in the moment its time is up.
	server.keepAliveTimeout = 0;
	const listen = (port: number) =>
		new Promise<void>((done, fail) => {
			server.once("error", fail);
			server.listen(port, "127.0.0.1", () => {
				server.off("error", fail);
				done();
			});
		});
	await listen(port ?? 0).catch((error: NodeJS.ErrnoException) => {
		if (error.code !== "EADDRINUSE") throw error;
		return listen(0);
	});
	authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url: `http://${authority}${prefix}`,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

/** All that a request sends. */
export async function body(
	request: IncomingMessage,
): Promise<Buffer<ArrayBuffer>> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part);
	return Buffer.concat(parts);
}

/** Answers with JSON. */
export function replyJson(response: ServerResponse, value: unknown): void {
	reply(response, 200, JSON.stringify(value), "application/json");
}

/** Answers, unless something was answered already. */
export function reply(
	response: ServerResponse,
	status: number,
	data: string | Uint8Array,
	type = "text/plain",
): void {
	if (response.headersSent) return;
	response.writeHead(status, { "content-type": type });
	response.end(data);
}
