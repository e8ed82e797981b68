// Compare tab's result: two passages, what differs, and steps from one difference to the next.

import { button, chip, count, make, mark, passage, table } from "./drawing.js";
import { corpusOf, saveButtons } from "./saving.js";

// Draws into `element`, and returns a function that steps by +1 or -1 through the differences.
export function drawComparison(element, result) {
	const places = result.differences.map(([start, end, kind, ...found]) => ({ start, end, kind, found, elements: [], row: null }));
	const sides = result.models.map((model, side) => drawSide(result, model, places, side));
	if (places.length === 0) {
		element.append(make("div", { class: "sides" }, ...sides), make("p", { class: "hint" }, "No differences."));
		return () => {};
	}
	const stepper = makeStepper(places);
	const listing = differenceTable(result, places, stepper.go);
	const heading = make("h2", {}, "Differences ", make("small", {}, count(places.length)));
	element.append(stepper.bar, make("div", { class: "sides" }, ...sides), heading, listing);
	return stepper.step;
}

function drawSide(result, model, places, side) {
	const remarks = new Map(places.flatMap((place) => place.found[side].map((index) => [index, place])));
	const spans = model.entities.map((entity, index) => {
		const place = remarks.get(index);
		const element = mark(entity, result.styles[entity.label], place?.kind);
		place?.elements.push(element);
		return { ...entity, element };
	});
	// Where this model found nothing, the place is still shown, so that both passages can be compared.
	for (const place of places.filter(({ found }) => found[side].length === 0)) {
		const element = make("span", { class: "gap", title: `${model.name}: not found` });
		place.elements.push(element);
		spans.push({ start: place.start, end: place.end, element });
	}
	spans.sort((one, other) => one.start - other.start);
	const heading = make("h2", {}, `${model.name} `, make("small", {}, `${count(model.entities.length)} found`));
	const text = passage(result.text, spans, `${model.name}: text with its entities`);
	const files = saveButtons("Save as", `note.${model.name.toLowerCase()}`, () => corpusOf(model, result.text, model.entities));
	return make("section", { class: "side" }, heading, text, files);
}

function makeStepper(places) {
	const status = make("output", { class: "step" }, `${count(places.length, "difference")}`);
	let at = -1;

	function go(index) {
		if (at >= 0) for (const part of parts(places[at])) part.classList.remove("current");
		at = index;
		const place = places[at];
		for (const part of parts(place)) part.classList.add("current");
		for (const element of place.elements) scrollWithin(element.closest(".passage"), element);
		place.elements[0].scrollIntoView({ block: "nearest" }); // on a phone the passages lie below one another
		status.textContent = `${count(at + 1)} of ${count(places.length)}: ${place.kind}`;
	}

	const step = (by) => go(at < 0 ? (by > 0 ? 0 : places.length - 1) : (at + by + places.length) % places.length);
	const bar = make(
		"div",
		{ class: "stepper", role: "group", "aria-label": "Differences" },
		button("Previous", () => step(-1), { class: "quiet", "aria-keyshortcuts": "Alt+ArrowUp" }),
		button("Next", () => step(1), { class: "quiet", "aria-keyshortcuts": "Alt+ArrowDown" }),
		status,
		make("span", { class: "keys" }, "Keys: ", make("kbd", {}, "Alt"), " + ", make("kbd", {}, "↑"), " or ", make("kbd", {}, "↓")),
	);
	return { bar, step, go };
}

const parts = ({ elements, row }) => [...elements, row];

// The passage moves and the page does not: both passages stay side by side.
function scrollWithin(box, element) {
	const offset = element.getBoundingClientRect().top - box.getBoundingClientRect().top;
	box.scrollTop += offset - box.clientHeight / 2;
}

function differenceTable(result, places, go) {
	const columns = [["Where", "place"], ["What differs", ""], ...result.models.map(({ name }) => [name, ""])];
	const rows = places.map((place, index) => {
		const where = button(`${place.start}–${place.end}`, () => go(index), { class: "link", title: "Show it in the passages" });
		return [where, place.kind, ...place.found.map((indices, side) => foundCell(result, indices.map((i) => result.models[side].entities[i])))];
	});
	const listing = table("Differences", columns, rows);
	listing.querySelectorAll("tbody tr").forEach((row, index) => Object.assign(places[index], { row }));
	return listing;
}

function foundCell({ styles }, entities) {
	if (entities.length === 0) return make("span", { class: "nothing" }, "not found");
	return make("div", {}, ...entities.map((entity) => make("div", {}, `${entity.text} `, chip(entity.label, styles[entity.label]))));
}
