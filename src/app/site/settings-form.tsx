import { change, dataKind, settings } from "./choice.ts";
import { NumberField, Select } from "./field.tsx";
import { machine } from "./machine.ts";
import { NETWORK_GROUPS, networks } from "./networks.ts";
import { AUGMENTS, type Settings } from "./plan.ts";

const SIZES = [32, 48, 64, 96, 128, 192, 256, 384, 512];

/** How the next training goes. */
export function SettingsForm() {
	const now = settings.value;
	const digits = dataKind.value === "digits";
	const { kind, description } = machine.value ?? {};
	const here = kind === "cpu" ? "the CPU" : (description ?? "this machine");
	return (
		<section class="card settings" aria-labelledby="settings-title">
			<header>
				<h2 id="settings-title">2 · Settings</h2>
			</header>
			<p class="soft">Chosen for {here}; change what you like.</p>
			<div class="fields">
				<Select
					label="Network"
					value={now.network}
					hint={networks[now.network].about}
					onChange={(network) => change({ network })}
				>
					{Object.entries(NETWORK_GROUPS).map(([group, names]) => (
						<optgroup key={group} label={group}>
							{names
								.filter((name) => digits || name !== "digits")
								.map((name) => (
									<option key={name} value={name}>
										{networks[name].label}
									</option>
								))}
						</optgroup>
					))}
				</Select>
				{digits ? (
					<NumberField
						label="Pictures to train on"
						value={now.images}
						min={6}
						max={20000}
						onChange={(images) => change({ images })}
					/>
				) : (
					<Select
						label="Picture size (longer side)"
						value={now.size}
						onChange={(size) => change({ size: Number(size) })}
					>
						{SIZES.map((size) => (
							<option key={size} value={size}>
								{size} pixels
							</option>
						))}
					</Select>
				)}
				<NumberField
					label="Epochs"
					value={now.epochs}
					min={1}
					max={10000}
					onChange={(epochs) => change({ epochs })}
				/>
				<NumberField
					label="Pictures per step"
					value={now.batch}
					min={1}
					max={256}
					onChange={(batch) => change({ batch })}
				/>
				<NumberField
					label="Peak learning rate"
					value={now.learningRate}
					min={0.000001}
					max={10}
					step="any"
					onChange={(learningRate) => change({ learningRate })}
				/>
				<Select
					label="Changes of pictures"
					value={now.augment}
					onChange={(name) => change({ augment: name as Settings["augment"] })}
				>
					{Object.entries(AUGMENTS).map(([name, { label }]) => (
						<option key={name} value={name}>
							{label}
						</option>
					))}
				</Select>
				<Select
					label="Computes on"
					value={now.device}
					onChange={(device) =>
						change({ device: device as Settings["device"] })
					}
				>
					<option value="webgpu" disabled={machine.value?.kind === "cpu"}>
						WebGPU
					</option>
					<option value="cpu">CPU (very slow)</option>
				</Select>
				<NumberField
					label="Seed"
					value={now.seed}
					min={0}
					max={2 ** 31 - 1}
					onChange={(seed) => change({ seed })}
				/>
			</div>
		</section>
	);
}
