// JSON and JSON lines, the one for a whole corpus, the other to be read, cut and joined by line.

export const json = (corpus) => indented(origin(corpus), corpus.documents.map(record));

// Every line names the model, so that lines of several files may be put together.
export const jsonLines = (corpus) => corpus.documents.map((document) => `${written({ ...record(document), ...origin(corpus) })}\n`);

// What every format says of where its entities come from.
export const origin = ({ model, revision, offsetUnit, created }) => ({ model, revision, offset_unit: offsetUnit, created });

// A number in the digits that a file gave it: JavaScript makes 9007199254740993 end in 2, and 1e3 a thousand.
export class Numeral {
	constructor(digits) {
		this.digits = digits;
	}

	toString() {
		return this.digits;
	}
}

// {...head, documents} over several lines, in parts; each document has an `id`.
export function indented(head, documents) {
	const parts = documents.map((document, number) => `${number ? "," : ""}\n    ${written(document, 2).replaceAll("\n", "\n    ")}`);
	return [`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "documents": [`, ...parts, "\n  ]\n}\n"];
}

// An object as JSON, its id first: of a number the digits, which JSON.stringify cannot write.
function written({ id, ...rest }, indent) {
	const digits = typeof id === "string" ? JSON.stringify(id) : `${id}`;
	return JSON.stringify({ id: 0, ...rest }, null, indent).replace("0", () => digits);
}

const record = ({ id, text, entities }) => ({
	id,
	text,
	entities: entities.map(({ start, end, label, score, text }) => ({ start, end, label, score, text })),
});
