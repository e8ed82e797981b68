// brat standoff: a folder, as a zip, of pairs NAME.txt and NAME.ann, with the labels in annotation.conf
// and the texts' ids, model and revision in clinstill.json. A note of each mention has its score.

import { indented, origin } from "./json.js";
import { zip } from "./zip.js";

// A line of .ann holds no tab, and none of what some reader takes for the end of a line.
const BREAKS = /([\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+)/u;

export function brat(corpus) {
	const names = uniqueNames(corpus.documents.map(({ id }) => String(id)));
	const files = corpus.documents.flatMap(({ text, entities }, number) => [
		{ name: `${names[number]}.txt`, text },
		{ name: `${names[number]}.ann`, text: entities.map((entity, at) => lines(entity, at + 1, corpus)).join("") },
	]);
	const index = corpus.documents.map(({ id }, number) => ({ id, file: `${names[number]}.txt` }));
	const about = indented(origin(corpus), index).join("");
	return zip([...files, { name: "annotation.conf", text: configuration(corpus) }, { name: "clinstill.json", text: about }]);
}

function lines({ start, label, score, text }, number, { model, revision, offsetUnit }) {
	const parts = fragments(start, text);
	const places = parts.map((part) => `${part.start} ${part.end}`).join(";");
	const mention = `T${number}\t${bratLabel(label)} ${places}\t${parts.map((part) => part.text).join(" ")}`;
	return `${mention}\n#${number}\tAnnotatorNotes T${number}\tscore ${score}, ${model} at ${revision}, offsets in ${offsetUnit}s\n`;
}

// What brat writes for a mention that goes over the end of a line: its parts, each within one.
function fragments(start, text) {
	const parts = [];
	let at = start;
	for (const piece of text.split(BREAKS)) {
		const end = at + [...piece].length;
		if (piece && !BREAKS.test(piece)) parts.push({ start: at, end, text: piece });
		at = end;
	}
	return parts;
}

const bratLabel = (label) => label.replaceAll(/[^\p{L}\p{N}_-]/gu, "_");

function configuration({ documents }) {
	const labels = new Set(documents.flatMap(({ entities }) => entities.map(({ label }) => bratLabel(label))));
	return `[entities]\n${[...labels].sort().join("\n")}\n\n[relations]\n\n[events]\n\n[attributes]\n`;
}

// A file's name for each id: what every system takes, and no two that differ in case alone.
function uniqueNames(ids) {
	const taken = new Set();
	return ids.map((id) => {
		const plain = id.replaceAll(/[^A-Za-z0-9_-]+/g, "_").slice(0, 80) || "text";
		let name = plain;
		for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${plain}-${number}`;
		taken.add(name.toLowerCase());
		return name;
	});
}
