import { useEffect } from "preact/hooks";
import { DropZone } from "./drop-zone.tsx";
import { SignalSlider } from "./field.tsx";
import { keepPainting } from "./kept-painting.ts";
import { PaintCanvas } from "./paint-canvas.tsx";
import {
	activeClass,
	addClass,
	addPictures,
	brushSize,
	classNames,
	colours,
	painted,
	pictures,
	removeLastClass,
	removePicture,
	restIsBackground,
	shown,
	type Tool,
	tool,
} from "./painting.ts";
import { Picture } from "./picture.tsx";

const TOOLS: Readonly<Record<Tool, { label: string; key: string }>> = {
	brush: { label: "Brush", key: "B" },
	erase: { label: "Erase", key: "E" },
	fill: { label: "Fill", key: "F" },
	move: { label: "Move", key: "M" },
};

/** Painting masks on some of one's own pictures. */
export function Painter() {
	const picture = pictures.value[shown.value];
	useEffect(keepPainting, []);
	return (
		<div class="painter">
			<DropZone
				label="Choose pictures"
				accept="image/*"
				multiple
				onDrop={(chosen) =>
					addPictures(
						chosen instanceof DataTransfer ? [...chosen.files] : chosen,
					)
				}
			>
				<span class="soft">or drop them here; three to ten are a start</span>
			</DropZone>
			{picture && (
				<>
					<Thumbnails />
					<div class="paint">
						<PaintCanvas picture={picture} />
						<div class="paint-side">
							<Tools />
							<ClassList />
							<label class="check">
								<input
									type="checkbox"
									checked={restIsBackground.value}
									onChange={({ currentTarget }) => {
										restIsBackground.value = currentTarget.checked;
									}}
								/>
								What I do not paint is background
							</label>
							<p class="soft">
								{painted.value.length} of {pictures.value.length} pictures
								painted; those without paint do not take part.
							</p>
							<button
								type="button"
								class="small"
								onClick={() => {
									if (
										confirm("Remove all pictures and what is painted on them?")
									) {
										pictures.value = [];
										shown.value = 0;
									}
								}}
							>
								Remove all pictures
							</button>
						</div>
					</div>
				</>
			)}
		</div>
	);
}

function Thumbnails() {
	return (
		<ul class="thumbnails" aria-label="Pictures">
			{pictures.value.map((picture, i) => (
				<li key={picture.key}>
					<button
						type="button"
						aria-pressed={i === shown.value}
						onClick={() => {
							shown.value = i;
						}}
					>
						<Picture data={picture.picture} label={picture.name} />
					</button>
					<button
						type="button"
						class="small"
						aria-label={`Remove ${picture.name}`}
						onClick={() => removePicture(i)}
					>
						✕
					</button>
				</li>
			))}
		</ul>
	);
}

function Tools() {
	return (
		<fieldset class="tools">
			<legend>Tool</legend>
			<div class="controls">
				{Object.entries(TOOLS).map(([name, { label, key }]) => (
					<button
						key={name}
						type="button"
						class="small"
						aria-pressed={tool.value === name}
						title={`${label} (${key})`}
						onClick={() => {
							tool.value = name as Tool;
						}}
					>
						{label}
					</button>
				))}
			</div>
			<SignalSlider
				label="Size"
				className="check"
				min={1}
				max={200}
				step={1}
				signal={brushSize}
			>
				<output>{brushSize.value}</output>
			</SignalSlider>
		</fieldset>
	);
}

function ClassList() {
	useEffect(() => {
		activeClass.value = Math.min(
			activeClass.value,
			classNames.value.length - 1,
		);
	}, []);
	return (
		<fieldset class="tools">
			<legend>Class</legend>
			<ul>
				{classNames.value.map((name, id) => (
					<li key={id}>
						<label class="check">
							<input
								type="radio"
								name="class"
								checked={activeClass.value === id}
								onChange={() => {
									activeClass.value = id;
								}}
							/>
							<i
								class="swatch"
								style={{ background: `rgb(${colours.value[id]})` }}
							/>
							<span class="hidden">{name}</span>
						</label>
						<input
							type="text"
							value={name}
							aria-label={`Name of class ${id}`}
							onChange={({ currentTarget }) => {
								const to = currentTarget.value.trim() || `class ${id}`;
								classNames.value = classNames.value.map((other, i) =>
									i === id ? to : other,
								);
							}}
						/>
					</li>
				))}
			</ul>
			<div class="controls">
				<button type="button" class="small" onClick={addClass}>
					Add a class
				</button>
				<button
					type="button"
					class="small"
					disabled={classNames.value.length < 3}
					onClick={removeLastClass}
				>
					Remove the last
				</button>
			</div>
		</fieldset>
	);
}
