// The first tab's result: passage and table of one model, filtered without another run.

import { button, count, entityTable, make, mark, passage } from "./drawing.js";
import { corpusOf, saveButtons } from "./saving.js";

const LISTED = 1_000; // rows at first and with every "more": a browser is slow with tens of thousands
const UNITS = "Offsets count Unicode code points from 0; the end is exclusive. The score is the lowest probability over an entity’s words.";

// Draws into `element`, which has the line .tally already, and returns a function that shows what passes the filters {threshold, labels}.
export function drawHighlight(element, result, filters) {
	const [model] = result.models;
	const spans = model.entities.map((entity) => ({ ...entity, element: mark(entity, result.styles[entity.label]) }));
	const listing = make("div");
	let shown = [];

	function list(limit) {
		const more = shown.length > limit ? [button(`List ${count(Math.min(LISTED, shown.length - limit))} more`, () => list(limit + LISTED), { class: "quiet" })] : [];
		listing.replaceChildren(entityTable(shown.slice(0, limit), result.styles), ...more, make("p", { class: "hint" }, UNITS));
	}

	function filter({ threshold, labels }) {
		const passes = ({ score, label }) => score >= threshold && (labels === null || labels.includes(label));
		for (const span of spans) span.element.classList.toggle("off", !passes(span));
		shown = model.entities.filter(passes);
		tally(element.querySelector(".tally"), shown.length, spans.length);
		list(LISTED);
	}

	element.append(passage(result.text, spans, "Text with its entities"));
	if (spans.length > 0) {
		const saved = make("div");
		element.append(saved, listing);
		saved.append(saveButtons("Save what is shown as", "note", () => corpusOf(model, result.text, shown)));
		filter(filters);
	}
	return spans.length > 0 ? filter : () => {};
}

function tally(line, left, all) {
	line.textContent = left === all ? count(all, "entity", "entities") : `${count(left)} of ${count(all, "entity", "entities")} shown`;
}
