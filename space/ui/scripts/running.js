// Shows work in progress (running.py): the button says so, seconds count, and Cancel ends it.

import { count } from "./drawing.js";

const MOST = 200_000; // characters of a text, as on the server (highlight_tab.py), which refuses a larger body unread
const places = new Map(); // elem_id of a result -> {characters, began, clock, abort, sent} while it runs, {message, began, sent} once it ended without one

// When Gradio has closed the stream of what was cancelled: it would close one that opened before with it.
const CLOSING_MS = 1_000;
let closed = Promise.resolve();

const panelOf = (place) => document.querySelector(`.running[data-place="${place}"]`);
const inWords = (milliseconds) => (milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`);
const running = (place) => places.get(place)?.abort !== undefined;

// Aborted when the run of this place is cancelled, or none goes on.
export const signalOf = (place) => (running(place) ? places.get(place).abort.signal : AbortSignal.abort());

// Gradio calls it before it sends `given`, which it gets back.
export async function begin(place, given) {
	if (running(place)) clearInterval(places.get(place).clock);
	const characters = typeof given === "string" ? [...given].length : 0;
	places.set(place, { characters, began: performance.now(), abort: new AbortController(), clock: setInterval(() => paint(place), 1_000) });
	paint(place);
	bringIntoView(panelOf(place));
	const run = places.get(place);
	await closed;
	run.sent = true;
	return given;
}

// The result is there. Returns how long it took, in words; null when it was cancelled meanwhile.
export function end(place) {
	const { began, clock, sent } = places.get(place) ?? {};
	if (!sent) return null;
	clearInterval(clock);
	places.delete(place);
	paint(place);
	bringIntoView(document.getElementById(place));
	return inWords(performance.now() - began);
}

export function failed(place) {
	if (!running(place) || !places.get(place).sent) return; // it is of what was cancelled before
	const { characters } = places.get(place);
	if (characters > MOST) stop(place, `This text has ${count(characters)} characters. At most ${count(MOST)} are tagged at once, so nothing was tagged: cut the text into parts.`);
	else stop(place, "This did not work: the server did not answer as it should. Try again in a moment.");
}

function cancel(place) {
	places.get(place).abort.abort();
	document.querySelector(`#cancel-${place}`).click(); // Gradio ends the event
	closed = new Promise((resolve) => setTimeout(resolve, CLOSING_MS));
	stop(place, "Cancelled. There is no result.");
	places.get(place).sent = false; // whatever comes of it now is not shown
	buttonOf(panelOf(place))?.focus(); // the button that was pressed is gone
}

function stop(place, message) {
	const { began, clock, sent } = places.get(place);
	clearInterval(clock);
	places.set(place, { message, began, sent });
	paint(place);
}

// What runs does not start again, by its button, an example or the keys.
function refuse(event) {
	const { target } = event;
	const again = target.closest("button[aria-busy=true]") ?? (running("marked") ? target.closest("#examples, #note textarea") : null);
	if (again === null || (event.type === "keydown" && !(event.key === "Enter" && event.shiftKey)) || (event.type === "click" && again.matches("textarea"))) return;
	event.preventDefault();
	event.stopImmediatePropagation();
}
for (const kind of ["click", "keydown"]) document.addEventListener(kind, refuse, true);

// A panel is on the page, perhaps again: Gradio takes the parts of a tab away while another is open.
export function makeWorkReady(block) {
	for (const panel of block.querySelectorAll(".running")) {
		panel.querySelector(".cancel").onclick = () => cancel(panel.dataset.place);
		paint(panel.dataset.place);
	}
}

function paint(place) {
	// By an attribute of the root: Gradio rewrites the classes of its own blocks.
	document.documentElement.dataset.gone = [...places.keys()].join(" ");
	const panel = panelOf(place);
	if (panel === null) return;
	const { began, message } = places.get(place) ?? {};
	const busy = running(place);
	panel.hidden = !places.has(place);
	panel.classList.toggle("over", !busy);
	setText(panel.querySelector("[role=status]"), busy ? `${panel.dataset.doing} …` : (message ?? ""));
	panel.querySelector(".clock").textContent = busy ? `${Math.floor((performance.now() - began) / 1_000)} s` : "";
	sayOn(buttonOf(panel), busy ? `${panel.dataset.doing} …` : panel.dataset.idle, busy);
}

const buttonOf = (panel) => document.getElementById(panel.dataset.button);

// Gradio goes on using the text node, so that the node stays and its text changes.
function sayOn(button, text, busy) {
	if (button === null) return;
	const walker = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
	let node = walker.nextNode();
	while (node?.data.trim() === "") node = walker.nextNode();
	if (node && node.data.trim() !== text) node.data = text;
	button.setAttribute("aria-busy", `${busy}`);
}

// Not without need: what is said again is read out again.
function setText(element, text) {
	if (element.textContent !== text) element.textContent = text;
}

// Only where it is out of sight: on a phone, where it lies below the text.
function bringIntoView(element) {
	const { top, height } = element.getBoundingClientRect();
	if (height === 0 || (top >= 0 && top < innerHeight * 0.7)) return;
	const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
	element.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
}
