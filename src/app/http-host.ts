import type { Job, JobEvent, JobHost } from "./job.ts";

/** The job and the host that the page's own server offers; `base` is the page's address. */
export async function connect(
	base: string,
): Promise<{ job: Job; host: JobHost }> {
	const at = (path: string) => new URL(`api/${path}`, base);
	const request = async (path: string, init: RequestInit = {}) => {
		const response = await fetch(at(path), init);
		if (!response.ok) {
			throw new Error(
				`${path}: the command line answered ${response.status} ${await response.text()}`,
			);
		}
		return response;
	};
	const post = (path: string, body: BodyInit) =>
		request(path, { method: "POST", body });
	const host: JobHost = {
		async read(name) {
			const response = await request(`data/${name}`);
			return new Uint8Array(await response.arrayBuffer());
		},
		async event(event: JobEvent) {
			return (await post("event", JSON.stringify(event))).json();
		},
		async write(name, bytes) {
			await post(`result/${name}`, bytes);
		},
	};
	return { job: await (await request("job")).json(), host };
}
