// FHIR R4 (4.0.1): a Bundle of the model (Device), each text (DocumentReference) and each entity
// (Observation about its text). An entity is a mention: that a text names a disease does not say that
// somebody has it, so none becomes a Condition, and each Observation is preliminary.

import { origin } from "./json.js";

const WHERE = "http://hl7.org/fhir/StructureDefinition/derivation-reference";
const TEXT = "DocumentReference.content[0].attachment.data";

export function fhir(corpus) {
	const device = entry(deviceOf(corpus));
	const entries = corpus.documents.flatMap((document) => {
		const source = entry(sourceOf(document, corpus));
		return [source, ...document.entities.map((entity) => entry(observationOf(entity, source.fullUrl, device.fullUrl, corpus)))];
	});
	const tag = Object.entries(origin(corpus)).map(([name, value]) => ({ system: `urn:clinstill:${name}`, code: code(value) }));
	const bundle = { resourceType: "Bundle", meta: { tag }, type: "collection", timestamp: corpus.created, entry: [device, ...entries] };
	return `${JSON.stringify(bundle)}\n`;
}

const entry = (resource) => ({ fullUrl: `urn:uuid:${uuid()}`, resource });

const deviceOf = ({ model, revision, offsetUnit }) => ({
	resourceType: "Device",
	status: "active",
	deviceName: [{ name: string(model), type: "model-name" }],
	type: { text: "Entity recogniser" },
	version: [{ type: { text: "revision" }, value: string(revision) }],
	property: [{ type: { text: "offset_unit" }, valueCode: [{ text: offsetUnit }] }],
});

const sourceOf = ({ id, text }, { created }) => ({
	resourceType: "DocumentReference",
	status: "current",
	date: created,
	description: string(id),
	content: [{ attachment: { contentType: "text/plain; charset=utf-8", ...data(text), title: string(id) } }],
});

const observationOf = ({ start, end, label, score, text }, source, device, { created }) => ({
	resourceType: "Observation",
	extension: [
		{
			url: WHERE,
			extension: [
				{ url: "reference", valueReference: { reference: source } },
				{ url: "path", valueString: TEXT },
				{ url: "offset", valueInteger: start },
				{ url: "length", valueInteger: end - start },
			],
		},
	],
	status: "preliminary",
	code: { text: string(label) },
	focus: [{ reference: source }],
	issued: created,
	valueString: string(text),
	device: { reference: device },
	derivedFrom: [{ reference: source }],
	component: [{ code: { text: "score" }, valueQuantity: { value: score } }],
});

// A string of FHIR is not empty and has no control characters but tab, LF and CR.
const string = (value) => String(value).toWellFormed().replaceAll(/[\0-\x08\v\f\x0e-\x1f]/g, "\ufffd") || "\ufffd";

// A code of FHIR has no spaces but single ones inside.
const code = (value) => string(value).trim().replaceAll(/\s+/g, " ") || "\ufffd";

// The text as Base64 of UTF-8, encoded in pieces that fit into one call; FHIR has no empty data.
function data(text) {
	const bytes = new TextEncoder().encode(text);
	let binary = "";
	for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
	return bytes.length ? { data: btoa(binary) } : { size: 0 };
}

// A random UUID (version 4); crypto.randomUUID is there in secure contexts only.
function uuid() {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
	return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
