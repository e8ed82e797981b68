// A file to the server (service/files.py), and its rows back as they are done. The page keeps the file.

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
		const content = JSON.parse(line);
		if (left === null) {
			left = content.rows;
			begin(content);
		} else {
			left -= 1;
			done(content);
		}
	}
	if (left !== 0) throw new Error("the answer broke off");
}

async function refusal(response) {
	const answer = await response.json().catch(() => null); // a proxy's error is no JSON
	const message = answer?.error?.message ?? `the server answered ${response.status}`;
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
