import { type Fault, fault } from "./fault.ts";

const LAYOUTS = "test/data/layouts/layouts.test.ts";
const SHAPES = "test/data/shapes.test.ts";
const CHECK = "test/data/check-set.test.ts";
const LOAD = "test/data/load-set.test.ts";

/** Faults in reading sets as others publish them, and in checking them. */
export const layoutFaults: readonly Fault[] = [
	fault(
		"src/data/fill-pillow.ts",
		"crossings[moved.at] = moved.x",
		"crossings[crossings.length - 1] = moved.x",
		SHAPES,
	),
	fault(
		"src/data/fill-pillow.ts",
		"y === edge.bottom && y < bottom",
		"y === edge.bottom",
		SHAPES,
	),
	fault(
		"src/data/fill-pillow.ts",
		"Math.min(...ends), Math.max(...ends)",
		"ends[0], ends[1]",
		SHAPES,
	),
	fault("src/data/fill-pillow.ts", "if (x > 1)", "if (x > 2)", SHAPES),
	fault("src/data/fill-pillow.ts", "b % 2];", "0];", SHAPES),
	fault("src/data/rle.ts", "SCALE * value + 0.5", "SCALE * value", SHAPES),
	fault("src/data/rle.ts", "counts.length > 2", "counts.length > 1", SHAPES),
	fault(
		"src/data/layouts/ochuman.ts",
		"if (values[i] === 1) canvas.values[i] = 1;",
		"canvas.values[i] = values[i];",
		LAYOUTS,
	),
	fault(
		"src/data/layouts/coco.ts",
		"[...crowds, ...others]",
		"[...others, ...crowds]",
		LAYOUTS,
	),
	fault("src/data/layouts/coco.ts", "a.id - b.id", "b.id - a.id", LAYOUTS),
	fault(
		"src/data/layouts/dsb.ts",
		"if (mask.values[i] !== 0) values[i] = 1;",
		"values[i] = mask.values[i] !== 0 ? 1 : 0;",
		LAYOUTS,
	),
	fault(
		"src/data/layouts/labelme.ts",
		"name === IGNORED ? IGNORE : names.indexOf(name)",
		"names.indexOf(name)",
		LAYOUTS,
	),
	fault(
		"src/data/layouts/camvid.ts",
		"(skip).join",
		"(Math.min(skip, 0)).join",
		LAYOUTS,
	),
	fault(
		"src/data/read-items.ts",
		"own ? { map, offset } : { map: labels.map }",
		"{ map: map ?? labels.map, offset }",
		LAYOUTS,
	),
	fault(
		"src/data/read-items.ts",
		"mayBeCut(bytes) ? undefined : readSize(bytes)",
		"readSize(bytes)",
		LOAD,
	),
	fault(
		"src/data/read-items.ts",
		"if (saysGray(bytes)) continue;",
		"continue;",
		LOAD,
	),
	fault(
		"src/data/check-set.ts",
		"const size = image ?? (bytes && readSize(bytes));",
		"const size = image;",
		CHECK,
	),
	fault("src/data/check-set.ts", "parts.size > 1", "parts.size > 2", CHECK),
	fault(
		"src/data/image-header.ts",
		"at + 9];",
		"at + 8];",
		"test/data/image-header.test.ts",
	),
	fault(
		"src/data/image-header.ts",
		"pixels <= MAX_PIXELS",
		"pixels > 0",
		"test/data/image-header.test.ts",
	),
];
