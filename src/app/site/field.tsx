import type { Signal } from "@preact/signals";
import type { ComponentChildren, ComponentProps } from "preact";
import { useId } from "preact/hooks";

/** A labelled choice. */
export function Select({
	label,
	value,
	onChange,
	children,
	hint,
	disabled = false,
}: {
	readonly label: string;
	readonly value: string | number;
	readonly onChange: (value: string) => void;
	readonly children: ComponentChildren;
	readonly hint?: string | undefined;
	readonly disabled?: boolean;
}) {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>{label}</label>
			<select
				id={id}
				value={value}
				disabled={disabled}
				aria-describedby={hint && `${id}-hint`}
				onChange={({ currentTarget }) => onChange(currentTarget.value)}
			>
				{children}
			</select>
			{hint && <small id={`${id}-hint`}>{hint}</small>}
		</div>
	);
}

/** A labelled number; what is no valid one is not passed on. */
export function NumberField({
	label,
	value,
	onChange,
	min,
	max,
	step = 1,
}: {
	readonly label: string;
	readonly value: number;
	readonly onChange: (value: number) => void;
	readonly min: number;
	readonly max: number;
	readonly step?: number | "any";
}) {
	const id = useId();
	return (
		<div class="field">
			<label for={id}>{label}</label>
			<input
				id={id}
				type="number"
				value={value}
				min={min}
				max={max}
				step={step}
				required
				onChange={({ currentTarget }) => {
					if (currentTarget.checkValidity()) {
						onChange(currentTarget.valueAsNumber);
					} else currentTarget.reportValidity();
				}}
			/>
		</div>
	);
}

/** A number chosen by sliding; `children` follow it within the label. */
export function Slider({
	label,
	onInput,
	valueText,
	className,
	children,
	...input
}: {
	readonly label: string;
	readonly value: number;
	readonly onInput: (value: number) => void;
	readonly min: number;
	readonly max: number;
	readonly step: number;
	readonly disabled?: boolean;
	/** What a screen reader says instead of the number. */
	readonly valueText?: string;
	readonly className?: string;
	readonly children?: ComponentChildren;
}) {
	return (
		<label class={className}>
			{label}
			<input
				type="range"
				{...input}
				aria-valuetext={valueText}
				onInput={({ currentTarget }) => onInput(currentTarget.valueAsNumber)}
			/>
			{children}
		</label>
	);
}

/** A slider that moves a signal. */
export function SignalSlider({
	signal,
	...rest
}: { readonly signal: Signal<number> } & Omit<
	ComponentProps<typeof Slider>,
	"value" | "onInput"
>) {
	return (
		<Slider
			{...rest}
			value={signal.value}
			onInput={(value) => {
				signal.value = value;
			}}
		/>
	);
}
