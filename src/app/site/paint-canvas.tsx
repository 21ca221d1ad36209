import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { IGNORE } from "../../data/segmentation-set.ts";
import { fill, type Point, stroke } from "./mask-edit.ts";
import { withClasses } from "./paint.ts";
import {
	activeClass,
	beginStroke,
	brushSize,
	colours,
	type PaintedPicture,
	step,
	strokes,
	tool,
} from "./painting.ts";

const MOST_ZOOM = 16;

/** The part of the picture that is seen: its scale over fitting, and how far it is moved in pixels of the screen. */
interface Window {
	readonly zoom: number;
	readonly x: number;
	readonly y: number;
}

/** A picture that can be painted on with pointer, fingers and keys. */
export function PaintCanvas({ picture }: { readonly picture: PaintedPicture }) {
	const frame = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const window = useSignal<Window>({ zoom: 1, x: 0, y: 0 });
	const cursor = useSignal<Point | undefined>(undefined);
	/** Fingers and pens that are down, by where they are. */
	const pointers = useRef(new Map<number, Point>());
	const last = useRef<Point | undefined>(undefined);

	useEffect(() => {
		window.value = { zoom: 1, x: 0, y: 0 };
		cursor.value = undefined;
	}, [picture]);
	useEffect(() => {
		const drawn = withClasses(picture.picture, picture.ids, {
			colours: colours.value,
			background: -1,
			visible: colours.value.map(() => true),
			opacity: 0.55,
			unlabelled: false,
		});
		canvas.current?.getContext("2d")?.putImageData(drawn, 0, 0);
	}, [picture, strokes.value, colours.value]);

	/** Where something on the screen is in the picture. */
	function placeOf({ x, y }: Point): Point {
		const box = (canvas.current as HTMLCanvasElement).getBoundingClientRect();
		return {
			x: ((x - box.left) / box.width) * picture.width,
			y: ((y - box.top) / box.height) * picture.height,
		};
	}

	function apply(from: Point, to: Point): void {
		const id = tool.value === "erase" ? IGNORE : activeClass.value;
		if (tool.value === "fill") fill(picture, to, id);
		else stroke(picture, from, to, brushSize.value / 2, id);
		strokes.value++;
	}

	function zoomBy(factor: number, around?: Point): void {
		const box = (frame.current as HTMLDivElement).getBoundingClientRect();
		const { zoom, x, y } = window.value;
		const to = Math.min(Math.max(zoom * factor, 1), MOST_ZOOM);
		// What is under the pointer stays there; the frame's middle is the origin.
		const dx =
			(around?.x ?? box.left + box.width / 2) - box.left - box.width / 2;
		const dy =
			(around?.y ?? box.top + box.height / 2) - box.top - box.height / 2;
		const k = to / zoom;
		moveTo({ zoom: to, x: dx - k * (dx - x), y: dy - k * (dy - y) });
	}

	/** Keeps the picture in its frame. */
	function moveTo({ zoom, x, y }: Window): void {
		const box = (frame.current as HTMLDivElement).getBoundingClientRect();
		const bound = (value: number, size: number) => {
			const most = (size * (zoom - 1)) / 2;
			return Math.min(Math.max(value, -most), most);
		};
		window.value = { zoom, x: bound(x, box.width), y: bound(y, box.height) };
	}

	function onPointerDown(event: PointerEvent): void {
		canvas.current?.setPointerCapture(event.pointerId);
		const at = { x: event.clientX, y: event.clientY };
		pointers.current.set(event.pointerId, at);
		if (pointers.current.size > 1) {
			// A second finger means zooming: what the first one has begun is taken back.
			if (last.current) step(picture, "undo");
			last.current = undefined;
			return;
		}
		if (tool.value === "move" || event.button !== 0) return;
		const place = placeOf(at);
		beginStroke(picture);
		apply(place, place);
		last.current = place;
	}

	function onPointerMove(event: PointerEvent): void {
		const at = { x: event.clientX, y: event.clientY };
		if (event.pointerType !== "touch") cursor.value = placeOf(at);
		const before = pointers.current.get(event.pointerId);
		if (!before) return;
		pointers.current.set(event.pointerId, at);
		const { zoom, x, y } = window.value;
		if (pointers.current.size > 1) {
			const [other] = [...pointers.current]
				.filter(([id]) => id !== event.pointerId)
				.map(([, point]) => point);
			const span = (point: Point) =>
				Math.hypot(point.x - other.x, point.y - other.y);
			zoomBy(span(at) / Math.max(span(before), 1), other);
		} else if (last.current && tool.value !== "fill") {
			const place = placeOf(at);
			apply(last.current, place);
			last.current = place;
		} else if (!last.current) {
			moveTo({ zoom, x: x + at.x - before.x, y: y + at.y - before.y });
		}
	}

	function onPointerUp({ pointerId }: PointerEvent): void {
		pointers.current.delete(pointerId);
		last.current = undefined;
	}

	function onKeyDown(event: KeyboardEvent): void {
		const { key, ctrlKey, metaKey, shiftKey } = event;
		const at = cursor.value ?? { x: picture.width / 2, y: picture.height / 2 };
		const far = shiftKey ? 1 : Math.max(1, brushSize.value / 2);
		const ways: Record<string, [number, number]> = {
			...{ ArrowLeft: [-far, 0], ArrowRight: [far, 0] },
			...{ ArrowUp: [0, -far], ArrowDown: [0, far] },
		};
		const way = ways[key];
		const tools = { b: "brush", e: "erase", f: "fill", m: "move" } as const;
		if (ctrlKey || metaKey) {
			const redo = key === "y" || (key.toLowerCase() === "z" && shiftKey);
			if (key.toLowerCase() !== "z" && key !== "y") return;
			step(picture, redo ? "redo" : "undo");
		} else if (way) {
			const within = (value: number, most: number) =>
				Math.min(Math.max(value, 0), most);
			cursor.value = {
				x: within(at.x + way[0], picture.width - 1),
				y: within(at.y + way[1], picture.height - 1),
			};
		} else if (key === " " || key === "Enter") {
			cursor.value = at;
			beginStroke(picture);
			apply(at, at);
		} else if (key === "+" || key === "=") zoomBy(1.5);
		else if (key === "-") zoomBy(1 / 1.5);
		else if (key === "[") brushSize.value = Math.max(1, brushSize.value - 4);
		else if (key === "]") brushSize.value = Math.min(200, brushSize.value + 4);
		else if (key in tools) tool.value = tools[key as keyof typeof tools];
		else return;
		event.preventDefault();
	}

	// Preact listens passively; a wheel that zooms must not scroll too.
	useEffect(() => {
		const element = frame.current as HTMLDivElement;
		const onWheel = (event: WheelEvent) => {
			if (!event.ctrlKey && !event.metaKey && window.value.zoom === 1) return;
			event.preventDefault();
			zoomBy(Math.exp(-event.deltaY / 300), {
				x: event.clientX,
				y: event.clientY,
			});
		};
		element.addEventListener("wheel", onWheel, { passive: false });
		return () => element.removeEventListener("wheel", onWheel);
	});

	const { zoom, x, y } = window.value;
	const size = tool.value === "fill" ? 1 : brushSize.value;
	const percent = (value: number, of: number) => `${(100 * value) / of}%`;
	return (
		<div class="paint-area">
			<div
				ref={frame}
				class="paint-frame"
				style={{ "--aspect": picture.width / picture.height }}
			>
				<div
					class="paint-sheet"
					style={{ transform: `translate(${x}px, ${y}px) scale(${zoom})` }}
				>
					{/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: keys mean other things here than in the rest of the page. */}
					<canvas
						ref={canvas}
						class={`paint-canvas ${tool.value}`}
						width={picture.width}
						height={picture.height}
						tabIndex={0}
						role="application"
						aria-label={`${picture.name}: arrow keys move the brush, space paints, plus and minus zoom, square brackets change its size, control Z undoes`}
						onPointerDown={onPointerDown}
						onPointerMove={onPointerMove}
						onPointerUp={onPointerUp}
						onPointerCancel={onPointerUp}
						onPointerLeave={() => {
							cursor.value = undefined;
						}}
						onKeyDown={onKeyDown}
					/>
					{cursor.value && tool.value !== "move" && (
						<span
							class="paint-cursor"
							style={{
								left: percent(cursor.value.x, picture.width),
								top: percent(cursor.value.y, picture.height),
								width: percent(size, picture.width),
								"--hair": `${1.5 / zoom}px`,
							}}
						/>
					)}
				</div>
			</div>
			<div class="controls">
				<button type="button" class="small" onClick={() => zoomBy(1 / 1.5)}>
					Zoom out
				</button>
				<output class="zoom">{Math.round(100 * zoom)} %</output>
				<button type="button" class="small" onClick={() => zoomBy(1.5)}>
					Zoom in
				</button>
				<button
					type="button"
					class="small"
					disabled={picture.undo.length === 0}
					onClick={() => step(picture, "undo")}
				>
					Undo
				</button>
				<button
					type="button"
					class="small"
					disabled={picture.redo.length === 0}
					onClick={() => step(picture, "redo")}
				>
					Redo
				</button>
			</div>
		</div>
	);
}
