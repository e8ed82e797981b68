// Fetches what the page needs before it is shut: model, configuration, tokenizer and runtime, as bytes.

import { SHA256, WASM } from "./runtime.js";

// `progress` is called with the bytes that have come and, once known, those that will.
// Resolves to {about, config, tokenizer, model, runtime}; `about` is model.json, `model` a buffer, `runtime` one for
// each file of ONNX Runtime. The worker imports its scripts again, by the same addresses.
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
	const scripts = Object.keys(SHA256).filter((name) => name !== WASM);
	const [model, wasm, ...rest] = await Promise.all([
		bytes(`model/${about.sha256}.onnx`, tell("model")),
		bytes(`vendor/${WASM}`, tell("wasm")),
		...scripts.map((name) => bytes(`vendor/${name}`, () => {})), // small beside the others
	]);
	const runtime = { [WASM]: wasm, ...Object.fromEntries(scripts.map((name, at) => [name, rest[at]])) };
	return { about, config, tokenizer, model, runtime };
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
