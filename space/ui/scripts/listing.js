// The table of a result's entities: equal mentions share a row; it sorts, and finds mentions.

import { button, chip, count, make, scoreOf, table } from "./drawing.js";

const LISTED = 1_000; // rows at first and with every "more": a browser is slow with tens of thousands
const PLACES = 2; // of a mention at first
const MORE_PLACES = 100; // with every "more"
const ABOUT =
	"Equal mentions share a row, in capitals or not. A place counts Unicode code points from 0, its end exclusive, and leads to the text. The score is the lowest probability over a mention’s words, and of a row the lowest of its mentions.";
const COLUMNS = [
	{ name: "Mention", of: ({ text }) => text.toLowerCase() },
	{ name: "Label", of: ({ label }) => label },
	{ name: "Count", kind: "number", of: ({ entities }) => entities.length, descends: true }, // the most first
	{ name: "Lowest score", kind: "number", of: ({ lowest }) => lowest.score },
	{ name: "Places", kind: "where", of: ({ entities }) => entities[0].start },
];
const IN_TEXT = COLUMNS.length - 1; // the order of the text

// {element, show}: show(entities) lists those; each has the `element` that marks it in the text.
export function entityListing(styles) {
	const state = { groups: [], column: IN_TEXT, reverse: false, words: "" };
	const search = make("input", { type: "search", class: "search", placeholder: "Find a mention", "aria-label": "Find a mention in the table", autocomplete: "off", spellcheck: "false" });
	const found = make("span", { class: "found", role: "status" });
	const rows = make("div");
	const element = make("section", { class: "listing", "aria-label": "Entities found" }, make("div", { class: "finder" }, search, found), rows, make("p", { class: "hint" }, ABOUT));
	const paint = (limit = LISTED) => {
		const shown = arranged(state);
		const all = state.groups.length;
		const mentions = count(shown.length, "distinct mention");
		found.textContent = shown.length === all ? mentions : `${count(shown.length)} of ${count(all, "distinct mention")}`;
		const more = shown.length > limit ? [button(`List ${count(Math.min(LISTED, shown.length - limit))} more`, () => paint(limit + LISTED), { class: "quiet" })] : [];
		rows.replaceChildren(drawn(shown.slice(0, limit), styles, state, sortBy), ...more);
	};
	const sortBy = (column) => {
		state.reverse = state.column === column && !state.reverse;
		state.column = column;
		paint();
		rows.querySelectorAll("th button")[column].focus(); // the one that was pressed is gone
	};
	search.addEventListener("input", () => {
		state.words = search.value.trim().toLowerCase();
		paint();
	});
	const show = (entities) => {
		state.groups = grouped(entities);
		paint();
	};
	return { element, show };
}

function grouped(entities) {
	const groups = new Map();
	for (const entity of entities) {
		const key = `${entity.label}\0${entity.text.toLowerCase()}`;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, { text: entity.text, label: entity.label, entities: [entity], lowest: entity });
		else {
			group.entities.push(entity);
			if (entity.score < group.lowest.score) group.lowest = entity;
		}
	}
	return [...groups.values()];
}

// Equals stay in the order of the text, which is that of the groups.
function arranged({ groups, column, reverse, words }) {
	const { of } = COLUMNS[column];
	const sign = descends(column, reverse) ? -1 : 1;
	const order = (one, other) => (of(one) < of(other) ? -sign : of(one) > of(other) ? sign : 0);
	return groups.filter(({ text }) => text.toLowerCase().includes(words)).sort(order);
}

const descends = (column, reverse) => (COLUMNS[column].descends ?? false) !== reverse;

function drawn(groups, styles, { column, reverse }, sortBy) {
	const columns = COLUMNS.map(({ name, kind = "" }, index) => [button(name, () => sortBy(index), { class: "sort" }), kind]);
	const cells = groups.map(({ text, label, entities, lowest }) => {
		const bar = make("i", { class: "bar" });
		bar.style.setProperty("--score", scoreOf(lowest)); // not as an attribute: a strict policy refuses those
		return [text, chip(label, styles[label]), count(entities.length), make("span", {}, bar, scoreOf(lowest)), places(entities)];
	});
	const listed = table("Entities found", columns, cells);
	listed.querySelectorAll("th")[column].setAttribute("aria-sort", descends(column, reverse) ? "descending" : "ascending");
	return listed;
}

function places(entities) {
	const box = make("div", { class: "places" });
	const add = (from, to) => {
		const links = entities.slice(from, to).map((entity) => button(`${entity.start}–${entity.end}`, () => pointOut(entity.element), { class: "link", title: "Show it in the text" }));
		const left = entities.length - to;
		const more = left > 0 ? [button(`+${count(left)}`, () => { box.lastChild.remove(); add(to, to + MORE_PLACES); }, { class: "link more", title: "Show more places" })] : [];
		box.append(...links, ...more);
	};
	add(0, PLACES);
	return box;
}

function pointOut(mark) {
	mark.closest(".passage").querySelector("mark.current")?.classList.remove("current");
	mark.classList.add("current");
	mark.scrollIntoView({ block: "center" });
}
