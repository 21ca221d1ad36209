import { encodeNpy } from "../../../src/data/npy.ts";
import { grayPng } from "../load-fixture.ts";

/** An image of 2x2 pixels; `values` or some that are all different. */
const png = (...values: number[]) =>
	grayPng(2, values.length ? values : [next++, 200, 100, 50]);
let next = 0;

const shapes = (label: string) => [
	{
		label,
		shape_type: "rectangle",
		points: [
			[0, 0],
			[0, 1],
		],
	},
];
const labelme = (imagePath: string, label: string) =>
	JSON.stringify({ shapes: shapes(label), imagePath });

const coco = (file_name: string) =>
	JSON.stringify({
		images: [{ id: 1, file_name, height: 2, width: 2 }],
		categories: [
			{ id: 1, name: "person" },
			{ id: 2, name: "bicycle" },
		],
		annotations: [
			{ image_id: 1, category_id: 1, segmentation: [[0, 0, 1, 0, 1, 1, 0, 1]] },
		],
	});

const person = {
	outer: [[0, 0, 1, 0, 1, 1, 0, 1]],
	inner: [],
	height: 2,
	width: 2,
};
const ochuman = JSON.stringify({
	images: ["000001.jpg", "000002.jpg"].map((file_name) => ({
		...{ file_name, height: 2, width: 2 },
		annotations: [{ bbox: [0, 0, 1, 1], keypoints: null, segms: person }],
	})),
});

const pixels = Uint8Array.from({ length: 4 * 4 }, (_, i) => i);

/** Small sets in the places that docs/data.md shows, by layout. */
export const published: Record<string, Record<string, Uint8Array | string>> = {
	voc: {
		"JPEGImages/2007_000032.jpg": png(),
		"JPEGImages/2007_000033.jpg": png(),
		"SegmentationClass/2007_000032.png": png(0, 15, 15, 255),
		"SegmentationClass/2007_000033.png": png(0, 15, 15, 255),
		"ImageSets/Segmentation/train.txt": "2007_000032\n",
		"ImageSets/Segmentation/val.txt": "2007_000033\n",
	},
	pets: {
		"images/Abyssinian_1.jpg": png(),
		"images/Abyssinian_2.jpg": png(),
		"annotations/trimaps/Abyssinian_1.png": png(1, 2, 3, 1),
		"annotations/trimaps/Abyssinian_2.png": png(1, 2, 3, 2),
	},
	camvid: {
		"train/0001TP_006690.png": png(),
		"trainannot/0001TP_006690.png": png(0, 3, 10, 11),
		"train.txt":
			"/SegNet/CamVid/train/0001TP_006690.png /SegNet/CamVid/trainannot/0001TP_006690.png\n",
		"val/0016E5_07959.png": png(),
		"valannot/0016E5_07959.png": png(0, 3, 10, 11),
		"val.txt":
			"/SegNet/CamVid/val/0016E5_07959.png /SegNet/CamVid/valannot/0016E5_07959.png\n",
	},
	dsb: {
		"stage1_train/00ae65c1/images/00ae65c1.png": png(),
		"stage1_train/00ae65c1/masks/07a9bf1d.png": png(255, 0, 0, 0),
		"stage1_train/00ae65c1/masks/0e548d0a.png": png(0, 255, 0, 0),
		"stage1_train/0acd2c22/images/0acd2c22.png": png(),
		"stage1_train/0acd2c22/masks/01b0ac45.png": png(0, 0, 255, 0),
	},
	isbi: {
		"train/image/0.png": png(),
		"train/image/1.png": png(),
		"train/label/0.png": png(0, 255, 255, 0),
		"train/label/1.png": png(0, 255, 255, 0),
	},
	coco: {
		"annotations/instances_train2017.json": coco("000000000009.jpg"),
		"annotations/instances_val2017.json": coco("000000000139.jpg"),
		"train2017/000000000009.jpg": png(),
		"val2017/000000000139.jpg": png(),
	},
	ochuman: {
		"ochuman.json": ochuman,
		"images/000001.jpg": png(),
		"images/000002.jpg": png(),
	},
	labelme: {
		"2011_000003.jpg": png(),
		"2011_000003.json": labelme("2011_000003.jpg", "person"),
		"2011_000006.jpg": png(),
		"2011_000006.json": labelme("2011_000006.jpg", "person"),
		"labels.txt": "__ignore__\n_background_\nperson\n",
	},
	folders: {
		"images/cat-1.jpg": png(),
		"images/cat-2.jpg": png(),
		"masks/cat-1_mask.png": png(0, 255, 255, 0),
		"masks/cat-2_mask.png": png(0, 0, 255, 0),
	},
	npy: {
		"combined.npy": encodeNpy([4, 2, 2], pixels),
		"segmented.npy": encodeNpy(
			[4, 2, 2],
			pixels.map((v) => v % 2),
		),
	},
};
