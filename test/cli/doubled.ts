/**
 * Doubles 0, 1, 2, 3 in a compute shader. Stands alone, so that it can be
 * handed to a page or a worker as text.
 */
export async function doubled(gpu: GPU = navigator.gpu): Promise<number[]> {
	const adapter = await gpu.requestAdapter();
	const device = (await adapter?.requestDevice()) as GPUDevice;
	const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
	const usage = STORAGE | COPY_SRC;
	const values = device.createBuffer({ size: 16, usage });
	const read = device.createBuffer({ size: 16, usage: COPY_DST | MAP_READ });
	const code = `
		@group(0) @binding(0) var<storage, read_write> y: array<f32>;
		@compute @workgroup_size(4)
		fn main(@builtin(local_invocation_index) i: u32) { y[i] = f32(2 * i); }`;
	const module = device.createShaderModule({ code });
	const pipeline = device.createComputePipeline({
		layout: "auto",
		compute: { module },
	});
	const group = device.createBindGroup({
		layout: pipeline.getBindGroupLayout(0),
		entries: [{ binding: 0, resource: { buffer: values } }],
	});
	const encoder = device.createCommandEncoder();
	const pass = encoder.beginComputePass();
	pass.setPipeline(pipeline);
	pass.setBindGroup(0, group);
	pass.dispatchWorkgroups(1);
	pass.end();
	encoder.copyBufferToBuffer(values, 0, read, 0, 16);
	device.queue.submit([encoder.finish()]);
	await read.mapAsync(GPUMapMode.READ);
	const result = [...new Float32Array(read.getMappedRange())];
	device.destroy();
	return result;
}
