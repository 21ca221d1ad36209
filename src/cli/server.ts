import { randomBytes } from "node:crypto";
import {
	createServer,
	type IncomingMessage,
	type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import sirv from "sirv";
import type { Job, JobEvent, JobHost } from "../app/job.ts";

/** The page's files, beside the folder of this built file. */
const APP = fileURLToPath(new URL("../app/", import.meta.url));

/** A running server of one job. */
export interface JobServer {
	/** Address of the page. */
	readonly url: string;
	close(): void;
}

/**
 * Serves the page and the job's host on 127.0.0.1 alone. Other programs and
 * web pages cannot reach it: the path starts with a secret, and the Host
 * header must be the server's own, which stops DNS rebinding.
 */
export async function serveJob(
	job: Job,
	host: JobHost,
	app = APP,
): Promise<JobServer> {
	const prefix = `/${randomBytes(16).toString("hex")}/`;
	const files = sirv(app, { dev: false, etag: false });
	let authority = "";

	const server = createServer((request, response) => {
		const { url = "" } = request;
		if (request.headers.host !== authority || !url.startsWith(prefix)) {
			return reply(response, 403, "forbidden");
		}
		response.setHeader(
			"content-security-policy",
			"default-src 'self' data: 'unsafe-inline'",
		);
		response.setHeader("cache-control", "no-store");
		request.url = url.slice(prefix.length - 1);
		if (request.url.startsWith("/api/")) {
			const path = decodeURIComponent(request.url.slice("/api/".length));
			answer(request, response, path).catch((error: Error) =>
				reply(response, 500, error.message),
			);
		} else {
			files(request, response, () => reply(response, 404, "no such file"));
		}
	});

	async function answer(
		request: IncomingMessage,
		response: ServerResponse,
		path: string,
	): Promise<void> {
		const [kind, ...rest] = path.split("/");
		const name = rest.join("/");
		const key = `${request.method} ${kind}`;
		if (key === "GET job") {
			replyJson(response, job);
		} else if (key === "GET data") {
			reply(response, 200, await host.read(name), "application/octet-stream");
		} else if (key === "POST event") {
			const event = JSON.parse((await body(request)).toString()) as JobEvent;
			replyJson(response, await host.event(event));
		} else if (key === "POST result") {
			await host.write(name, await body(request));
			reply(response, 204, "");
		} else {
			reply(response, 404, "no such request");
		}
	}

	// Chrome may send on a kept connection in the moment its time is up.
	server.keepAliveTimeout = 0;
	await new Promise<void>((done, fail) => {
		server.once("error", fail);
		server.listen(0, "127.0.0.1", done);
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

async function body(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part);
	return Buffer.concat(parts);
}

function replyJson(response: ServerResponse, value: unknown): void {
	reply(response, 200, JSON.stringify(value), "application/json");
}

function reply(
	response: ServerResponse,
	status: number,
	data: string | Uint8Array,
	type = "text/plain",
): void {
	if (response.headersSent) return;
	response.writeHead(status, { "content-type": type });
	response.end(data);
}
