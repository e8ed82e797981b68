// Sends a file to the server (service/api/file_tagging.py) and reads its rows as they are done. The page keeps the file.

import { Numeral } from "../private/exports.js";

const NUMBER = /^\{"row": \d+, "id": (-?\d[^,]*),/; // as the server writes a row whose id is one

// What to say in place of the server's words, which are for programs.
const REFUSALS = {
	unauthorised: "this server asks for a token",
	busy: "the server has other work to do",
	slow: "it took too long to send; a smaller file takes less time",
};

// The server took no row. `status` is that of HTTP.
export class Refusal extends Error {
	constructor(status, message) {
		super(message);
		this.status = status;
	}
}

// Calls begin({model, revision, offset_unit, rows}) once and then done(row) for each row, in order.
// Throws Refusal, an AbortError when `signal` ends it, and an Error when the answer breaks off.
export async function send(file, token, signal, { begin, done }) {
	const address = new URL("v1/files", document.baseURI);
	address.searchParams.set("name", file.name);
	const headers = token === "" ? {} : { Authorization: `Bearer ${token}` };
	const response = await fetch(address, { method: "POST", body: file, headers, signal });
	if (!response.ok) throw await refusal(response);
	let left = null;
	for await (const line of lines(response.body)) {
		if (left === null) {
			const head = JSON.parse(line);
			left = head.rows;
			begin(head);
		} else {
			left -= 1;
			done(row(line));
		}
	}
	if (left !== 0) throw new Error("the answer broke off");
}

function row(line) {
	const content = JSON.parse(line);
	if (typeof content.id === "number") content.id = new Numeral(NUMBER.exec(line)[1]);
	return content;
}

async function refusal(response) {
	const answer = await response.json().catch(() => null); // a proxy's error is no JSON
	const message = REFUSALS[answer?.error?.code] ?? answer?.error?.message ?? `the server answered ${response.status}`;
	const wait = response.headers.get("Retry-After");
	return new Refusal(response.status, wait === null ? message : `${message}; try again in ${wait} s`);
}

async function* lines(stream) {
	const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		const found = (rest + part.value).split("\n");
		rest = found.pop();
		yield* found;
	}
}
