// Times whole requests: what the server says of queue and model, and what is left of the time here.

import { count, make, table } from "./drawing.js";

const WARM_UP = 2;
const ROUNDS = 20;
const BUDGET_MS = 5_000;
const TIMED_CHARACTERS = 5_000; // as for the models alone (speed.py)
const REFUSED = { 401: "This server asks for a token, so its requests are not timed from here.", 429: "The server is busy: try again in a moment.", 503: "The server is busy: try again in a moment." };

// HTML of a table. One request after the other, each runs both models on `text`; "" once `signal` is aborted.
export async function timeWhole(text, signal) {
	const body = JSON.stringify({ text: [...text].slice(0, TIMED_CHARACTERS).join("") });
	if (text.trim() === "") return "";
	const rounds = [];
	const start = performance.now();
	while (rounds.length < WARM_UP + ROUNDS && (rounds.length <= WARM_UP || performance.now() - start < BUDGET_MS)) {
		const round = await request(body, signal);
		if (signal.aborted) return "";
		if (typeof round === "string") return make("p", { class: "note" }, round).outerHTML;
		rounds.push(round);
	}
	return drawn(rounds.slice(WARM_UP));
}

async function request(body, signal) {
	const sent = performance.now();
	try {
		const response = await fetch(new URL("v1/compare", document.baseURI), { method: "POST", headers: { "Content-Type": "application/json" }, body, signal });
		if (!response.ok) return REFUSED[response.status] ?? `The server answered ${response.status}, so nothing was timed.`;
		const { models } = await response.json();
		const whole = performance.now() - sent;
		return { whole, models: models.map(({ role, milliseconds }) => ({ role, ...milliseconds })) };
	} catch {
		return "The server did not answer, so nothing was timed.";
	}
}

function drawn(rounds) {
	const of = (pick) => rounds.map(pick).sort((one, other) => one - other);
	// Both models run side by side, so the slower of the two decides.
	const served = ({ models }) => Math.max(...models.map(({ queue, model }) => queue + model));
	const lines = [
		...rounds[0].models.map(({ role }, index) => [`Model: ${role}`, of(({ models }) => models[index].model)]),
		["Queue", of(({ models }) => Math.max(...models.map(({ queue }) => queue)))],
		["Network, server and this browser", of((round) => round.whole - served(round))],
		["Whole request", of(({ whole }) => whole)],
	];
	const columns = [["Part", ""], ["Median", "number"], ["p95", "number"]];
	const rows = lines.map(([part, sorted]) => [part, milliseconds(sorted, 0.5), milliseconds(sorted, 0.95)]);
	const conditions = `${count(rounds.length, "request")}, one after the other, after ${WARM_UP} to warm up. Each runs both models side by side in the service’s own sessions, so its model times differ from those of a model alone.`;
	return table("Whole requests", columns, rows).outerHTML + make("p", { class: "hint" }, conditions).outerHTML;
}

// Linear between samples, as on the server.
function milliseconds(sorted, share) {
	const at = share * (sorted.length - 1);
	const low = Math.floor(at);
	const value = sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
	return `${value.toFixed(1)} ms`;
}
