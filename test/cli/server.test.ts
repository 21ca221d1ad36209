import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../src/app/http-host.ts";
import type { JobEvent } from "../../src/app/job.ts";
import type { LocalServer } from "../../src/cli/local-server.ts";
import { serveJob } from "../../src/cli/server.ts";

const app = mkdtempSync(join(tmpdir(), "wgrad-server-test-"));
writeFileSync(join(app, "index.html"), "<!doctype html><title>page</title>");

const events: JobEvent[] = [];
const results = new Map<string, Uint8Array>();
let server: LocalServer;

beforeAll(async () => {
	const host = {
		read: async (name: string) => {
			if (name !== "set.images") throw new Error(`there is no ${name}`);
			return Uint8Array.of(1, 2, 3);
		},
		event: async (event: JobEvent) => {
			events.push(event);
			return { stop: events.length > 1 };
		},
		write: async (name: string, bytes: Uint8Array) => {
			results.set(name, bytes);
		},
	};
	server = await serveJob({ kind: "check", device: "webgpu" }, host, app);
});
afterAll(() => {
	server?.close();
	rmSync(app, { recursive: true, force: true });
});

test("the page's client and the server understand each other", async () => {
	const { job, host } = await connect(server.url);
	expect(job).toEqual({ kind: "check", device: "webgpu" });
	expect(await host.read("set.images")).toEqual(Uint8Array.of(1, 2, 3));
	const event = { type: "done", stopped: false } as const;
	expect(await host.event(event)).toEqual({ stop: false });
	expect(await host.event(event)).toEqual({ stop: true });
	expect(events).toEqual([event, event]);
	await host.write("sample/1/0", Uint8Array.of(9));
	expect([...(results.get("sample/1/0") ?? [])]).toEqual([9]);
	await expect(host.read("etc")).rejects.toThrow("there is no etc");
});

test("serves the page, and nothing outside its folder", async () => {
	const page = await fetch(server.url);
	expect(await page.text()).toContain("<title>page</title>");
	expect(page.headers.get("content-security-policy")).toContain("'self'");
	const { pathname } = new URL(server.url);
	const outside = await get(`${pathname}../../../../etc/passwd`);
	expect([403, 404]).toContain(outside.status);
});

test("listens on 127.0.0.1 and refuses requests without the secret or with another Host", async () => {
	const { hostname, pathname, host } = new URL(server.url);
	expect(hostname).toBe("127.0.0.1");
	expect((await get("/")).status).toBe(403);
	expect((await get("/api/job")).status).toBe(403);
	expect((await get(`/${"0".repeat(32)}/`)).status).toBe(403);
	expect((await get(pathname, "evil.example")).status).toBe(403);
	expect((await get(pathname, `localhost:${host.split(":")[1]}`)).status).toBe(
		403,
	);
	expect((await get(pathname, host)).status).toBe(200);
});

/** A request as it is: fetch would normalise the path and set Host itself. */
function get(path: string, host?: string): Promise<{ status: number }> {
	const { port } = new URL(server.url);
	const headers = host === undefined ? {} : { host };
	return new Promise((resolve, reject) => {
		const options = { host: "127.0.0.1", port, path, headers };
		request(options, (response) => {
			response.resume();
			resolve({ status: response.statusCode ?? 0 });
		})
			.once("error", reject)
			.end();
	});
}
