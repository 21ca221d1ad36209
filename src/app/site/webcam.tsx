import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { problem } from "./state.ts";

/** Longer side of the frames that are looked at: larger ones would only be slower. */
const LARGEST = 480;

/** Shows one frame of the webcam after another, each when the one before is done. */
export function Webcam({
	show,
	busy,
}: {
	readonly show: (picture: ImageData) => Promise<void>;
	readonly busy: boolean;
}) {
	const stream = useSignal<MediaStream | undefined>(undefined);
	const latest = useRef(show);
	latest.current = show;

	useEffect(() => {
		const media = stream.value;
		if (!media) return;
		const video = document.createElement("video");
		video.muted = true;
		video.playsInline = true;
		video.srcObject = media;
		const canvas = document.createElement("canvas");
		let over = false;
		const run = async () => {
			await video.play();
			while (!over) {
				const { videoWidth, videoHeight } = video;
				const scale = Math.min(1, LARGEST / Math.max(videoWidth, videoHeight));
				canvas.width = Math.round(videoWidth * scale);
				canvas.height = Math.round(videoHeight * scale);
				const context = canvas.getContext("2d", { willReadFrequently: true });
				if (!context || !canvas.width) return;
				context.drawImage(video, 0, 0, canvas.width, canvas.height);
				await latest.current(
					context.getImageData(0, 0, canvas.width, canvas.height),
				);
				await new Promise(requestAnimationFrame);
			}
		};
		run().catch((error: Error) => {
			if (!over) problem.value = `The webcam stopped: ${error.message}`;
		});
		return () => {
			over = true;
			for (const track of media.getTracks()) track.stop();
		};
	}, [stream.value]);

	async function toggle(): Promise<void> {
		if (stream.value) {
			stream.value = undefined;
			return;
		}
		try {
			stream.value = await navigator.mediaDevices.getUserMedia({
				video: { width: { ideal: 640 } },
			});
		} catch (error) {
			problem.value = `The webcam cannot be used (${(error as Error).message}); allow it in the browser's settings for this page.`;
		}
	}
	return (
		<button
			type="button"
			aria-pressed={stream.value !== undefined}
			disabled={busy && !stream.value}
			onClick={toggle}
		>
			{stream.value ? "Stop the webcam" : "Use the webcam"}
		</button>
	);
}
