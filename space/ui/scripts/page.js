// The Gradio page's script: Gradio calls what is exported here (page.py).

import { makeReady } from "./api.js";
import { drawComparison } from "./compare.js";
import { makeFilesReady } from "./files.js";
import { drawHighlight } from "./highlight.js";
import { markStale, read } from "./result.js";
import { currentFilters, readAddress, setFilters, setTab } from "./settings.js";

export { timeRequests } from "./speed.js";

const drawings = new WeakMap(); // .result element -> {result, filter?, step?}

// A block of HTML has arrived, or is back with its tab.
export function show(block) {
	makeReady(block);
	makeFilesReady(block);
	const element = block.querySelector("[data-result]");
	if (element === null) return;
	element.replaceChildren(element.querySelector(".tally")); // Gradio may keep an element, and with it what was drawn
	const result = read(element);
	const drawing = result.differences === null ? { filter: drawHighlight(element, result, currentFilters()) } : { step: drawComparison(element, result) };
	drawings.set(element, { result, ...drawing });
	markStale(element, result);
}

// The text in the box has changed.
export function edited() {
	for (const [element, { result }] of shown()) markStale(element, result);
}

export function filter(threshold, labels, all) {
	setFilters(threshold, labels, all);
	for (const [, drawing] of shown()) drawing.filter?.(currentFilters());
}

export function selected(tab) {
	setTab(tab);
}

// What the address asks for, as Gradio takes it: threshold, labels, and the tab to open.
export function restore(tabs, all) {
	const { tab, threshold, labels } = readAddress(tabs, all);
	return [threshold, labels, { __type__: "update", selected: tab }];
}

const shown = () =>
	[...document.querySelectorAll("[data-result]")].filter((element) => drawings.has(element)).map((element) => [element, drawings.get(element)]);

// Not while typing, where the keys move the cursor, and only where differences are in sight.
document.addEventListener("keydown", (event) => {
	const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
	if (!event.altKey || by === undefined || event.target.closest("input, textarea, select, [contenteditable]")) return;
	for (const [element, { step }] of shown()) {
		if (step === undefined || element.offsetParent === null) continue;
		event.preventDefault();
		step(by);
	}
});

// Another address in the same window: the hidden button makes Gradio ask for its settings again.
window.addEventListener("hashchange", () => document.querySelector("#restore")?.click());

// Gradio draws cards by itself: what scrolls in them has to be within reach of the keyboard.
new MutationObserver(() => {
	for (const part of document.querySelectorAll(".card :is(pre, table):not([tabindex])")) part.tabIndex = 0;
}).observe(document.body, { childList: true, subtree: true });
