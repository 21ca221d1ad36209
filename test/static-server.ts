import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import sirv from "sirv";

/** A server of a folder's files on 127.0.0.1. */
export interface StaticServer {
	readonly url: string;
	close(): void;
}

/** Serves a folder as any static host does. */
export async function serveFolder(folder: string): Promise<StaticServer> {
	const files = sirv(folder, { dev: true });
	const server = createServer((request, response) =>
		files(request, response, () => {
			response.statusCode = 404;
			response.end();
		}),
	);
	await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/`,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}
