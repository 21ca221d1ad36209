import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** A place for files: dropped, or chosen in a dialog. */
export function DropZone({
	label,
	accept,
	folder = false,
	multiple = false,
	onDrop,
	children,
}: {
	/** Of the button. */
	readonly label: string;
	readonly accept?: string;
	/** A whole folder is chosen. */
	readonly folder?: boolean;
	readonly multiple?: boolean;
	/** Takes what was dropped or chosen. */
	readonly onDrop: (chosen: DataTransfer | readonly File[]) => void;
	readonly children?: ComponentChildren;
}) {
	const over = useSignal(false);
	const id = useId();
	return (
		// biome-ignore lint/a11y/noStaticElementInteractions: dropping is for the pointer; the input within is for all.
		<div
			class={over.value ? "drop over" : "drop"}
			onDragOver={(event) => {
				event.preventDefault();
				over.value = true;
			}}
			onDragLeave={() => {
				over.value = false;
			}}
			onDrop={(event) => {
				event.preventDefault();
				over.value = false;
				if (event.dataTransfer) onDrop(event.dataTransfer);
			}}
		>
			<input
				id={id}
				class="hidden"
				type="file"
				accept={accept}
				multiple={multiple || folder}
				{...(folder && { webkitdirectory: true })}
				onChange={({ currentTarget }) => {
					onDrop([...(currentTarget.files ?? [])]);
					currentTarget.value = "";
				}}
			/>
			<label class="button" for={id}>
				{label}
			</label>
			{children}
		</div>
	);
}
