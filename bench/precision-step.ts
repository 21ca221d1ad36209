import { capture, webgpuDevice } from "../src/engine/index.ts";
import { uploadBatch } from "../src/unet/batch-step.ts";
import {
	adam,
	halfPrecision,
	optimizerState,
	type Precision,
	unet,
} from "../src/unet/index.ts";
import { plainStep, trainingStep } from "../src/unet/training-step.ts";
import { benchNet } from "./bench-net.ts";
import type { PrecisionArgument, PrecisionStep } from "./precision-report.ts";
import { median } from "./timing.ts";

const ROUNDS = 15;

/** Times captured training steps of a net in f32 and in f16, taking turns. */
export async function run(
	{ net }: PrecisionArgument,
	gpu?: GPU,
): Promise<PrecisionStep> {
	const device = await webgpuDevice(gpu ? { gpu } : {});
	const { options, batch } = benchNet(net);
	const makeStep = async (precision?: Precision) => {
		const model = unet(options, { seed: 0, device });
		const optimizer = adam();
		const state = optimizerState(optimizer, model.params);
		const scaling = precision?.start(device);
		const made = [model, { precision }, optimizer, state, undefined] as const;
		const start = performance.now();
		const step = trainingStep(...made, model.params, scaling);
		await step.prepare(batch.shape);
		const prepared = performance.now() - start;
		const first = await step(batch, 1e-3);
		// The same step once more, for the memory of its program.
		const program = capture(
			plainStep(...made, () => 1e-3, model.params, scaling),
		);
		const { x, labels } = uploadBatch(batch, device);
		const report = await program.prepare(x, labels);
		program.free();
		const { planned = 0 } = report?.memory ?? {};
		return {
			step,
			first,
			prepared,
			planned,
			dispatches: report?.dispatches ?? 0,
		};
	};
	const subjects = {
		f32: await makeStep(),
		f16: await makeStep(halfPrecision()),
	};
	const samples = {
		f32: [] as { wall: number; cpu: number; loss: number }[],
		f16: [] as { wall: number; cpu: number; loss: number }[],
	};
	for (let round = 1; round <= ROUNDS; round++) {
		console.info(`round ${round} of ${ROUNDS}`);
		for (const name of ["f32", "f16"] as const) {
			const start = performance.now();
			const cpu = cpuMilliseconds();
			const loss = await subjects[name].step(batch, 1e-3);
			samples[name].push({
				wall: performance.now() - start,
				cpu: cpuMilliseconds() - cpu,
				loss,
			});
		}
	}
	const figures = (name: "f32" | "f16") => {
		const { planned, dispatches, prepared, first } = subjects[name];
		return {
			...{ planned, dispatches, prepared, first },
			wall: median(samples[name].map((s) => s.wall)),
			cpu: median(samples[name].map((s) => s.cpu)),
			last: samples[name][ROUNDS - 1].loss,
		};
	};
	const found = {
		adapter: device.identity.description,
		net,
		f32: figures("f32"),
		f16: figures("f16"),
	};
	device.destroy();
	return found;
}

/** Of this process, which executes the shaders of software adapters in Node; NaN in a page. */
function cpuMilliseconds(): number {
	if (typeof process === "undefined") return Number.NaN;
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}
