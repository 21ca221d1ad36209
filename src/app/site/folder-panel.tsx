import { classColours } from "../../data/class-colours.ts";
import { DropZone } from "./drop-zone.tsx";
import {
	type ChosenFiles,
	filesOfDrop,
	filesOfFolder,
	filesOfInput,
} from "./dropped-files.ts";
import { changeValue, folderName, found, unusable, values } from "./folder.ts";
import { namesOf } from "./found-classes.ts";
import { preparing } from "./state.ts";
import { lookInto } from "./trainer.ts";

/** Not in TypeScript's library yet. */
type Picker = () => Promise<FileSystemDirectoryHandle>;
const picker = (globalThis as { showDirectoryPicker?: Picker })
	.showDirectoryPicker;

/** Choosing a folder of images and masks. */
export function FolderPanel() {
	const take = async (files: Promise<ChosenFiles> | ChosenFiles) =>
		lookInto(await files);
	return (
		<div>
			<DropZone
				label="Choose a folder"
				folder
				onDrop={(chosen) =>
					take(
						chosen instanceof DataTransfer
							? filesOfDrop(chosen)
							: filesOfInput(chosen),
					)
				}
			>
				{picker && (
					<button
						type="button"
						onClick={() =>
							// Without a word where the user thinks better of it.
							picker().then(
								(folder) => take(filesOfFolder(folder)),
								() => {},
							)
						}
					>
						Open without upload dialog
					</button>
				)}
				<span class="soft">
					or drop it here: a folder or a .zip. It is read in this browser,
					nothing is sent.
				</span>
			</DropZone>
			{unusable.value && (
				<p class="alert" role="alert">
					{unusable.value}
				</p>
			)}
			{found.value && <Found />}
			<details class="layouts">
				<summary>Which layouts are read?</summary>
				<p>
					A folder <code>images</code> beside a folder <code>masks</code> with
					files of the same names; PASCAL VOC, Oxford pets, CamVid, DSB 2018,
					ISBI, COCO, OCHuman and labelme as they come; a pair of{" "}
					<code>.npy</code> files. Masks are PNGs whose values or colours are
					the classes.
				</p>
			</details>
		</div>
	);
}

function Found() {
	const { layout, count, bad, notes } = found.value as NonNullable<
		typeof found.value
	>;
	const names = namesOf(values.value);
	const colours = classColours(names.length, names.indexOf("background"));
	return (
		<div class="found">
			<p role="status">
				<strong>{folderName.value}</strong>: {count}{" "}
				{count === 1 ? "picture" : "pictures"} with masks, layout “{layout}”.
			</p>
			{bad.length > 0 && (
				<details class="alert" open={bad.length <= 5}>
					<summary>
						{bad.length} {bad.length === 1 ? "file" : "files"} cannot be used
						and {bad.length === 1 ? "is" : "are"} left out
					</summary>
					<ul>
						{bad.map((problem) => (
							<li key={problem}>{problem}</li>
						))}
					</ul>
				</details>
			)}
			{notes.map((note) => (
				<p key={note} class="soft">
					{note}
				</p>
			))}
			<table class="values">
				<caption>
					What the values of the masks mean; equal names make one class
				</caption>
				<thead>
					<tr>
						<th scope="col">Value</th>
						<th scope="col">Pixels</th>
						<th scope="col">Class</th>
						<th scope="col">Leave out</th>
					</tr>
				</thead>
				<tbody>
					{values.value.map(({ value, text, share, name, ignored }) => (
						<tr key={value}>
							<th scope="row">
								<i
									class="swatch"
									style={{
										background: ignored
											? "transparent"
											: `rgb(${colours[names.indexOf(name)]})`,
									}}
								/>
								{text}
							</th>
							<td>{(100 * share).toFixed(1)} %</td>
							<td>
								<input
									type="text"
									aria-label={`Class of value ${text}`}
									value={name}
									disabled={ignored}
									onChange={({ currentTarget }) =>
										changeValue(value, {
											name: currentTarget.value.trim() || text,
										})
									}
								/>
							</td>
							<td>
								<input
									type="checkbox"
									aria-label={`Leave out value ${text}`}
									checked={ignored}
									onChange={({ currentTarget }) =>
										changeValue(value, { ignored: currentTarget.checked })
									}
								/>
							</td>
						</tr>
					))}
				</tbody>
			</table>
			{preparing.value === undefined && names.length < 2 && (
				<p class="soft">At least two classes are needed.</p>
			)}
		</div>
	);
}
