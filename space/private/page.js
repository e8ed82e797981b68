// The private page: fetches the model, checks it, shuts itself off, and then tags what is entered.

import { drawHighlight } from "../page/highlight.js";
import { stylesOf } from "../page/result.js";
import { currentFilters, readAddress, setFilters } from "../page/settings.js";
import { Client } from "./client.js";
import { fetchParts } from "./loading.js";
import { Proof } from "./proof.js";
import { WASM } from "./runtime.js";
import { codePoints } from "./unicode.js";

const MAX_CHARACTERS = 1_000_000; // for the visitor's own memory
const MAX_THREADS = 4; // more gain little with windows this small
const $ = (id) => document.getElementById(id);
const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

const page = { about: null, client: null, styles: {}, running: null, text: null, filter: () => {} };

async function start() {
	showProgress("Loading the model", 0, 1);
	const parts = await fetchParts((come, size) => {
		showProgress("Loading the model", come, size || NaN);
		$("amount").textContent = size ? `${megabytes(come)} of ${megabytes(size)} MB` : `${megabytes(come)} MB`;
	});
	$("amount").textContent = "";
	showProgress("Checking the model", NaN);
	const { about, config, tokenizer, model, runtime } = parts;
	const proof = new Proof($("proof"), $("badge").firstElementChild);
	await proof.file(model, about);
	await proof.runtime(runtime);
	const threads = Math.min(MAX_THREADS, Math.ceil(navigator.hardwareConcurrency / 2));
	const started = await Client.start({ config, tokenizer, model, wasm: runtime[WASM], threads });
	Object.assign(page, { about, proof, client: started.client });
	const golden = await page.client.tag(about.golden.text).result;
	proof.answers(golden.entities, about.golden.entities);
	await shut(proof);
	proof.threads(started.threads);
	offer(about);
}

// From here on nothing is fetched any more: fonts in use are, the rest of them never.
async function shut(proof) {
	await Promise.allSettled([...document.fonts].map((font) => font.load()));
	await proof.lock();
	const worker = await page.client.prove();
	proof.worker(worker);
	proof.countRequests(worker.requests);
}

function offer({ examples, labels, scores }) {
	page.styles = stylesOf(labels);
	$("scores").textContent = scores;
	offerFilters(labels);
	for (const { title, text, about: lesson } of examples) {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = title;
		button.addEventListener("click", () => {
			$("note").value = text;
			$("lesson").textContent = lesson;
			tag();
		});
		$("lesson").before(button);
	}
	$("examples").hidden = false;
	$("run").disabled = false;
	$("note").value ||= examples[0].text;
	tag();
}

function offerFilters(labels) {
	const address = readAddress([null], labels);
	for (const label of labels) {
		const box = document.createElement("input");
		Object.assign(box, { type: "checkbox", value: label, checked: address.labels.includes(label) });
		const line = document.createElement("label");
		line.className = "check";
		line.append(box, label);
		$("labels").append(line);
	}
	$("threshold").value = address.threshold;
	$("filters").addEventListener("input", () => applyFilters(labels));
	$("filters").hidden = false;
	applyFilters(labels);
}

function applyFilters(labels) {
	const chosen = [...$("labels").querySelectorAll("input:checked")].map(({ value }) => value);
	$("threshold-value").textContent = Number($("threshold").value).toFixed(2);
	setFilters(Number($("threshold").value), chosen, labels);
	page.filter(currentFilters());
}

async function tag() {
	if (page.client === null) return;
	page.running?.cancel();
	const text = $("note").value;
	const refusal = refusalOf(text);
	if (refusal) return showNote(refusal);
	const running = page.client.tag(text, (done, total) => showProgress("Highlighting", done, total));
	page.running = running;
	$("cancel").hidden = false;
	showProgress("Highlighting", 0, 1);
	try {
		const result = await running.result;
		if (running === page.running) show(text, result); // else it was cancelled, or another run took its place
	} catch (error) {
		if (running === page.running) finish(`This text could not be highlighted: ${error.message}.`);
	}
}

function refusalOf(text) {
	if (text.trim() === "") return "There is no text to tag yet: type or paste a note, or choose an example.";
	const length = codePoints(text).length;
	if (length <= MAX_CHARACTERS) return null;
	return `This text has ${length.toLocaleString("en")} characters. At most ${MAX_CHARACTERS.toLocaleString("en")} are tagged at once, so nothing was tagged: cut the text into parts.`;
}

function show(text, { entities, notice, ms, requests }) {
	const result = document.createElement("div");
	result.className = "result";
	const tally = document.createElement("p");
	tally.className = "tally";
	tally.setAttribute("role", "status");
	result.append(tally);
	if (notice) result.prepend(noteOf(notice.sentence));
	const { model: id, revision } = page.about;
	page.filter = drawHighlight(result, { text, styles: page.styles, models: [{ id, revision, entities }] }, currentFilters());
	$("result").replaceChildren(result);
	page.text = text;
	page.proof.requests(requests);
	finish(`Highlighted on this device in ${ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`}.`);
}

function showNote(message) {
	page.filter = () => {};
	page.text = null;
	$("result").replaceChildren(noteOf(message));
	finish("");
}

function noteOf(message) {
	const note = document.createElement("p");
	note.className = "note";
	note.setAttribute("role", "status");
	note.textContent = message;
	return note;
}

function finish(message) {
	page.running = null;
	$("cancel").hidden = true;
	$("progress").hidden = true;
	$("status").textContent = message;
}

// `done` of `total`; a bar without an end when that is not known.
function showProgress(what, done, total) {
	$("progress").hidden = false;
	if (Number.isFinite(done / total)) $("progress").value = done / total;
	else $("progress").removeAttribute("value");
	if ($("status").textContent !== what) $("status").textContent = what;
}

function listen() {
	const dark = matchMedia("(prefers-color-scheme: dark)");
	const paint = () => document.documentElement.classList.toggle("dark", dark.matches);
	dark.addEventListener("change", paint);
	paint();
	$("run").addEventListener("click", tag);
	$("cancel").addEventListener("click", () => {
		page.running.cancel();
		finish("Cancelled.");
		$("run").focus(); // this button is gone
	});
	$("note").addEventListener("keydown", (event) => {
		if (event.key !== "Enter" || !event.shiftKey) return;
		event.preventDefault();
		tag();
	});
	$("note").addEventListener("input", () => {
		$("result").querySelector(".result")?.classList.toggle("stale", $("note").value !== page.text);
	});
}

listen();
start().catch((error) => {
	finish("");
	showNote(`The model could not be started: ${error.message}.`);
});
