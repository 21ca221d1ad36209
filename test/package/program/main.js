import { webgpuDevice } from "wgrad";
import { gradient } from "./program.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), {
	type: "module",
});

async function inPage() {
	return gradient(await webgpuDevice());
}

function inWorker() {
	return new Promise((resolve, reject) => {
		worker.onmessage = ({ data }) => resolve(data);
		worker.onerror = ({ message }) => reject(new Error(message));
	});
}

globalThis.result = Promise.all([inPage(), inWorker()]);
