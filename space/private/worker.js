// The tagger in a module Worker: `new Worker("worker.js", { type: "module" })`. It fetches nothing: all
// bytes come by message, so that its own Content-Security-Policy can be `connect-src 'none'`.
//
// In:
//   {type: "load", config, tokenizer, model, wasm, threads}   once, first. config, tokenizer: the parsed
//       JSON files; model, wasm: ArrayBuffers (transfer them); threads: used if the page is isolated
//   {type: "tag", id, text}     texts are tagged in the order of their messages
//   {type: "cancel", id}        takes effect after the window that runs
//   {type: "prove", id}         tries a request, which the policy should block
// Out:
//   {type: "ready", labels, threads}          threads: what is used
//   {type: "progress", id, done, total}       windows, after each
//   {type: "result", id, entities, notice, ms, requests}   entities: [{start, end, label, score, text}] in
//                                             code points; notice: null, or {kind, sentence}, see notices.js;
//                                             ms: from the start of the work on this text; requests: that the
//                                             browser has counted here so far
//   {type: "proved", id, blocked, requests}   the answer to "prove"
//   {type: "cancelled", id}                   the answer to a cancelled "tag", instead of a result
//   {type: "error", id?, message}             without id when the model could not be loaded
// Each "tag" is answered once, by result, cancelled or error. No message holds text but entities'.

import * as ort from "./vendor/ort.wasm.min.mjs";
import { connectionsBlocked, requestsSoFar } from "./sealed.js";
import { load } from "./tagger.js";

const waiting = new Set(); // ids of texts that are not answered yet and not cancelled
let tagger;
let work = Promise.resolve(); // the session runs one window at a time, so texts queue

async function start({ config, tokenizer, model, wasm, threads }) {
	ort.env.wasm.wasmBinary = wasm;
	ort.env.wasm.wasmPaths = { mjs: new URL("./vendor/ort-wasm-simd-threaded.mjs", import.meta.url).href };
	ort.env.wasm.numThreads = self.crossOriginIsolated ? threads : 1;
	tagger = await load({ ort, config, tokenizer, model: new Uint8Array(model) });
	postMessage({ type: "ready", labels: tagger.labels, threads: ort.env.wasm.numThreads });
}

async function tag({ id, text }) {
	const begun = performance.now();
	const steps = tagger.steps(text);
	while (waiting.has(id)) {
		const { done, value } = await steps.next();
		if (done) {
			waiting.delete(id);
			const ms = performance.now() - begun;
			return postMessage({ type: "result", id, entities: value, notice: tagger.notice(text), ms, requests: requestsSoFar() });
		}
		postMessage({ type: "progress", id, ...value });
		await arrivals();
	}
	return postMessage({ type: "cancelled", id });
}

async function prove({ id }) {
	const blocked = await connectionsBlocked();
	postMessage({ type: "proved", id, blocked, requests: requestsSoFar() });
}

// Lets messages that have arrived be handled; a promise alone would not.
function arrivals() {
	return new Promise((resolve) => setTimeout(resolve));
}

function queue(task, id) {
	work = work.then(task).catch((error) => {
		waiting.delete(id);
		postMessage({ type: "error", id, message: error.message });
	});
}

onmessage = ({ data }) => {
	if (data.type === "load") queue(() => start(data));
	if (data.type === "prove") queue(() => prove(data), data.id);
	if (data.type === "cancel") waiting.delete(data.id);
	if (data.type === "tag") {
		waiting.add(data.id);
		queue(() => tag(data), data.id);
	}
};
