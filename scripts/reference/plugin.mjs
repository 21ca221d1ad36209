// TypeDoc plugin: sorts the names by what they are for, which the file that declares them
// tells, and gives parameters that are taken apart a name.
import { basename } from "node:path";
import { Application, CommentTag, Converter, ReflectionKind } from "typedoc";

const files = {
	"Tensors and gradients": "arena dtype grad shape tensor tree",
	Devices: "adapter cpu device platform-types webgpu",
	Elementwise:
		"binary-compare binary-pow cast elementwise rsqrt scale unary where",
	"Convolution, pooling, resizing":
		"avg-pool conv-transpose2d conv2d conv2d-geometry max-pool padding pool-window upsample window",
	"Activation and dropout":
		"activation dropout softmax unary-activation unary-piecewise",
	Normalisation: "moments normalize norms",
	Reduction: "argmax axis extreme reduce variance",
	"Shape and indices": "concat gather one-hot reshape transpose",
	"Matrix products": "batched-matmul",
	"Losses and counts":
		"confusion cross-entropy cross-entropy-loss label-weight",
	"Updates in place":
		"adam adaptive loss-scale optimizer-attributes rmsprop sgd",
	"Captured steps": "capture live pack program skip",
	"Ops of your own": "kernel kernel-source op",
	Tuning: "tuned tuning tuning-store",
	Networks: "config densenet121 encoder forward mobilenet-v2 model weights",
	Training:
		"batch-step clip find-learning-rate half-precision train training-step",
	"Evaluation and prediction": "evaluate metrics",
	Losses: "losses",
	Optimizers: "optimizer optimizers",
	Schedules: "schedule",
	Initialisers: "init",
	"Checkpoints and export": "checkpoint safetensors to-onnx",
	Errors: "errors",
};
const GRADIENTS = "Gradients of ops";

const categoryOf = new Map(
	Object.entries(files).flatMap(([category, names]) =>
		names.split(" ").map((name) => [name, category]),
	),
);

export function load(app) {
	const order = Object.keys(files);
	order.splice(order.indexOf("Updates in place"), 0, GRADIENTS);
	// Before, reading typedoc.json would undo it.
	app.on(Application.EVENT_BOOTSTRAP_END, () =>
		app.options.setValue("categoryOrder", order),
	);
	app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
		sort(context);
		nameParameters(context);
	});
}

function sort(context) {
	const { project } = context;
	for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
		for (const reflection of module.children ?? []) {
			const { fileName } = context
				.getSymbolFromReflection(reflection)
				.getDeclarations()[0]
				.getSourceFile();
			const name = basename(fileName, ".ts");
			const gradient =
				/Grad(Attrs)?$|^normalizeSums$/.test(reflection.name) &&
				fileName.includes("/src/kernels/");
			const category = gradient ? GRADIENTS : categoryOf.get(name);
			if (!category) throw new Error(`${fileName} has no category here`);
			// What has no comment gets none, so that TypeDoc complains.
			const { comment } = reflection.signatures?.[0] ?? reflection;
			comment?.blockTags.push(
				new CommentTag("@category", [{ kind: "text", text: category }]),
			);
		}
	}
}

function nameParameters({ project }) {
	for (const parameter of project.getReflectionsByKind(
		ReflectionKind.Parameter,
	)) {
		if (parameter.name !== "__namedParameters") continue;
		const { name } = parameter.type;
		parameter.name = ["Device", "Optimizer"].includes(name)
			? name.toLowerCase()
			: "options";
	}
}
