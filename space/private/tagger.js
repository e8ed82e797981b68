// The engine in JavaScript: text in, entities out, the same as from space/engine. It runs wherever
// onnxruntime-web does; `worker.js` runs it beside a page.
//
//     const tagger = await load({ ort, config, tokenizer, model });
//     await tagger.tag("Lithium caused tremor.");   // [{start, end, label, score, text}]

import { decode, entityTypes } from "./decoder.js";
import { notice } from "./notices.js";
import { Tokenizer } from "./tokenizer.js";
import { codePoints } from "./unicode.js";
import { shares, windows } from "./windows.js";

const WINDOW = 256; // tokens, where config.json does not say

// Load a tagger.
//
// ort: the module onnxruntime-web, its `env` set up; config, tokenizer: the parsed config.json and
// tokenizer.json; model: the ONNX file as Uint8Array
//
// Throws an Error when the files cannot be used or do not belong together.
export async function load({ ort, config, tokenizer, model }) {
	const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
	const tagger = new Tagger(ort, session, config, new Tokenizer(tokenizer));
	await tagger.check();
	return tagger;
}

export class Tagger {
	// tags: IOB tag of each output; labels: the entity types; window, overlap: tokens, special ones included
	constructor(ort, session, config, tokenizer) {
		this.ort = ort;
		this.session = session;
		this.tokenizer = tokenizer;
		this.tags = Array.from({ length: Object.keys(config.id2label).length }, (_, number) => config.id2label[number]);
		this.labels = entityTypes(this.tags);
		const window = Math.min(WINDOW, config.max_position_embeddings);
		const settings = { window, overlap: Math.floor(window / 4), ...config.clinstill };
		this.window = settings.window;
		this.overlap = settings.overlap;
		this.rules = settings.rules ?? [];
		this.temperature = settings.temperature ?? 1;
	}

	// Entities of a text, sorted by offset, not overlapping; offsets count code points.
	async tag(text) {
		const steps = this.steps(text);
		for (;;) {
			const { done, value } = await steps.next();
			if (done) return value;
		}
	}

	// The same one window a step: yields {done, total} windows after each, returns the entities. Whoever
	// stops asking for steps has cancelled.
	async *steps(text) {
		const { prefix, suffix } = this.tokenizer;
		const points = codePoints(text);
		const tokens = this.tokenizer.tokenise(points);
		const cuts = windows(tokens.ids.length, this.window - prefix.length - suffix.length, this.overlap);
		const parts = shares(tokens.ids.length, cuts);
		const width = this.tags.length;
		const merged = new Float32Array(tokens.ids.length * width);
		for (const [index, cut] of cuts.entries()) {
			const logits = await this.run([...prefix, ...tokens.ids.slice(cut.start, cut.stop), ...suffix]);
			const { start, stop } = parts[index];
			const skipped = start - cut.start + prefix.length;
			merged.set(logits.subarray(skipped * width, (skipped + stop - start) * width), start * width);
			yield { done: index + 1, total: cuts.length };
		}
		return decode(points, tokens, merged, this.tags, { rules: this.rules, temperature: this.temperature });
	}

	// What a reader of the text's entities should be told about it, or null: {kind, sentence}.
	notice(text) {
		return notice(this.tokenizer, text);
	}

	// Run one window. Returns its logits token by token, one for each tag.
	async run(ids) {
		const tensor = (value) =>
			new this.ort.Tensor("int64", BigInt64Array.from(ids, (id) => BigInt(value(id))), [1, ids.length]);
		const inputs = { input_ids: tensor((id) => id), attention_mask: tensor(() => 1), token_type_ids: tensor(() => 0) };
		const feeds = Object.fromEntries(this.session.inputNames.map((name) => [name, inputs[name]]));
		const { logits } = await this.session.run(feeds, ["logits"]);
		if (logits.dims[1] !== ids.length || logits.dims[2] !== this.tags.length) {
			throw new Error(
				`the model gives scores of shape ${logits.dims} for ${ids.length} tokens, but config.json names ` +
					`${this.tags.length} labels; the label map belongs to another model`,
			);
		}
		if (!logits.data.every(Number.isFinite)) {
			throw new Error("the model gives scores that are NaN or infinite; its weights are damaged: fetch them again");
		}
		return logits.data;
	}

	// Run one full window of the vocabulary's last id: whether files belong together shows only so.
	async check() {
		await this.run(Array.from({ length: this.window }, () => this.tokenizer.highestId));
	}
}
