// Client of the worker: promises. Each text is tagged once and in its turn.

export class Client {
	// Starts the worker. `parts`: {config, tokenizer, model, wasm, threads}, see worker.js; the buffers are
	// the worker's from then on. Resolves to {client, labels, threads}.
	static async start(parts) {
		const client = new Client();
		client.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
		client.answers = new Map(); // id -> {progress, resolve, reject}; "load" has the id undefined
		client.last = 0;
		client.worker.onmessage = ({ data }) => client.receive(data);
		const ready = client.answer(undefined, () => {});
		client.worker.onerror = () => client.fail("the worker stopped; reload the page");
		client.worker.postMessage({ type: "load", ...parts }, [parts.model, parts.wasm]);
		return { client, ...(await ready) };
	}

	// Tag a text. `progress` is called with the windows done and their number. Returns {result, cancel};
	// result resolves to {entities, notice, ms}, or to null once it was cancelled.
	tag(text, progress = () => {}) {
		const id = (this.last += 1);
		const result = this.answer(id, progress);
		this.worker.postMessage({ type: "tag", id, text });
		return { result, cancel: () => this.worker.postMessage({ type: "cancel", id }) };
	}

	// Has the worker try a request of its own. Resolves to {blocked, requests}, see sealed.js.
	prove() {
		const proved = this.answer("prove", () => {});
		this.worker.postMessage({ type: "prove", id: "prove" });
		return proved;
	}

	answer(id, progress) {
		return new Promise((resolve, reject) => this.answers.set(id, { progress, resolve, reject }));
	}

	fail(message) {
		for (const { reject } of this.answers.values()) reject(new Error(message));
		this.answers.clear();
	}

	receive({ type, id, ...data }) {
		const answer = this.answers.get(id);
		if (type === "progress") return answer.progress(data.done, data.total);
		this.answers.delete(id);
		if (type === "error") answer.reject(new Error(data.message));
		else answer.resolve(type === "cancelled" ? null : data);
	}
}
