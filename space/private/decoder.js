// Decodes label scores per word to entities with offsets (IOB2, read leniently), as engine/decoding.py does.

import { isMark, isSpace } from "./unicode.js";

// Softmax of one row of logits, computed in doubles.
export function probabilities(row) {
	const highest = Math.max(...row);
	const exponents = Array.from(row, (value) => Math.exp(value - highest));
	const total = exponents.reduce((sum, value) => sum + value, 0);
	return exponents.map((value) => value / total);
}

// Entities of a text, sorted and not overlapping: [{start, end, label, score, text}], offsets in code
// points.
//
// points: the text's code points; tokens: {starts, ends, words} as the tokenizer gives them;
// logits: one score for each tag, token by token; tags: tag of each column, "O", "B-X" or "I-X"
//
// A word's tag is that of its first token. "I-X" continues an entity of type X and otherwise starts
// one. An entity's score is the lowest probability of its tag over its words.
export function decode(points, tokens, logits, tags) {
	const found = [];
	let open = null; // the entity that the word before belongs to
	for (const word of words(tokens)) {
		const scores = probabilities(logits.subarray(word.first * tags.length, (word.first + 1) * tags.length));
		const best = scores.indexOf(Math.max(...scores));
		const label = typeOf(tags[best]);
		if (open && tags[best].startsWith("I-") && open.label === label) {
			open.end = word.end;
			open.score = Math.min(open.score, scores[best]);
		} else {
			open = label ? { start: word.start, end: word.end, label, score: scores[best] } : null;
			if (open) found.push(open);
		}
	}
	return found.map((entity) => visible(points, entity)).filter((entity) => entity.start < entity.end);
}

// The entity types of a list of tags, in their order.
export function entityTypes(tags) {
	return [...new Set(tags.map(typeOf))].filter((type) => type);
}

// "Chemical" of "B-Chemical", nothing of "O".
function typeOf(tag) {
	const dash = tag.indexOf("-");
	return dash < 0 ? "" : tag.slice(dash + 1);
}

// Each word's first token, start and end.
function* words({ starts, ends, words: numbers }) {
	for (let first = 0, next; first < numbers.length; first = next) {
		next = first + 1;
		while (next < numbers.length && numbers[next] === numbers[first]) next += 1;
		yield { first, start: starts[first], end: ends[next - 1] };
	}
}

// The entity without outer white space, and with each combining mark kept by the character before it:
// marks after the last letter are taken in, marks at the start are left to what stands before.
function visible(points, { start, end, label, score }) {
	while (start < end && (isSpace(points[start]) || isMark(points[start]))) start += 1;
	while (end > start && isSpace(points[end - 1])) end -= 1;
	while (start < end && end < points.length && isMark(points[end])) end += 1;
	return { start, end, label, score, text: points.slice(start, end).join("") };
}
