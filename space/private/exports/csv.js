// CSV (RFC 4180): one row for each entity, no cell of which a spreadsheet takes for a formula.

const COLUMNS = ["document", "start", "end", "label", "score", "text", "model", "revision", "offset_unit", "created"];
const BYTE_ORDER_MARK = "\ufeff"; // without it Excel reads UTF-8 as the local 8-bit encoding

// A cell that begins so may be run as a formula; full-width signs too, where the keyboard has them. A
// leading apostrophe is doubled, so that removing one gives the text back.
const RISKY = /^['=+\-@\t\r\n＝＋－＠]/u;

// A text in which nothing was found has one row as well, with these fields empty.
const NOTHING = { start: "", end: "", label: "", score: "", text: "" };

export function csv({ model, revision, offsetUnit, created, documents }) {
	const rows = documents.flatMap(({ id, entities }) =>
		(entities.length ? entities : [NOTHING]).map(({ start, end, label, score, text }) => [
			cell(id), start, end, cell(label), score, cell(text), cell(model), cell(revision), cell(offsetUnit), cell(created),
		]),
	);
	return [BYTE_ORDER_MARK, ...[COLUMNS, ...rows].map((row) => `${row.join(",")}\r\n`)];
}

const cell = (value) => `"${String(value).replace(RISKY, "'$&").replaceAll('"', '""')}"`;
