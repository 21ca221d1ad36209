import { useEffect, useRef } from "preact/hooks";

/** Pixels on a canvas of their own size, which the style sheet scales. */
export function Picture({
	data,
	label,
}: {
	readonly data: ImageData;
	readonly label: string;
}) {
	const canvas = useRef<HTMLCanvasElement>(null);
	useEffect(() => {
		canvas.current?.getContext("2d")?.putImageData(data, 0, 0);
	}, [data]);
	return (
		<canvas
			ref={canvas}
			class={data.width < 200 ? "picture coarse" : "picture"}
			width={data.width}
			height={data.height}
			role="img"
			aria-label={label}
		/>
	);
}
