// Highlight tab's result: passage and table of one model, filtered without another run.

import { button, count, make, mark, passage } from "./drawing.js";
import { entityListing } from "./listing.js";
import { corpusOf, saveButtons } from "./saving.js";

const LONG = 3_000; // characters; the table then lies far below

// Draws into `element`, which has the line .tally already, and returns a function that shows what passes the filters {threshold, labels}.
export function drawHighlight(element, result, filters) {
	const [model] = result.models;
	const spans = model.entities.map((entity) => ({ ...entity, element: mark(entity, result.styles[entity.label]) }));
	const listing = entityListing(result.styles);
	let shown = [];

	function filter({ threshold, labels }) {
		const passes = ({ score, label }) => score >= threshold && (labels === null || labels.includes(label));
		shown = spans.filter(passes);
		for (const span of spans) span.element.classList.toggle("off", !passes(span));
		tally(element.querySelector(".tally"), shown.length, spans.length);
		listing.show(shown);
	}

	const text = passage(result.text, spans, "Text with its entities");
	if (spans.length === 0) {
		element.append(text);
		return () => {};
	}
	if (result.text.length > LONG) element.append(button("To the table below the text", () => listing.element.scrollIntoView(), { class: "link" }));
	const saved = () => corpusOf(model, result.text, shown.map(({ element: _, ...entity }) => entity));
	element.append(text, saveButtons("Save what is shown as", "note", saved), listing.element);
	filter(filters);
	return filter;
}

function tally(line, left, all) {
	line.textContent = left === all ? count(all, "entity", "entities") : `${count(left)} of ${count(all, "entity", "entities")} shown`;
}
