// Runs once when the page opens: filters and freshness of what is shown, with no call to the server.
(() => {
	const filters = { threshold: 0, labels: null }; // null: all labels

	// What the server can show of a text: it replaces NUL and lone surrogates, HTML joins CR LF.
	const shown = (text) => text.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd").toWellFormed();

	const passes = (part) =>
		Number(part.dataset.score) >= filters.threshold &&
		(filters.labels === null || filters.labels.includes(part.dataset.label));

	function filter() {
		for (const result of document.querySelectorAll("#marked .result")) {
			const marks = [...result.querySelectorAll("mark")];
			for (const mark of marks) mark.classList.toggle("off", !passes(mark));
			for (const row of result.querySelectorAll("tbody tr")) row.hidden = !passes(row);
			tally(result.querySelector(".tally"), marks.filter(passes).length, marks.length);
		}
	}

	function tally(line, left, all) {
		const noun = all === 1 ? "entity" : "entities";
		const count = (number) => number.toLocaleString("en");
		line.textContent = left === all ? `${count(all)} ${noun}` : `${count(left)} of ${count(all)} ${noun} shown`;
	}

	// A result is stale when the text that it shows is not the text in the box any more.
	function markStale() {
		const box = document.querySelector("#note textarea");
		if (box === null) return;
		for (const result of document.querySelectorAll(".result")) {
			const passage = result.querySelector(".passage").textContent;
			result.classList.toggle("stale", shown(passage) !== shown(box.value));
		}
	}

	function show() {
		filter();
		markStale();
	}

	window.clinstill = {
		show, // each result calls it when it arrives or comes back with its tab (RESULT_ARRIVED in page.py)
		edited: markStale,
		filter(threshold, labels) {
			Object.assign(filters, { threshold, labels });
			filter();
		},
	};
	show();
})();
