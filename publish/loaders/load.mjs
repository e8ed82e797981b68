// Runs a model folder with transformers.js in Node: the third of the loaders, see load.py.
//
//     node publish/loaders/load.mjs FOLDER onnx/model_quantized.onnx exact
import { readFileSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { AutoModelForTokenClassification, AutoTokenizer, Tensor, env } from "@huggingface/transformers";

// How transformers.js names the files of onnx/.
const TYPES = { "model.onnx": "fp32", "model_fp16.onnx": "fp16", "model_quantized.onnx": "q8" };
const [folder, file, precision] = process.argv.slice(2);

function answer(value) {
	const line = Buffer.from(`${JSON.stringify(value)}\n`);
	for (let sent = 0; sent < line.length; ) sent += writeSync(1, line, sent);
}

console.log = console.error; // answers go to standard output alone
env.allowRemoteModels = false;
env.useFSCache = false;
env.localModelPath = `${dirname(folder)}/`;
const name = basename(folder);
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForTokenClassification.from_pretrained(name, {
	dtype: TYPES[basename(file)],
	session_options: precision === "exact" ? { extra: { session: { x64quantprecision: "1" } } } : {},
});
const { id2label } = model.config;
const labels = Array.from({ length: Object.keys(id2label).length }, (_, number) => id2label[number]);
const installed = new URL("node_modules/@huggingface/transformers/package.json", import.meta.url);
answer({ labels, version: JSON.parse(readFileSync(installed, "utf8")).version });

for await (const line of createInterface({ input: process.stdin })) {
	const asked = JSON.parse(line);
	if ("text" in asked) {
		answer({ ids: tokenizer.encode(asked.text) });
	} else {
		const tensor = (value) =>
			new Tensor("int64", BigInt64Array.from(asked.ids, (id) => BigInt(value(id))), [1, asked.ids.length]);
		const inputs = { input_ids: tensor((id) => id), attention_mask: tensor(() => 1), token_type_ids: tensor(() => 0) };
		const { logits } = await model(inputs);
		answer({ logits: logits.tolist()[0] });
	}
}
