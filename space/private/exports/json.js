// JSON and JSON lines, the one for a whole corpus, the other to be read, cut and joined by line.

export const json = (corpus) => `${JSON.stringify({ ...origin(corpus), documents: corpus.documents.map(record) }, null, 2)}\n`;

// Every line names the model, so that lines of several files may be put together.
export const jsonLines = (corpus) =>
	corpus.documents.map((document) => `${JSON.stringify({ ...record(document), ...origin(corpus) })}\n`);

// What every format says of where its entities come from.
export const origin = ({ model, revision, offsetUnit, created }) => ({ model, revision, offset_unit: offsetUnit, created });

const record = ({ id, text, entities }) => ({
	id,
	text,
	entities: entities.map(({ start, end, label, score, text }) => ({ start, end, label, score, text })),
});
