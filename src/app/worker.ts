import { webgpuDevice } from "../index.ts";
import { connect } from "./http-host.ts";
import type { JobEvent, JobHost } from "./job.ts";
import { runJob } from "./run-job.ts";

// In a worker, because a hidden page's timers crawl and training would freeze a visible one.
try {
	const { job, host } = await connect(self.location.href);
	const shown: JobHost = {
		...host,
		event(event: JobEvent) {
			self.postMessage(event);
			return host.event(event);
		},
	};
	await runJob(job, shown, () => webgpuDevice());
} catch (error) {
	// The page hears of thrown errors, but not of rejected promises.
	self.reportError(error);
}
