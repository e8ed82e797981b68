// BioC: one collection, one passage for each text. Offsets and lengths count code points, as the readers
// in use do; the collection's infon `offset_unit` says so.

import { origin } from "./json.js";

export const biocJson = (corpus) => `${JSON.stringify(collection(corpus), null, 2)}\n`;

export function biocXml(corpus) {
	const { source, date, key, infons, documents } = collection(corpus);
	return [
		'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection>',
		element("source", source) + element("date", date) + element("key", key) + infonElements(infons),
		...documents.map(({ id, passages: [passage] }) => `<document>${element("id", id)}${passageElement(passage)}</document>\n`),
		"</collection>\n",
	];
}

function collection(corpus) {
	return {
		source: "Clinstill",
		date: corpus.created.slice(0, 10).replaceAll("-", ""),
		key: "Clinstill's docs/exports.md",
		infons: origin(corpus),
		documents: corpus.documents.map(({ id, text, entities }) => ({
			id: String(id),
			infons: {},
			passages: [{ offset: 0, infons: {}, text, sentences: [], annotations: entities.map(annotation), relations: [] }],
			relations: [],
		})),
	};
}

const annotation = ({ start, end, label, score, text }, number) => ({
	id: `T${number + 1}`,
	infons: { type: label, score: String(score) },
	text,
	locations: [{ offset: start, length: end - start }],
});

const passageElement = ({ offset, text, annotations }) =>
	`<passage>${element("offset", offset)}${element("text", text)}${annotations.map(annotationElement).join("")}</passage>`;

const annotationElement = ({ id, infons, text, locations: [{ offset, length }] }) =>
	`<annotation id="${id}">${infonElements(infons)}<location offset="${offset}" length="${length}"/>${element("text", text)}</annotation>`;

const infonElements = (infons) =>
	Object.entries(infons).map(([key, value]) => `<infon key="${key}">${escape(value)}</infon>`).join("");

const element = (name, value) => `<${name}>${escape(value)}</${name}>`;

// XML has no way to write these; one U+FFFD for each keeps every offset.
const NOT_IN_XML = /[\0-\x08\v\f\x0e-\x1f\ufffe\uffff]/g;
// A reader makes a plain CR an LF, and CR LF one character.
const WRITTEN = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

const escape = (value) =>
	String(value).toWellFormed().replaceAll(NOT_IN_XML, "\ufffd").replaceAll(/[&<>\r]/g, (character) => WRITTEN[character]);
