// Entities as files, made in the browser: no text goes to a server for it. docs/exports.md describes
// each format. Used by the Gradio page and by the private page; no dependencies.
//
// A corpus: {model, revision, offsetUnit, created, documents: [{id, text, entities}]}, an entity:
// {start, end, label, score, text} with `text` of the document from code point `start` to `end`. `id` is a
// string or a number, which Numeral holds in its own digits. `created` is a time as `new Date().toISOString()`
// writes it.

import { biocJson, biocXml } from "./exports/bioc.js";
import { brat } from "./exports/brat.js";
import { csv } from "./exports/csv.js";
import { fhir } from "./exports/fhir.js";
import { json, jsonLines, Numeral } from "./exports/json.js";

export { Numeral };

const WRITERS = { json, jsonl: jsonLines, csv, brat, "bioc-xml": biocXml, "bioc-json": biocJson, fhir };

// What there is to choose: `about` is one sentence for people, `extension` goes after the file's name.
export const FORMATS = [
	{ id: "json", title: "JSON", extension: "json", type: "application/json", about: "One object with all texts and entities." },
	{ id: "jsonl", title: "JSON lines", extension: "jsonl", type: "application/jsonl", about: "One line for each text." },
	{ id: "csv", title: "CSV", extension: "csv", type: "text/csv", about: "One row for each entity; spreadsheets run nothing in it." },
	{ id: "brat", title: "brat", extension: "brat.zip", type: "application/zip", about: "A folder of .txt and .ann files." },
	{ id: "bioc-xml", title: "BioC XML", extension: "bioc.xml", type: "application/xml", about: "One BioC collection." },
	{ id: "bioc-json", title: "BioC JSON", extension: "bioc.json", type: "application/json", about: "One BioC collection." },
	{ id: "fhir", title: "FHIR", extension: "fhir.json", type: "application/fhir+json", about: "A Bundle (R4) of texts, and an Observation for each entity." },
];

// The file of a corpus in the format of this id. Throws when the offsets do not count code points.
export function make(format, corpus) {
	const { type } = FORMATS.find(({ id }) => id === format);
	if (corpus.offsetUnit !== "code_point") throw new Error(`offsets should count code points, found ${corpus.offsetUnit}`);
	return new Blob([WRITERS[format](corpus)].flat(), { type });
}

// Offer a file for saving under `name`.
export function save(blob, name) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(blob);
	link.download = name;
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // a large file is still being read for a while
}
