import { fileURLToPath } from "node:url";
import type { Job, JobEvent, JobHost } from "../app/job.ts";
import {
	body,
	type LocalServer,
	reply,
	replyJson,
	serveLocally,
} from "./local-server.ts";

/** The page's files, beside the folder of this built file. */
const APP = fileURLToPath(new URL("../app/", import.meta.url));

/** Serves the page and the job's host to the browser that runs the job. */
export function serveJob(
	job: Job,
	host: JobHost,
	app = APP,
): Promise<LocalServer> {
	return serveLocally({
		folder: app,
		policy: "default-src 'self' data: 'unsafe-inline'",
		async answer(request, response, path) {
			const [kind, ...rest] = path.split("/");
			const name = rest.join("/");
			const key = `${request.method} ${kind}`;
			if (key === "GET job") {
				replyJson(response, job);
			} else if (key === "GET data") {
				const bytes = await host.read(name);
				reply(response, 200, bytes, "application/octet-stream");
			} else if (key === "POST event") {
				const event = JSON.parse((await body(request)).toString()) as JobEvent;
				replyJson(response, await host.event(event));
			} else if (key === "POST result") {
				await host.write(name, await body(request));
				reply(response, 204, "");
			} else {
				reply(response, 404, "no such request");
			}
		},
	});
}
