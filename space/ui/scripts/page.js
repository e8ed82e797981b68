// The Gradio page's script: Gradio calls what is exported here (page.py).

import { makeReady } from "./api.js";
import { drawComparison } from "./compare.js";
import { makeFilesReady } from "./files.js";
import { drawHighlight } from "./highlight.js";
import { markStale, read } from "./result.js";
import * as running from "./running.js";
import { currentFilters, readAddress, setFilters, setTab } from "./settings.js";
import { timeWhole } from "./speed.js";

export { failed } from "./running.js";

const SHORT = 32; // characters
const FIRST = "highlight"; // the tab that is open where the address names none

const drawings = new WeakMap(); // .result element -> {result, filter?, step?}

// A block of HTML has arrived, or is back with its tab.
export function show(block) {
	makeReady(block);
	makeFilesReady(block);
	running.makeWorkReady(block);
	const element = block.querySelector("[data-result]");
	if (element === null) return;
	element.replaceChildren(...element.querySelectorAll(":scope > [data-said]")); // Gradio may keep an element, and with it what was drawn
	const result = read(element);
	const drawing = result.differences === null ? { filter: drawHighlight(element, result, currentFilters()) } : { step: drawComparison(element, result) };
	drawings.set(element, { result, ...drawing });
	markStale(element, result);
	if (element.closest("#marked") !== null) showTime(result);
}

// A run of the place begins: its tab opens, so that what goes on is seen.
export async function begin(place, given) {
	if (place === "marked") await openTab(FIRST);
	return running.begin(place, given);
}

export function end(place) {
	const whole = running.end(place);
	if (place === "marked" && whole !== null) setFact("#took-whole", `on the server; ${whole} until it was shown`);
}

// What the model took, in the page's head. The whole way is known when it ends.
function showTime({ models: [{ ms }] }) {
	setFact("#took", ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
	setFact("#took-whole", "on the server");
}

function setFact(place, text) {
	const element = document.querySelector(place);
	if (element !== null) element.textContent = text;
}

export const timeRequests = (text) => timeWhole(text, running.signalOf("timed"));

async function openTab(name) {
	const tab = document.querySelector(`#tabs [role=tab][data-tab-id="${name}"]`);
	if (tab?.getAttribute("aria-selected") === "true") return;
	tab?.click();
	for (let frames = 0; frames < 30 && document.querySelector("#work-marked .running") === null; frames += 1) await new Promise(requestAnimationFrame);
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
	tell(tab);
	setTab(tab === FIRST ? null : tab);
}

// The style folds the input away where the tab does not need it.
function tell(tab) {
	document.querySelector("#desk").dataset.tab = tab;
}

// What the address asks for, as Gradio takes it: threshold, labels, and the tab to open.
export function restore(tabs, all) {
	const { tab, threshold, labels } = readAddress(tabs, all);
	tell(tab);
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

// Gradio draws cards by itself: what scrolls in them has to be within reach of the keyboard, and a number with
// its interval stays in one line.
new MutationObserver(() => {
	for (const part of document.querySelectorAll(".card :is(pre, table):not([tabindex])")) {
		part.tabIndex = 0;
		for (const cell of part.querySelectorAll("td")) cell.classList.toggle("short", cell.textContent.length < SHORT);
	}
}).observe(document.body, { childList: true, subtree: true });
