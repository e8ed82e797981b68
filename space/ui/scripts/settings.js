// Keeps settings in the address, after "#": the tab, and the filters of the first tab. Never the text.

const filters = { threshold: 0, labels: null }; // null: all labels
let tab = null; // null: the first
let restored = false; // until the address was read it is not written: Gradio reports changes as it starts

export const currentFilters = () => filters;

export function setFilters(threshold, labels, all) {
	Object.assign(filters, { threshold, labels: labels.length === all.length ? null : labels });
	write();
}

export function setTab(name) {
	tab = name;
	write();
}

// {tab, threshold, labels} of the address; what is missing, unknown or malformed is left at its default.
export function readAddress(tabs, all) {
	restored = true;
	const given = new URLSearchParams(location.hash.slice(1));
	const threshold = Number(given.get("threshold"));
	const labels = given.getAll("label").filter((label) => all.includes(label));
	return {
		tab: tabs.includes(given.get("tab")) ? given.get("tab") : tabs[0],
		threshold: threshold > 0 && threshold <= 1 ? threshold : 0,
		labels: given.has("label") ? labels : all,
	};
}

function write() {
	if (!restored) return;
	const given = new URLSearchParams();
	if (tab !== null) given.set("tab", tab);
	if (filters.threshold > 0) given.set("threshold", filters.threshold);
	// No label at all is written as one empty label: without any, all are meant.
	if (filters.labels !== null) for (const label of filters.labels.length > 0 ? filters.labels : [""]) given.append("label", label);
	const hash = given.size > 0 ? `#${given}` : "";
	if (hash !== location.hash) history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
}
