import {
	browserStore,
	capture,
	type Tensor,
	tensor,
	tuned,
	webgpuDevice,
} from "../../src/engine/index.ts";
import { conv2d } from "../../src/kernels/index.ts";

/** What two devices, one after the other, found in a page's store. */
export interface StoreReport {
	readonly before: string | null;
	readonly after: string | null;
	/** Calls that each compared. */
	readonly compared: readonly number[];
}

/** Tunes one convolution on two devices that share the page's store. */
export async function run(): Promise<StoreReport> {
	const compared: number[] = [];
	const texts: (string | null)[] = [];
	for (const _ of [1, 2]) {
		const device = await webgpuDevice();
		const store = browserStore(device);
		texts.push((await store.read()) ?? null);
		await tuned(device, {
			effort: "fast",
			budget: 60_000,
			store,
			onTuned: (report) => void compared.push(report.compared),
		});
		const values = new Float32Array(16 * 16 * 8).fill(1);
		const x = tensor(values, [1, 16, 16, 8], { device });
		const w = tensor(values.slice(0, 576), [3, 3, 8, 8], { device });
		const f = capture((x: Tensor) => conv2d(x, w, { padding: "same" }));
		await f.prepare(x);
		device.destroy();
	}
	return { before: texts[0], after: texts[1], compared };
}
