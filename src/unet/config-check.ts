import type { Architecture, UnetConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { parameterSpecs } from "./parameters.ts";

const choices: Record<string, readonly unknown[]> = {
	backboneMoments: ["batch", "running"],
	padding: ["same", "valid"],
	decoderKernel: [1, 3],
	up: ["transposed", "nearest", "bilinear"],
	upKernel: [2, 3, 4, 5],
	upFinish: ["none", "before", "after"],
	skip: ["concat", "add"],
	pooling: ["between", "within"],
	norm: ["batch", "group", "none"],
	order: ["norm-activation", "activation-norm"],
	bias: [true, false],
	activation: ["relu", "leakyRelu"],
	lastActivation: [true, false],
	headKernel: [1, 2, 3, 4, 5],
};

/** The lists, with the least and the most that an entry may be. */
const lists = {
	encoder: [1, 4096],
	encoderConvs: [1, 8],
	encoderKernels: [1, 7],
	decoder: [1, 4096],
	decoderConvs: [0, 8],
} as const;

/** Names of all fields of a configuration. */
export const FIELDS: readonly string[] = [
	"inChannels",
	"classes",
	...Object.keys(lists),
	...Object.keys(choices),
	"backbone",
	"targets",
	"groups",
	"dropout",
	"momentum",
	"epsilon",
];

/** @throws ConfigError naming the first field that is out of range. */
export function checkConfig(architecture: Architecture): void {
	const { config } = architecture;
	wholeNumber(config, "inChannels", [1, 4096]);
	wholeNumber(config, "classes", [2, 4096]);
	for (const [field, values] of Object.entries(choices)) {
		const fits = values.includes(config[field as keyof UnetConfig]);
		if (!fits) reject(config, field, values.join(" or "));
	}
	const levels = config.encoder.length;
	for (const [field, [least, most]] of Object.entries(lists)) {
		const length = field.startsWith("encoder") ? levels : levels - 1;
		const list: unknown = config[field as keyof UnetConfig];
		const odd = field === "encoderKernels";
		const fits =
			Array.isArray(list) &&
			list.length === length &&
			list.every(
				(v) =>
					Number.isInteger(v) &&
					v >= least &&
					v <= most &&
					(v % 2 === 1 || !odd),
			);
		if (!fits) {
			const numbers = odd ? "odd numbers" : "whole numbers";
			reject(
				config,
				field,
				`a list of ${length} ${numbers} from ${least} to ${most}`,
			);
		}
	}
	wholeNumber(config, "groups", [1, 4096]);
	if (!(config.dropout >= 0 && config.dropout < 1)) {
		reject(config, "dropout", "a number from 0 to below 1");
	}
	if (!(config.momentum >= 0 && config.momentum < 1)) {
		reject(config, "momentum", "a number from 0 to below 1");
	}
	if (!(config.epsilon > 0 && config.epsilon < 1)) {
		reject(config, "epsilon", "a number above 0 and below 1");
	}
	checkHead(config);
	checkTargets(config);
	checkBackbone(architecture);
	for (const { name, shape } of parameterSpecs(architecture)) {
		const grouped =
			config.norm === "group" && /\.norm\.\w+\.weight$/.test(name);
		if (grouped && shape[0] % config.groups !== 0) {
			reject(
				config,
				"groups",
				`a divisor of the ${shape[0]} channels of ${name.replace(".weight", "")}`,
			);
		}
	}
}

/** An even kernel has no middle; one that doubles the resolution must reach every pixel. */
function checkHead(config: UnetConfig): void {
	const doubles = config.backbone !== "none";
	if (doubles && config.headKernel === 1) {
		reject(config, "headKernel", "from 2 to 5 with a backbone");
	}
	if (!doubles && config.headKernel % 2 === 0) {
		reject(config, "headKernel", "odd without a backbone");
	}
}

function checkTargets(config: UnetConfig): void {
	const { targets, classes } = config;
	if (targets === null) return;
	const fits =
		Array.isArray(targets) &&
		targets.length === 2 &&
		targets.every(
			(row) =>
				Array.isArray(row) &&
				row.length >= 1 &&
				row.length === targets[0].length &&
				row.every((t) => t >= 0 && t <= 1),
		) &&
		targets[0].join() !== targets[1].join();
	if (!fits) {
		const wanted =
			"null, or two different lists of as many numbers from 0 to 1, such as [[0],[1]]";
		reject(config, "targets", wanted);
	}
	if (classes !== 2) reject(config, "classes", "2 with targets");
}

function checkBackbone({ config, encoder }: Architecture): void {
	const padded = encoder || config.pooling === "within";
	if (padded && config.padding === "valid") {
		reject(config, "padding", "same with a backbone or with pooling within");
	}
	if (!encoder) return;
	const { name, channels } = encoder;
	if (config.inChannels !== 3) {
		reject(config, "inChannels", `3 for the backbone ${name}`);
	}
	if (config.encoder.join() !== channels.join()) {
		reject(config, "encoder", `[${channels}] for the backbone ${name}`);
	}
	if (config.pooling !== "between") {
		reject(config, "pooling", "between with a backbone");
	}
}

/** @throws ConfigError unless the field is a whole number in the range. */
export function wholeNumber(
	config: object,
	field: string,
	[low, high]: readonly [number, number],
): void {
	const value = (config as Record<string, number>)[field];
	const fits = Number.isInteger(value) && value >= low && value <= high;
	if (!fits) reject(config, field, `a whole number from ${low} to ${high}`);
}

/** @throws ConfigError always. */
export function reject(config: object, field: string, wanted: string): never {
	const value = (config as Record<string, unknown>)[field];
	throw new ConfigError(
		`unet: ${field} is ${JSON.stringify(value)}; it must be ${wanted}`,
	);
}
