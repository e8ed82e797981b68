// Files tab (ui/files_tab.py): sends a file, follows its rows, lists what was found and what was not read.

import { chip, count, make, table } from "./drawing.js";
import { stylesOf } from "./result.js";
import { saveButtons } from "./saving.js";
import { Refusal, send } from "./sending.js";

const ERRORS_LISTED = 1_000;
const TEXTS_LISTED = 50; // the files that are saved have all
const SHOWN = 8; // entities of a text, in its row
const FORBIDDEN = 401;

// Gradio may bring the same block again; what it already does then stays.
export function makeFilesReady(block) {
	const panel = block.querySelector(".files:not(.ready)");
	if (panel === null) return;
	panel.classList.add("ready");
	const part = (name) => panel.querySelector(name);
	const input = part("#file");
	const drop = part(".drop");
	const start = (file) => file && run(panel, part, file);
	input.addEventListener("change", () => {
		start(input.files[0]);
		input.value = ""; // so that the same file can be chosen again
	});
	part(".try").addEventListener("click", () => start(sample(part(".sample a"))));
	for (const kind of ["dragover", "dragleave", "drop"])
		drop.addEventListener(kind, (event) => {
			event.preventDefault();
			drop.classList.toggle("over", kind === "dragover");
			if (kind === "drop") start(event.dataTransfer.files[0]);
		});
}

// The file that the link offers, from the link itself.
function sample({ href, download }) {
	return new File([decodeURIComponent(href.slice(href.indexOf(",") + 1))], download);
}

async function run(panel, part, file) {
	panel.dispatchEvent(new Event("another")); // ends a run that is still going on
	const say = (message) => { part(".state").textContent = message; };
	const largest = Number(panel.dataset.largest);
	part(".outcome").replaceChildren();
	if (file.size > largest) return say(`${file.name} has ${count(file.size)} bytes; a file may have ${count(largest)}. Nothing was sent.`);
	const outcome = { file, head: null, documents: [], errors: [] };
	const what = await follow(panel, part, outcome, say);
	if (what === null) return;
	say(what);
	if (outcome.documents.length + outcome.errors.length > 0) draw(part(".outcome"), outcome);
}

// Sends the file and returns what to say in the end; null when another run has taken over.
async function follow(panel, part, outcome, say) {
	const { file, documents, errors } = outcome;
	const abort = new AbortController();
	const cancel = () => abort.abort("cancelled");
	const replace = () => abort.abort("another");
	const bar = part("progress");
	const began = performance.now();
	const seconds = () => Math.round((performance.now() - began) / 1000);
	const told = () => `${count(documents.length + errors.length)} of ${count(outcome.head.rows, "text")}`;
	const tick = () => { part(".amount").textContent = [...(outcome.head ? [told()] : []), `${seconds()} s`].join(", "); };
	const ticking = setInterval(tick, 1000);
	part(".cancel").addEventListener("click", cancel);
	panel.addEventListener("another", replace);
	bar.removeAttribute("value");
	tick();
	part(".token").hidden = true;
	part(".work").hidden = false;
	say(`Sending ${file.name}`);
	try {
		await send(file, part("#file-token").value, abort.signal, {
			begin(head) {
				outcome.head = head;
				say(`Tagging ${count(head.rows, "text")} of ${file.name}`);
			},
			done({ id, text, entities, error }) {
				if (error === undefined) documents.push({ id, text, entities });
				else errors.push({ id, error });
				bar.value = (documents.length + errors.length) / outcome.head.rows;
				tick();
			},
		});
		return ended(outcome);
	} catch (error) {
		if (abort.signal.reason === "another") return null;
		if (error instanceof Refusal && error.status === FORBIDDEN) askForToken(part, () => run(panel, part, file));
		if (error instanceof Refusal) return `${file.name} was not taken: ${error.message}.`;
		const why = abort.signal.aborted ? "Cancelled" : "The connection to the server was lost";
		return outcome.head === null ? `${why}.` : `${why} after ${told()}.`;
	} finally {
		clearInterval(ticking);
		if (abort.signal.reason !== "another") part(".work").hidden = true;
		part(".cancel").removeEventListener("click", cancel);
		panel.removeEventListener("another", replace);
	}
}

function ended({ file, head, errors }) {
	if (head.rows === 0) return `${file.name} holds no text.`;
	if (errors.length === head.rows) return `${file.name} could not be read: see below.`;
	const unread = errors.length > 0 ? ` ${count(errors.length)} of ${count(head.rows, "text")} could not be read: see below.` : "";
	return `${file.name} is done.${unread}`;
}

function askForToken(part, again) {
	part(".token").hidden = false;
	part("#file-token").focus();
	part(".token").onsubmit = (event) => {
		event.preventDefault();
		again();
	};
}

function draw(place, { file, head, documents, errors }) {
	const entities = documents.flatMap((document) => document.entities);
	const styles = stylesOf([...new Set(entities.map(({ label }) => label))].sort());
	const line = make("p", { class: "tally" }, `${count(entities.length, "entity", "entities")} in ${count(documents.length, "text")}`);
	for (const [label, style] of Object.entries(styles)) line.append(" ", chip(label, style), ` ${count(entities.filter((entity) => entity.label === label).length)}`);
	place.append(line);
	if (documents.length > 0) {
		const corpus = () => ({ model: head.model, revision: head.revision, offsetUnit: head.offset_unit, created: new Date().toISOString(), documents });
		place.append(saveButtons("Save all as", file.name.replace(/\.[^.]*$/, ""), corpus));
	}
	if (errors.length > 0) place.append(...listed("Not read", [["Text", ""], ["What is wrong", ""]], errors, ERRORS_LISTED, ({ id, error }) => [`${id}`, error]));
	if (documents.length > 0) place.append(...listed("Texts", [["Text", ""], ["Entities", "number"], ["Found", ""]], documents, TEXTS_LISTED, (document) => found(document, styles)));
}

function found({ id, entities }, styles) {
	const mentions = entities.slice(0, SHOWN).map(({ text, label }) => make("span", {}, text, " ", chip(label, styles[label])));
	const rest = entities.length > SHOWN ? [make("span", { class: "nothing" }, `and ${count(entities.length - SHOWN)} more`)] : [];
	return [`${id}`, count(entities.length), make("div", { class: "found" }, ...mentions, ...rest)];
}

function listed(title, columns, items, most, cells) {
	const all = make("h2", {}, title, " ", make("small", {}, count(items.length)));
	const first = items.length > most ? [make("p", { class: "hint" }, `The first ${count(most)} are listed.`)] : [];
	return [all, ...first, table(title, columns, items.slice(0, most).map(cells))];
}
