// Node only: reads files.
import { DataError } from "../errors.ts";
import { stemOf } from "../files.ts";
import { looksLikeImage } from "../image.ts";
import { parseValue } from "../palette.ts";
import { filesOf, hasFolder, nameOf, readText, type Tree } from "../tree.ts";
import { type Layout, orphansOf, type Parts } from "./layout.ts";
import { maskedItem } from "./masked.ts";
import { pairFiles } from "./pair-files.ts";

/**
 * SegNet's 11 classes by number, each with the colours that CamVid's own masks
 * have for it (`label_colors.txt`, grouped as MathWorks's `camvidPixelLabelIDs`).
 */
const COLOURS = {
	sky: ["#808080"],
	// Building, Wall, Archway, Bridge, Tunnel
	building: ["#800000", "#40c000", "#c00080", "#008040", "#400040"],
	// Column_Pole, TrafficCone
	pole: ["#c0c080", "#000040"],
	// Road, LaneMkgsDriv, LaneMkgsNonDriv
	road: ["#804080", "#8000c0", "#c00040"],
	// Sidewalk, ParkingBlock, RoadShoulder
	pavement: ["#0000c0", "#40c080", "#8080c0"],
	// Tree, VegetationMisc
	tree: ["#808000", "#c0c000"],
	// SignSymbol, Misc_Text, TrafficLight
	sign: ["#c08080", "#808040", "#004040"],
	fence: ["#404080"],
	// Car, SUVPickupTruck, Truck_Bus, Train, OtherMoving
	car: ["#400080", "#4080c0", "#c080c0", "#c04080", "#804040"],
	// Pedestrian, Child, CartLuggagePram, Animal
	pedestrian: ["#404000", "#c08040", "#4000c0", "#408040"],
	// Bicyclist, MotorcycleScooter
	bicyclist: ["#0080c0", "#c000c0"],
};
const CLASSES = Object.keys(COLOURS);
const VOID = CLASSES.length;

/** The class number of each colour; black is void. */
const NUMBERS: ReadonlyMap<number, number> = new Map([
	[parseValue("#000000"), VOID],
	...Object.values(COLOURS).flatMap((colours, id) =>
		colours.map((colour): [number, number] => [parseValue(colour), id]),
	),
]);

const PARTS = ["train", "val", "test"] as const;
/** The folders of CamVid as its authors give it: images, masks called NAME_L. */
const ORIGINAL = ["701_StillsRaw_full", "LabeledApproved_full"] as const;

/**
 * CamVid: SegNet's form (`train` beside `trainannot`, lists with an image and
 * its mask a line, whose paths begin anywhere) with values 0 to 11, or the
 * authors' with coloured masks.
 */
export const camvid: Layout = {
	name: "camvid",
	about: "train/, trainannot/, train.txt; or CamVid's coloured masks",
	recognises: async (tree) =>
		((await hasFolder(tree, "train")) &&
			(await hasFolder(tree, "trainannot"))) ||
		((await hasFolder(tree, ORIGINAL[0])) &&
			(await hasFolder(tree, ORIGINAL[1]))),
	async open(tree) {
		const parts = new Map<string, Pairs>();
		if (await hasFolder(tree, ORIGINAL[0])) {
			parts.set("all", await pairsIn(tree, ...ORIGINAL, "{}_L"));
		} else {
			for (const part of PARTS) {
				const pairs = await pairsOf(tree, part);
				if (pairs) parts.set(part, pairs);
			}
		}
		const all = [...parts.values()];
		const lost = all.flatMap(({ lonely }) => lonely);
		return {
			items: all.flatMap(({ pairs }) =>
				pairs.map(([image, mask]) => maskedItem(tree, image, mask, NUMBERS)),
			),
			place: tree.shown(""),
			labels: { ignore: [VOID] },
			classNames: CLASSES,
			...namedParts(parts),
			orphans: orphansOf("no partner for", lost),
			orphansFix: "add the files or remove the lines",
		};
	},
};

interface Pairs {
	readonly pairs: readonly (readonly [image: string, mask: string])[];
	readonly lonely: readonly string[];
}

function namedParts(parts: ReadonlyMap<string, Pairs>): { parts?: Parts } {
	const names = (part: string) =>
		parts.get(part)?.pairs.map(([image]) => nameOf(image));
	const [train, valid, test] = PARTS.map(names);
	if (!train || !valid) return {};
	return { parts: { train, valid, ...(test && { test }) } };
}

/** The pairs of a part: those of its list, else those of its two folders. */
async function pairsOf(tree: Tree, part: string): Promise<Pairs | undefined> {
	const list = `${part}.txt`;
	if ((await tree.kind(list)) === "file") return pairsListed(tree, list);
	const both =
		(await hasFolder(tree, part)) && (await hasFolder(tree, `${part}annot`));
	return both ? pairsIn(tree, part, `${part}annot`) : undefined;
}

async function pairsIn(
	tree: Tree,
	images: string,
	masks: string,
	template?: string,
): Promise<Pairs> {
	const { pairs, lonelyImages, lonelyMasks } = pairFiles(
		await filesOf(tree, images, looksLikeImage),
		await filesOf(tree, masks, looksLikeImage),
		template,
	);
	return {
		pairs: pairs.map(({ image, mask }) => [image, mask]),
		lonely: [...lonelyImages, ...lonelyMasks].map((path) => nameOf(path)),
	};
}

async function pairsListed(tree: Tree, list: string): Promise<Pairs> {
	const pairs: [string, string][] = [];
	const lonely: string[] = [];
	const lines = (await readText(tree, list)).split(/\r?\n/);
	for (const [i, line] of lines.entries()) {
		const words = line.trim().split(/\s+/);
		if (words[0] === "") continue;
		if (words.length !== 2) {
			throw new DataError(
				`line ${i + 1} has ${words.length} words; write an image and its mask`,
				tree.shown(list),
			);
		}
		const [image, mask] = [
			await rebased(tree, words[0]),
			await rebased(tree, words[1]),
		];
		if (image && mask) pairs.push([image, mask]);
		else lonely.push(stemOf(words[0]));
	}
	return { pairs, lonely };
}

/** A listed path with as many leading folders left out as it takes to find the file. */
async function rebased(tree: Tree, path: string): Promise<string | undefined> {
	const parts = path.replaceAll("\\", "/").split("/").filter(Boolean);
	for (let skip = 0; skip < parts.length; skip++) {
		const candidate = parts.slice(skip).join("/");
		if (candidate.split("/").includes("..")) continue;
		if ((await tree.kind(candidate)) === "file") return candidate;
	}
	return undefined;
}
