import { useSignal } from "@preact/signals";
import { download, maskPng, picturePng, zipped } from "./downloads.ts";
import { DropZone } from "./drop-zone.tsx";
import { readPicture } from "./painting.ts";
import { reportOf } from "./report.ts";
import type { RunSource } from "./run-record.ts";
import { checkpointOf, type Segmenter } from "./segmenter.ts";
import { classes, problem, view } from "./state.ts";
import type { Segmented } from "./use-worker.ts";

/** Larger pictures get masks of this many pixels on their longer side. */
const LARGEST = 4096;

/** What can be taken away. */
export function Downloads({
	run,
	name,
	result,
	shown,
	segmenter,
}: {
	readonly run: RunSource;
	readonly name: string;
	readonly result: Segmented | undefined;
	readonly shown: ImageData | undefined;
	readonly segmenter: Promise<Segmenter> | undefined;
}) {
	const many = useSignal<string | undefined>(undefined);
	const stem = name.replace(/\.\w{3,4}$/, "") || "picture";
	const guarded = (work: () => Promise<void>) => () =>
		work().catch((error: Error) => {
			problem.value = error.message;
		});

	async function masksOf(files: readonly File[]): Promise<void> {
		const network = await segmenter;
		if (!network || files.length === 0) return;
		const masks: Record<string, Uint8Array> = {};
		for (const [i, file] of files.entries()) {
			many.value = `${i + 1} of ${files.length}`;
			const picture = await readPicture(file, LARGEST);
			const mask = maskPng(await network.segment(picture));
			masks[`${file.name.replace(/\.\w{3,4}$/, "")}.png`] = mask;
		}
		many.value = undefined;
		download("masks.zip", zipped(masks), "application/zip");
	}

	return (
		<section class="card downloads" aria-labelledby="downloads-title">
			<h2 id="downloads-title">Take away</h2>
			<div class="list">
				<button
					type="button"
					disabled={!shown}
					onClick={guarded(async () => {
						if (!shown) return;
						download(
							`${stem}-result.png`,
							await picturePng(shown),
							"image/png",
						);
					})}
				>
					This picture
				</button>
				<button
					type="button"
					disabled={!result}
					onClick={() =>
						result && download(`${stem}-mask.png`, maskPng(result), "image/png")
					}
				>
					Its mask (class numbers)
				</button>
				<button
					type="button"
					onClick={guarded(async () => {
						const bytes = await checkpointOf(run);
						if (!bytes) return;
						download(
							`${run.record.title}.safetensors`,
							bytes,
							"application/octet-stream",
						);
					})}
				>
					Checkpoint (safetensors)
				</button>
				<button
					type="button"
					onClick={guarded(async () => {
						const network = await segmenter;
						const bytes = await checkpointOf(run);
						if (!network || !bytes) return;
						download(
							`${run.record.title}.onnx`,
							await network.onnx(bytes),
							"application/octet-stream",
						);
					})}
				>
					Network (ONNX)
				</button>
				<button
					type="button"
					onClick={guarded(async () => {
						const { colours, background } = classes.value;
						const style = { colours, background };
						const html = await reportOf(run, view.value, style);
						download(`${run.record.title} report.html`, html, "text/html");
					})}
				>
					Report
				</button>
			</div>
			<DropZone
				label="Masks of many pictures"
				accept="image/*"
				multiple
				onDrop={(chosen) =>
					guarded(() =>
						masksOf(
							chosen instanceof DataTransfer ? [...chosen.files] : chosen,
						),
					)()
				}
			>
				<span class="soft" role="status">
					{many.value ?? "as one .zip"}
				</span>
			</DropZone>
			<p class="soft">
				The checkpoint is what <code>wgrad predict</code> takes; names and
				layouts are PyTorch's. ONNX is for other programs.
			</p>
		</section>
	);
}
