import { webgpuDevice } from "../src/engine/index.ts";
import { type TuneReport, tuned } from "../src/engine/tuned.ts";
import { adam, optimizerState, unet } from "../src/unet/index.ts";
import { trainingStep } from "../src/unet/training-step.ts";
import { benchNet } from "./bench-net.ts";
import { median, rangeOf } from "./timing.ts";
import type { TuneArgument, TunedStep } from "./tune-report.ts";

const ROUNDS = 15;

/** Times a captured training step of a net untuned and tuned, taking turns. */
export async function run(
	{ net, effort }: TuneArgument,
	gpu?: GPU,
): Promise<TunedStep> {
	const device = await webgpuDevice(gpu ? { gpu } : {});
	const { options, batch } = benchNet(net);
	const makeStep = async () => {
		const start = performance.now();
		const model = unet(options, { seed: 0, device });
		const optimizer = adam();
		const state = optimizerState(optimizer, model.params);
		const step = trainingStep(model, {}, optimizer, state, undefined);
		await step.prepare(batch.shape);
		await device.finished();
		const milliseconds = performance.now() - start;
		await step(batch, 1e-3);
		return { step, milliseconds };
	};
	const untuned = await makeStep();
	console.info("comparing variants");
	let report: TuneReport | undefined;
	const tuner = await tuned(device, {
		effort,
		onTuned: (r) => {
			report = r;
		},
	});
	const better = await makeStep();
	const subjects = { untuned: untuned.step, tuned: better.step };
	const samples = { untuned: [] as number[], tuned: [] as number[] };
	for (let round = 1; round <= ROUNDS; round++) {
		console.info(`round ${round} of ${ROUNDS}`);
		for (const name of ["untuned", "tuned"] as const) {
			const start = performance.now();
			await subjects[name](batch, 1e-3);
			samples[name].push(performance.now() - start);
		}
	}
	const { choices } = tuner.used();
	const changes = Object.entries(choices).filter(
		([, c]) => c.milliseconds < c.untuned,
	);
	const found: TunedStep = {
		adapter: device.identity.description,
		net,
		effort,
		report: report as TuneReport,
		prepared: {
			untuned: untuned.milliseconds,
			tuned: better.milliseconds,
		},
		milliseconds: {
			untuned: timesOf(samples.untuned),
			tuned: timesOf(samples.tuned),
		},
		changes: Object.fromEntries(changes),
	};
	device.destroy();
	return found;
}

function timesOf(samples: readonly number[]) {
	return { median: median(samples), range: rangeOf(samples) };
}
