import { webgpuDevice } from "../index.ts";
import { connect } from "./http-host.ts";
import type { JobEvent, JobHost } from "./job.ts";
import { runJob } from "./run-job.ts";

// In a worker, because a hidden page's timers crawl and training would freeze a visible one.
try {
	const { href, hash } = self.location;
	const { job, host } = await connect(href);
	const shown: JobHost = {
		...host,
		event(event: JobEvent) {
			self.postMessage(event);
			return host.event(event);
		},
	};
	await runJob(job, shown, () => webgpuDevice(), Number(hash.slice(1)));
} catch (error) {
	// The page hears of thrown errors, but not of rejected promises.
	self.reportError(error);
}
