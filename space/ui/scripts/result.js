// What the server found in one text (result.py), drawn; one drawing for each block of the page.

import { indices } from "./drawing.js";

const STYLES = 6; // label styles in entities.css

// {text, styles: label -> CSS class, models: [{name, id, revision, entities}], differences}
export function read(element) {
	const { text, labels, models, differences } = JSON.parse(element.dataset.result);
	return { text, styles: stylesOf(labels), differences, models: models.map((model) => ({ ...model, entities: entitiesOf(text, model, labels) })) };
}

export const stylesOf = (labels) => Object.fromEntries(labels.map((label, index) => [label, `label-${index % STYLES}`]));

function entitiesOf(text, model, labels) {
	const cuts = indices(text, model.entities.flatMap(([start, end]) => [start, end]));
	return model.entities.map(([start, end, label, score], index) => {
		return { start, end, label: labels[label], score, text: text.slice(cuts[2 * index], cuts[2 * index + 1]) };
	});
}

// A result is stale when the text that it shows is not the text in the box any more.
export function markStale(element, { text }) {
	const box = document.querySelector("#note textarea");
	// A text box knows one kind of line break.
	if (box !== null) element.classList.toggle("stale", text.replace(/\r\n?/g, "\n") !== box.value.replace(/\r\n?/g, "\n"));
}
