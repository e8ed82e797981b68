// The badge: what was checked in this browser, each line with how. A line stands there only once its
// check is done, and says so when it failed or could not be done.

import { SHA256, VERSION } from "./runtime.js";
import { connectionsBlocked } from "./sealed.js";

const HELD = "held";
const FAILED = "failed";
const UNKNOWN = "unknown";
const SAID = { [HELD]: "Checked", [FAILED]: "Failed", [UNKNOWN]: "Not checked" }; // for screen readers
// What the page forbids itself when it has everything. The worker's own policy forbids it from the start.
const LOCK = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'";
const NO_SHA256 = "Browsers offer SHA-256 to secure addresses only: https, or this machine itself.";

async function digestOf(buffer) {
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
	return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Proof {
	// list: gets a line for each check; badge: a link to it, which sums it up
	constructor(list, badge) {
		this.list = list;
		this.badge = badge;
	}

	// The model's file is the one that the server names. Throws when it is another one.
	async file(buffer, { sha256, bytes }) {
		if (!globalThis.crypto.subtle) {
			this.add(UNKNOWN, "The model’s file was not compared", NO_SHA256);
			return;
		}
		const found = await digestOf(buffer);
		const size = `${(buffer.byteLength / 1e6).toFixed(1)} MB`;
		if (found !== sha256) {
			this.add(FAILED, "The model is another file than the server names", `SHA-256 of the ${size} that came: ${found}. Named: ${sha256}, ${bytes} bytes.`);
			throw new Error("the model that came is not the file that the server names, so it is not used; reload the page, or tell whoever runs the server");
		}
		this.add(HELD, "The model is the file that the server names as its own", `SHA-256 of the ${size} that came, computed here: ${found}`);
	}

	// ONNX Runtime's files, by name, are those that this page was made for. Throws when one is another.
	async runtime(files) {
		if (!globalThis.crypto.subtle) {
			this.add(UNKNOWN, "The runtime’s files were not compared", NO_SHA256);
			return;
		}
		for (const [name, buffer] of Object.entries(files)) {
			const found = await digestOf(buffer);
			if (found === SHA256[name]) continue;
			this.add(FAILED, "What runs the model is another file than this page was made for", `SHA-256 of the ${name} that came: ${found}. Named: ${SHA256[name]}.`);
			throw new Error(`${name} is not the file of ONNX Runtime ${VERSION} that this page was made for, so it is not used; tell whoever runs the server`);
		}
		this.add(HELD, `What runs the model is ONNX Runtime ${VERSION}`, `Its ${Object.keys(files).length} files have the SHA-256 that this page names for them.`);
	}

	// This browser and the server find the same in one fixed text.
	answers(here, there) {
		const key = ({ start, end, label }) => `${start} ${end} ${label}`;
		const known = new Map(there.map((entity) => [key(entity), entity.score]));
		const common = here.filter((entity) => known.has(key(entity)));
		const different = here.length + there.length - 2 * common.length;
		if (different > 0) {
			this.add(FAILED, "It does not find what the server finds", `In a fixed text ${different} of ${there.length} entities differ, so results here may too.`);
			return;
		}
		const gap = Math.max(0, ...common.map((entity) => Math.abs(entity.score - known.get(key(entity)))));
		const scores = gap === 0 ? "equal scores" : `scores within ${(Math.ceil(gap * 1000) / 1000).toFixed(3)}`;
		this.add(HELD, "It finds what the server finds", `${there.length} entities in a fixed text, here and there: same places, same labels, ${scores}.`);
	}

	// Forbids the page every connection, for good, and tries one. Call it when all is loaded.
	async lock() {
		const policy = document.createElement("meta");
		policy.httpEquiv = "Content-Security-Policy";
		policy.content = LOCK;
		document.head.append(policy);
		if (await connectionsBlocked()) this.add(HELD, "This page can connect to nothing", "When all was loaded it forbade itself every connection; then the browser blocked a test request to this page’s own server.");
		else this.add(FAILED, "This page could still connect", "It forbade itself every connection, but a test request was not blocked. It sends nothing by itself; this browser does not enforce it.");
	}

	// What the worker, which holds the text while it is tagged, has found by the same test.
	worker({ blocked }) {
		if (blocked) this.add(HELD, "Nor can the part that runs the model", "It starts under a policy that allows no connection; its own test request was blocked too.");
		else this.add(FAILED, "The part that runs the model could connect", "Its own test request was not blocked. It sends nothing by itself; this browser does not enforce it.");
	}

	threads(count) {
		const why = globalThis.crossOriginIsolated
			? "The page is isolated from all others, so threads may share memory. It takes half of the processors, at most four."
			: "The page is not isolated from others here, so the browser allows no more. All else is the same.";
		this.add(HELD, count === 1 ? "1 thread" : `${count} threads`, why);
	}

	// Counts from now on. `before`: what the worker has counted until now.
	countRequests(before) {
		this.before = before;
		this.inPage = 0;
		this.inWorker = 0;
		this.line = this.add(HELD, "Requests since: 0", "As the browser counts them since the test above, in the page and in the part that runs the model.");
		new PerformanceObserver((found) => {
			this.inPage += found.getEntries().length;
			this.showRequests();
		}).observe({ type: "resource" });
	}

	// `inWorker`: what the worker has counted by now.
	requests(inWorker) {
		this.inWorker = inWorker - this.before;
		this.showRequests();
	}

	showRequests() {
		const all = this.inPage + this.inWorker;
		this.line.className = all === 0 ? HELD : FAILED;
		this.line.querySelector("strong").textContent = `Requests since: ${all}`;
		this.sumUp();
	}

	sumUp() {
		const lines = [...this.list.children];
		const held = lines.filter(({ className }) => className === HELD).length;
		const failed = lines.some(({ className }) => className === FAILED);
		this.badge.className = failed ? FAILED : held < lines.length ? UNKNOWN : HELD;
		this.badge.textContent = `${held} of ${lines.length} checks held in this browser`;
		this.badge.parentElement.hidden = false;
		this.list.parentElement.hidden = false;
	}

	add(state, title, how) {
		const line = document.createElement("li");
		line.className = state;
		const said = document.createElement("span");
		said.className = "unseen";
		said.textContent = `${SAID[state]}: `;
		const strong = document.createElement("strong");
		strong.append(title);
		const reason = document.createElement("span");
		reason.className = "how";
		reason.append(how);
		const text = document.createElement("div");
		text.append(said, strong, reason);
		line.append(text);
		this.list.append(line);
		this.sumUp();
		return line;
	}
}
