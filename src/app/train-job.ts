import {
	readBatch,
	type TrainingBatches,
	trainingBatches,
} from "../data/batches.ts";
import { cached, type SampleSource } from "../data/sample-source.ts";
import { createSampler } from "../data/sampler.ts";
import type { Device } from "../index.ts";
import { encoders } from "../unet/encoders/index.ts";
import {
	cosine,
	decodeSafetensors,
	type EpochReport,
	encodeCheckpoint,
	halfPrecision,
	type LabelledBatch,
	type LoadedModel,
	loadModel,
	namedOptions,
	oneCycle,
	pretrained,
	type Schedule,
	type StepReport,
	type TrainingState,
	train,
	unet,
} from "../unet/index.ts";
import {
	CONFIG_KEY,
	type Job,
	type JobHost,
	type Phase,
	type TrainConfig,
} from "./job.ts";
import { namedOptimizers } from "./named-optimizers.ts";
import { classesPerBatch } from "./per-batch.ts";
import { rankImages } from "./rank-job.ts";
import { chunks, hostSource } from "./read-set.ts";
import type { Reporter } from "./reporter.ts";

/** Key of the checkpoint's metadata under which the sampler's position lies as JSON. */
const SAMPLER_KEY = "sampler";

type TrainJob = Extract<Job, { kind: "train" }>;

/** Trains a U-Net; hands over a checkpoint and sample predictions after every epoch. Returns whether it was stopped. */
export async function runTrain(
	job: TrainJob,
	host: JobHost,
	reporter: Reporter,
	device: Device,
	/** When the page was opened, or the process began, in milliseconds since 1970. */
	opened: number,
): Promise<boolean> {
	const { config } = job;
	const memory = { left: job.cacheBytes };
	const trainSet = cached(hostSource(host, "train", job.train), memory);
	const validSet = cached(hostSource(host, "valid", job.valid), memory);
	const { model, training, metadata } = job.resume
		? loadModel(await host.read("checkpoint"), "checkpoint", {
				device,
				encoders,
			})
		: await newModel(config, host, device);
	const classesOf = classesPerBatch(model);
	const { count, height, width, channels } = job.train;
	const batchSize = config.batch * config.accumulate;
	const sampler = createSampler(
		{
			...{ count, batchSize },
			seed: config.seed,
			sampling: config.sampling,
			imagesOfClass: job.imagesOfClass,
		},
		metadata[SAMPLER_KEY] && JSON.parse(metadata[SAMPLER_KEY]),
	);
	const batches = trainingBatches(trainSet, sampler, config);
	const steps = batches.stepsPerEpoch;
	const meter = waitMeter(batches);
	const rate = throughput(batchSize);
	let epochStart = performance.now();

	const encode = (training: TrainingState) => {
		const metadata = {
			[CONFIG_KEY]: JSON.stringify(config),
			[SAMPLER_KEY]: JSON.stringify(batches.state()),
		};
		return encodeCheckpoint(model, { training, metadata });
	};
	const saveAs = async (names: string[], training: TrainingState) => {
		const bytes = await encode(training);
		for (const name of names) await host.write(`checkpoint/${name}`, bytes);
	};
	/** Made within an epoch; written once the next loss shows that its weights are sound. */
	let unproved: Uint8Array<ArrayBuffer> | undefined;
	let losses = 0;
	const onStep = async (report: StepReport) => {
		meter.measure();
		if (unproved) await host.write("checkpoint/last", unproved);
		unproved = undefined;
		if (!losses++) {
			const seconds = secondsSince(opened);
			await reporter.send({ type: "first-loss", seconds });
		}
		await reporter.sendSoon({
			type: "step",
			epoch: report.epoch,
			epochs: config.epochs,
			step: report.step,
			steps,
			loss: report.loss,
			learningRate: report.learningRate,
			imagesPerSecond: rate(),
			dataWait: meter.waitSeconds() / meter.stepSeconds(),
			deviceBytes: device.stats.liveBytes + device.stats.pooledBytes,
		});
	};
	const onEpoch = async (report: EpochReport) => {
		const seconds = (performance.now() - epochStart) / 1000;
		await reporter.send({
			type: "epoch",
			epoch: report.epoch,
			trainLoss: report.trainLoss,
			...(report.lossScale && { lossScale: report.lossScale }),
			validLoss: report.validation?.loss ?? 0,
			confusion: report.validation?.confusion ?? [],
			seconds,
			stepSeconds: meter.stepSeconds(),
			waitSeconds: meter.waitSeconds(),
			best: report.best,
		});
		await writeSamples(classesOf, validSet, job.samples, report.epoch, host);
		// What a kill in between leaves out is done again after `last`.
		const kept = config.keep ? [`epoch-${report.epoch}`] : [];
		const best = report.best ? ["best"] : [];
		await saveAs([...kept, ...best, "last"], report.state);
		epochStart = performance.now();
		meter.restart();
	};

	const { stopped, state } = await train(model, {
		epochs: config.epochs,
		stepsPerEpoch: steps,
		batchShape: [batchSize, height, width, channels],
		nextBatch: batches.next,
		validBatches: () => validBatches(validSet, config.batch, reporter),
		optimizer: namedOptimizers[config.optimizer ?? "adam"](),
		frozenIn: (epoch) => phaseAt(config, epoch).frozen,
		learningRate: scheduleOf(config, steps),
		classWeights: config.classWeights,
		accumulate: config.accumulate,
		average: config.average,
		monitor: config.monitor,
		patience: config.patience,
		resume: training,
		precision: config.precision === "f16" ? halfPrecision() : undefined,
		onStep,
		onEpoch,
		onCheckpoint: async (training) => {
			unproved = await encode(training);
		},
		checkpointEvery: job.saveEvery,
		signal: reporter.signal,
	});
	classesOf.free();
	if (stopped) {
		await saveAs(["last"], state);
		return true;
	}
	const bytes = await host.read("checkpoint/best");
	const best = loadModel(bytes, "checkpoint", { device, encoders }).model;
	const { batch } = config;
	const ranking = { batch, count: job.ranked };
	await rankImages(best, validSet, ranking, host, reporter);
	return false;
}

async function newModel(
	{ model, seed, encoderWeights: file }: TrainConfig,
	host: JobHost,
	device: Device,
): Promise<LoadedModel> {
	const options = namedOptions(model, encoders);
	if (file && typeof options.backbone === "object") {
		const bytes = await host.read("encoder-weights");
		const { tensors } = decodeSafetensors(bytes, file);
		const backbone = pretrained(options.backbone, tensors, file);
		return {
			model: unet({ ...options, backbone }, { seed, device }),
			metadata: {},
		};
	}
	return { model: unet(options, { seed, device }), metadata: {} };
}

/** Batches of the whole set in order; reports, so that a wish to stop is heard in a long validation. */
async function* validBatches(
	set: SampleSource,
	size: number,
	reporter: Reporter,
): AsyncGenerator<LabelledBatch> {
	for (const indices of chunks(set.count, size)) {
		await reporter.sendSoon({
			type: "progress",
			done: indices[0],
			total: set.count,
		});
		yield await readBatch(set, indices);
	}
}

/** Hands over what the model finds in the first images of a set. */
async function writeSamples(
	classesOf: ReturnType<typeof classesPerBatch>,
	set: SampleSource,
	count: number,
	epoch: number,
	host: JobHost,
): Promise<void> {
	for (let i = 0; i < Math.min(count, set.count); i++) {
		const classes = await classesOf.run(await readBatch(set, [i]));
		await host.write(`sample/${epoch}/${i}`, Uint8Array.from(classes));
	}
}

/** The phase of an epoch, from 1, and how many epochs are before it. */
function phaseAt(
	{ epochs, learningRate, phases }: TrainConfig,
	epoch: number,
): Phase & { readonly before: number } {
	let before = 0;
	for (const phase of phases ?? []) {
		if (epoch <= before + phase.epochs) return { ...phase, before };
		before += phase.epochs;
	}
	return { epochs, learningRate, frozen: false, before: 0 };
}

/** The learning rate by step of the whole training: each phase has the schedule for itself. */
function scheduleOf(config: TrainConfig, stepsPerEpoch: number): Schedule {
	const { schedule } = config;
	return (step) => {
		const epoch = Math.floor(step / stepsPerEpoch) + 1;
		const { epochs, learningRate, before } = phaseAt(config, epoch);
		if (schedule === "constant") return learningRate;
		const make = schedule === "cosine" ? cosine : oneCycle;
		const steps = epochs * stepsPerEpoch;
		return make(learningRate, steps)(step - before * stepsPerEpoch);
	};
}

function secondsSince(time: number): number {
	return (performance.timeOrigin + performance.now() - time) / 1000;
}

/** Measures how long an epoch's steps take and how much of it they wait for images. */
function waitMeter({ waited }: TrainingBatches) {
	let start = performance.now();
	let waitedBefore = waited();
	let steps = 0;
	let wait = 0;
	return {
		restart() {
			start = performance.now();
			waitedBefore = waited();
		},
		/** To be called when a step is done: what comes after the last one is no step. */
		measure() {
			steps = performance.now() - start;
			wait = waited() - waitedBefore;
		},
		stepSeconds: () => steps / 1000,
		waitSeconds: () => wait / 1000,
	};
}

/** Images per second over the last steps; 0 until two are done. */
function throughput(batch: number): () => number {
	const times: number[] = [];
	return () => {
		times.push(performance.now());
		if (times.length > 20) times.shift();
		const seconds = (times[times.length - 1] - times[0]) / 1000;
		return seconds > 0 ? (batch * (times.length - 1)) / seconds : 0;
	};
}
