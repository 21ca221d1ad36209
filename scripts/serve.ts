import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import sirv from "sirv";

/** A server of a folder's files on 127.0.0.1. */
export interface StaticServer {
	readonly url: string;
	close(): void;
}

/** Serves a folder as any static host does; on any free port, unless one is given. */
export async function serveFolder(
	folder: string,
	wanted = 0,
): Promise<StaticServer> {
	const files = sirv(folder, { dev: true });
	const server = createServer((request, response) =>
		files(request, response, () => {
			response.statusCode = 404;
			response.end();
		}),
	);
	await new Promise<void>((done, fail) => {
		server.once("error", fail);
		server.listen(wanted, "127.0.0.1", done);
	});
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/`,
		close() {
			server.close();
			server.closeAllConnections();
		},
	};
}

// npm run examples
if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { url } = await serveFolder(process.cwd(), 8080).catch(() =>
		serveFolder(process.cwd()),
	);
	console.log(`${url}examples/`);
}
