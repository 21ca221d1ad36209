import { classes, view } from "./state.ts";

/** From so many classes on, the matrix has colours without numbers. */
const DENSE = 14;

/** Which class the pixels of each class were taken for. */
export function ConfusionMatrix() {
	const { names } = classes.value;
	const confusion = view.value.epochs.at(-1)?.confusion;
	const dense = names.length >= DENSE;
	return (
		<section class="card confusion" aria-labelledby="confusion-title">
			<header>
				<h2 id="confusion-title">Confusion</h2>
			</header>
			<p class="soft">
				Row: true class, column: predicted class, percent of the row's pixels.
			</p>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
			<section class="scroll" tabIndex={0} aria-label="Confusion matrix">
				<table class={dense ? "matrix dense" : "matrix"}>
					<thead>
						<tr>
							<td />
							{names.map((name) => (
								<th key={name} scope="col">
									<span>{name}</span>
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{names.map((truth, i) => {
							const row = confusion?.[i] ?? [];
							const total = row.reduce((a, b) => a + b, 0);
							return (
								<tr key={truth}>
									<th scope="row">{truth}</th>
									{names.map((name, j) => {
										const share = total ? row[j] / total : 0;
										return (
											<td
												key={name}
												class={share > 0.55 ? "high" : undefined}
												style={{ "--share": share.toFixed(3) }}
												title={
													total
														? `${row[j].toLocaleString("en")} pixels of ${truth} taken for ${name}`
														: undefined
												}
											>
												{dense ? "" : percent(share)}
											</td>
										);
									})}
								</tr>
							);
						})}
					</tbody>
				</table>
			</section>
		</section>
	);
}

function percent(share: number): string {
	return share < 0.005 ? "" : String(Math.round(100 * share));
}
