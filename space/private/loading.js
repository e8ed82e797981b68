// What the page fetches before it is shut: model, configuration, tokenizer and runtime, as bytes.

const RUNTIME = "vendor/ort-wasm-simd-threaded.wasm";

// `progress` is called with the bytes that have come and, once known, those that will.
// Resolves to {about, config, tokenizer, model, wasm}; `about` is model.json, the last two are buffers.
export async function fetchParts(progress) {
	const about = await json("model/model.json");
	const [config, tokenizer] = await Promise.all([json("model/config.json"), json("model/tokenizer.json")]);
	const sizes = { model: about.bytes, wasm: undefined };
	const come = { model: 0, wasm: 0 };
	const tell = (name) => (bytes, size) => {
		come[name] = bytes;
		sizes[name] ??= size;
		progress(come.model + come.wasm, sizes.model + sizes.wasm);
	};
	const [model, wasm] = await Promise.all([
		bytes(`model/${about.sha256}.onnx`, tell("model")),
		bytes(RUNTIME, tell("wasm")),
	]);
	return { about, config, tokenizer, model, wasm };
}

async function ask(path) {
	const answer = await fetch(path);
	if (!answer.ok) throw new Error(`the server answered ${answer.status} for ${path}; reload the page, or ask whoever runs the server`);
	return answer;
}

const json = async (path) => (await ask(path)).json();

async function bytes(path, progress) {
	const answer = await ask(path);
	const size = Number(answer.headers.get("content-length")) || undefined;
	const chunks = [];
	let come = 0;
	for await (const chunk of read(answer.body)) {
		chunks.push(chunk);
		come += chunk.length;
		progress(come, size);
	}
	return new Blob(chunks).arrayBuffer();
}

// Not every browser can iterate over a stream.
async function* read(stream) {
	const reader = stream.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		yield value;
	}
}
