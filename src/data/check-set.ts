import { countClasses, SINGLE_CLASS } from "./count-classes.ts";
import { formatList, WgradError } from "./errors.ts";
import { findDuplicates } from "./find-duplicates.ts";
import { type CountedSize, countSizes, severalSizes } from "./image-sizes.ts";
import { sourceOf } from "./labelled-source.ts";
import { isListing, type Listing, type Parts } from "./layouts/layout.ts";
import type { LoadEvents, LoadOptions } from "./load-options.ts";
import { openSet } from "./load-set.ts";
import type { ClassOptions } from "./mask.ts";
import { type Outline, outlineOf, outlinesOf } from "./outline.ts";
import { fixOfOrphans, labelsOf, NO_IMAGES } from "./read-items.ts";
import { IGNORE } from "./segmentation-set.ts";
import type { Split } from "./split.ts";

/** Something wrong or odd about a set. */
export interface Finding {
	/** `error`: a training would stop at it; `warning`: it would not, but may not be what is meant. */
	readonly severity: "error" | "warning";
	readonly kind:
		| "orphan"
		| "file"
		| "sizes"
		| "classes"
		| "split"
		| "duplicate";
	/** What is wrong and how to mend it, in one line. */
	readonly message: string;
	/** The images concerned, by name; all of them, however many the message tells. */
	readonly images: readonly string[];
}

/** What a set holds, and what is wrong with it. */
export interface SetReport {
	/** Name of the layout. */
	readonly layout: string;
	/** Number of images with labels, readable or not. */
	readonly images: number;
	/** Sizes of the images, the commonest first. */
	readonly sizes: readonly CountedSize[];
	/** Pixels of each class at the images' own sizes, and the images that show it. */
	readonly classes: readonly {
		readonly name: string;
		readonly pixels: number;
		readonly images: number;
	}[];
	/** Pixels that count in neither loss nor metrics. */
	readonly ignored: number;
	readonly findings: readonly Finding[];
}

type Report = (finding: Finding) => void;

/**
 * Reads a whole set, one image at a time, and goes on after every fault.
 * `divide` is the division whose parts must not share an image. Throws
 * DataError or UsageError when the set cannot even be listed.
 */
export async function checkSet(
	path: string,
	options: LoadOptions,
	divide: (names: readonly string[], own?: Parts) => Split,
	progress: LoadEvents["progress"],
): Promise<SetReport> {
	const findings: Finding[] = [];
	const report: Report = (finding) => findings.push(finding);
	const warn = (message: string) =>
		report({ severity: "warning", kind: "file", message, images: [] });
	const { layout, opened } = await openSet(path, options, { warn });
	const outlines: Outline[] = [];
	const labels = labelsOf(isListing(opened) ? opened : {}, options);
	if (isListing(opened)) {
		reportOrphans(opened, options, report);
		for (const item of opened.items) {
			const { name } = item;
			const fault = (message: string) =>
				report({ severity: "error", kind: "file", message, images: [name] });
			outlines.push(await outlineOf(item, labels, warn, fault));
			progress?.(outlines.length, opened.items.length);
		}
	} else {
		outlines.push(...(await outlinesOf(sourceOf(opened))));
	}
	const sizes = countSizes(outlines.flatMap(({ size }) => size ?? []));
	if (sizes.length > 1 && !options.size) {
		const message = severalSizes(sizes);
		report({ severity: "error", kind: "sizes", message, images: [] });
	}
	const known = isListing(opened)
		? { ...labels, names: options.classNames ?? opened.classNames }
		: { classes: opened.classes, names: options.classNames };
	const classes = classesOf(outlines, known, path, report);
	const parts = isListing(opened) ? opened.parts : undefined;
	const names = outlines.map(({ name }) => name);
	const split =
		names.length > 0
			? tried(() => divide(names, parts), "split", [], report)
			: undefined;
	if (split) reportUnseen(outlines, classes, split, report);
	reportDuplicates(outlines, split, report);
	return {
		layout: layout.name,
		images: outlines.length,
		sizes,
		classes,
		ignored: sum(outlines.map(({ counts }) => counts?.get(IGNORE) ?? 0)),
		findings,
	};
}

/** Does something; a fault becomes a finding. */
function tried<T>(
	work: () => T,
	kind: Finding["kind"],
	images: readonly string[],
	report: Report,
): T | undefined {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof WgradError)) throw error;
		report({ severity: "error", kind, message: error.message, images });
		return undefined;
	}
}

function reportOrphans(
	listing: Listing,
	{ allowOrphans }: LoadOptions,
	report: Report,
): void {
	const { items, place, orphans = [] } = listing;
	for (const { problem, names } of orphans) {
		const way = allowOrphans ? "left out" : fixOfOrphans(listing);
		report({
			severity: allowOrphans ? "warning" : "error",
			kind: "orphan",
			message: `${place}: ${problem} ${formatList(names)}; ${way}`,
			images: names,
		});
	}
	if (items.length > 0) return;
	const message = `${place}: ${NO_IMAGES}`;
	report({ severity: "error", kind: "orphan", message, images: [] });
}

/** Counts the classes; reports when there is nothing to tell apart, and classes that no image shows. */
function classesOf(
	outlines: readonly Outline[],
	known: ClassOptions & { names?: readonly string[] | undefined },
	path: string,
	report: Report,
): SetReport["classes"] {
	const all = outlines.flatMap(({ counts }) => counts ?? []);
	const found = new Set(all.flatMap((counts) => [...counts.keys()]));
	if (all.length === 0) return [];
	const warn = (message: string) =>
		report({ severity: "warning", kind: "classes", message, images: [] });
	const number = tried(
		() => countClasses(found, known, path, warn),
		"classes",
		[],
		report,
	);
	const classes = Array.from({ length: number ?? 0 }, (_, id) => ({
		name: known.names?.[id] ?? String(id),
		pixels: sum(all.map((counts) => counts.get(id) ?? 0)),
		images: all.filter((counts) => counts.has(id)).length,
	}));
	const shown = classes.filter(({ pixels }) => pixels > 0);
	if (number !== undefined && shown.length < 2) {
		report({
			severity: classes.length < 2 ? "error" : "warning",
			kind: "classes",
			message: `${path}: ${SINGLE_CLASS}`,
			images: [],
		});
	}
	const none = classes.filter(({ pixels }) => pixels === 0);
	if (known.classes !== undefined && none.length > 0) {
		const names = formatList(none.map(({ name }) => name));
		warn(
			`${path}: no pixel of ${names}; a net cannot learn that: add images, or leave it out with --map or --classes`,
		);
	}
	const ignored = outlines
		.filter(({ counts }) => counts?.size === 1 && counts.has(IGNORE))
		.map(({ name }) => name);
	if (ignored.length > 0) {
		const message = `${path}: every pixel is ignored in ${formatList(ignored)}; nothing is learnt from them, remove them or check --ignore`;
		report({ severity: "warning", kind: "classes", message, images: ignored });
	}
	return classes;
}

/** Reports classes that no training image shows though others do. */
function reportUnseen(
	outlines: readonly Outline[],
	classes: SetReport["classes"],
	{ train }: Split,
	report: Report,
): void {
	const seen = new Set(
		train.flatMap((i) => [...(outlines[i].counts?.keys() ?? [])]),
	);
	const unseen = classes.filter(
		({ pixels }, id) => pixels > 0 && !seen.has(id),
	);
	if (unseen.length === 0) return;
	const names = formatList(unseen.map(({ name }) => name));
	report({
		severity: "warning",
		kind: "split",
		message: `no training image shows ${names}, though others do; divide with another --seed or with lists`,
		images: [],
	});
}

/** Reports images that are equal, in file or in pixels. */
function reportDuplicates(
	outlines: readonly Outline[],
	split: Split | undefined,
	report: Report,
): void {
	const partOf = new Map<number, string>();
	for (const part of ["train", "val", "test"] as const) {
		for (const i of split?.[part] ?? []) partOf.set(i, PART_NAMES[part]);
	}
	for (const { images: group, sameFile } of findDuplicates(outlines)) {
		const parts = new Set(group.flatMap((i) => partOf.get(i) ?? []));
		const images = group.map((i) => outlines[i].name);
		const list = group.map((i) => {
			const part = partOf.get(i);
			return part ? `${outlines[i].name} (${part})` : outlines[i].name;
		});
		const what = sameFile ? "the same" : "the same picture in other files";
		report({
			severity: "warning",
			kind: "duplicate",
			message: `${formatList(list)} are ${what}${parts.size > 1 ? ", so that the score is measured on what was trained" : ""}; remove all but one${parts.size > 1 ? ", or list them in one part" : ""}`,
			images,
		});
	}
}

const PART_NAMES = { train: "training", val: "validation", test: "test" };

function sum(numbers: readonly number[]): number {
	return numbers.reduce((a, b) => a + b, 0);
}
