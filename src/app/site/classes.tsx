import { computed, signal } from "@preact/signals";
import { classes, source, view } from "./state.ts";

/** Classes that the user has switched off, by run and number. */
const off = signal<{ readonly run: string; readonly ids: readonly number[] }>({
	run: "",
	ids: [],
});

/** Which classes are shown, by number. */
export const visible = computed(() => {
	const hidden = off.value.run === source.value?.record.id ? off.value.ids : [];
	return classes.value.names.map((_, id) => !hidden.includes(id));
});

function setVisible(change: (id: number) => boolean): void {
	const run = source.value?.record.id ?? "";
	const ids = classes.value.names.map((_, id) => id);
	off.value = { run, ids: ids.filter((id) => !change(id)) };
}

/** The classes without their IoU, to be switched off and on. */
export function ClassToggles() {
	const { names } = classes.value;
	return (
		<ul class="toggles">
			{names.map((name, id) => (
				<li key={name}>
					<Toggle name={name} id={id} />
				</li>
			))}
		</ul>
	);
}

function Toggle({ name, id }: { readonly name: string; readonly id: number }) {
	return (
		<label>
			<input
				type="checkbox"
				checked={visible.value[id]}
				onChange={({ currentTarget: { checked } }) =>
					setVisible((other) => (other === id ? checked : visible.value[other]))
				}
			/>
			<i
				class="swatch"
				style={{ background: `rgb(${classes.value.colours[id]})` }}
			/>
			<span class="name">{name}</span>
		</label>
	);
}

/** The classes with their IoU; each can be switched off in the pictures. */
export function Classes() {
	const { names } = classes.value;
	const last = view.value.epochs.at(-1);
	return (
		<section class="card classes" aria-labelledby="classes-title">
			<header>
				<h2 id="classes-title">Classes</h2>
				<div class="controls">
					<button
						type="button"
						class="small"
						onClick={() => setVisible(() => true)}
					>
						All
					</button>
					<button
						type="button"
						class="small"
						onClick={() => setVisible(() => false)}
					>
						None
					</button>
				</div>
			</header>
			<ul>
				{names.map((name, id) => {
					const iou = last?.iou[name];
					return (
						<li key={name}>
							<Toggle name={name} id={id} />
							<span class="bar" aria-hidden="true">
								<i style={{ width: `${100 * (iou ?? 0)}%` }} />
							</span>
							<span class="number">
								<span class="hidden">IoU </span>
								{typeof iou === "number" ? iou.toFixed(3) : "–"}
							</span>
						</li>
					);
				})}
			</ul>
			<p class="soft">
				IoU on the validation pictures. A class that is switched off is not
				painted below.
			</p>
		</section>
	);
}
