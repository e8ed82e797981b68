// Runs once when the page opens: filters and freshness of what is shown, with no call to the server.
(() => {
	const filters = { threshold: 0, labels: null }; // null: all labels

	// What the server could show of a text: it replaces NUL and lone surrogates, HTML joins CR LF.
	const shown = (text) => text.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd").toWellFormed();

	const passes = (part) =>
		Number(part.dataset.score) >= filters.threshold &&
		(filters.labels === null || filters.labels.includes(part.dataset.label));

	function filterResult(result) {
		for (const mark of result.querySelectorAll("mark")) mark.classList.toggle("off", !passes(mark));
		const rows = [...result.querySelectorAll("tbody tr")];
		for (const row of rows) row.hidden = !passes(row);
		const tally = result.querySelector(".tally");
		const left = rows.filter((row) => !row.hidden).length;
		const noun = rows.length === 1 ? "entity" : "entities";
		const said = left === rows.length ? `${left} ${noun}` : `${left} of ${rows.length} ${noun} shown`;
		if (tally.textContent !== said) tally.textContent = said;
	}

	// A result is stale when the text that it shows is not the text in the box any more.
	function markStale(result, written) {
		const passage = result.querySelector(".passage").textContent;
		result.classList.toggle("stale", shown(passage) !== shown(written));
	}

	function refresh() {
		const box = document.querySelector("#note textarea");
		for (const result of document.querySelectorAll("#marked .result")) filterResult(result);
		if (box === null) return;
		for (const result of document.querySelectorAll(".result")) markStale(result, box.value);
	}

	window.clinstill = {
		refresh,
		filter(threshold, labels) {
			Object.assign(filters, { threshold, labels });
			refresh();
		},
	};

	// A new result, or one that comes back when its tab is opened again, arrives as a new element.
	const isResult = (node) =>
		node instanceof Element && (node.matches(".result") || node.querySelector(".result") !== null);
	new MutationObserver((changes) => {
		if (changes.some((change) => [...change.addedNodes].some(isResult))) refresh();
	}).observe(document.body, { childList: true, subtree: true });
	refresh();
})();
