import { zipSync } from "fflate";
import { indexPng } from "../../data/picture.ts";
import { canvasOf } from "./paint.ts";
import type { Segmented } from "./use-worker.ts";

/** Offers bytes as a file. */
export function download(name: string, data: BlobPart, type: string): void {
	const url = URL.createObjectURL(new Blob([data], { type }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	// Not at once: the browser reads it after the click.
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A mask as the command writes it: a gray PNG whose values are the class numbers. */
export function maskPng({ ids, picture }: Segmented): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(indexPng(ids, picture.height, picture.width));
}

/** A picture as a PNG. */
export async function picturePng(
	picture: ImageData,
): Promise<Uint8Array<ArrayBuffer>> {
	const blob = await canvasOf(picture).convertToBlob({ type: "image/png" });
	return new Uint8Array(await blob.arrayBuffer());
}

/** Files as one .zip, not compressed: PNGs are already. */
export function zipped(
	files: Readonly<Record<string, Uint8Array>>,
): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(zipSync(files, { level: 0 }));
}
