import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { App } from "./app.tsx";
import { lookAtMachine } from "./machine.ts";
import { problem } from "./state.ts";
import { refreshRuns } from "./trainer.ts";

render(<App />, document.getElementById("app") as HTMLElement);
lookAtMachine();
refreshRuns().catch(() => {
	problem.value =
		"This browser keeps no files for this page (a private window?), so nothing can be trained here. Open it in a normal window.";
});
