// Abbreviations that a text defines, as in "chronic obstructive pulmonary disease (COPD)": Schwartz and Hearst,
// PSB 2003, as in engine/abbreviations.py. Texts come as arrays of code points and as what `units` of unicode.js makes
// of them; offsets count code points.

import { isLetter } from "./unicode.js";

const PARENTHESIS = /\(([^()\n\r]{2,120})\)/g;
const LAST_WORD = /[^ \t\n\r()]+$/;
const BEFORE = 200; // characters before a parenthesis in which a long form is looked for
const CAPITAL = /\p{Lu}/u;

// The definitions in a text, in order, "long form (SF)" and "SF (long form)": {short, start, end}, the place of
// the long form.
function* abbreviations(points, text) {
	const of = (start, end) => points.slice(start, end);
	for (const { 0: whole, 1: within, index } of text.matchAll(PARENTHESIS)) {
		const low = Math.max(0, index - BEFORE);
		const high = low + text.slice(low, index).replace(/[ \t\n\r]+$/, "").length;
		const part = /^[ \t]*([^,;]*?)[ \t]*(?:[,;]|$)/.exec(within);
		const first = index + 1 + part[0].indexOf(part[1]);
		const inside = of(first, first + part[1].length);
		if (isShortForm(inside)) {
			const start = longForm(inside, of(low, high));
			if (start !== null) yield { short: inside.join(""), start: low + start, end: high };
			continue;
		}
		const word = LAST_WORD.exec(text.slice(low, high));
		const short = word ? of(low + word.index, high) : [];
		if (!isShortForm(short)) continue;
		const start = longForm(short, of(index + 1, index + whole.length - 1));
		if (start !== null) {
			yield { short: short.join(""), start: index + 1 + start, end: index + whole.length - 1 };
		}
	}
}

// Two to ten characters in one or two words, the first a letter or digit, a capital among them.
function isShortForm(points) {
	return (
		points.length >= 2 &&
		points.length <= 10 &&
		points.filter((point) => point === " ").length <= 1 &&
		isLetter(points[0]) &&
		points.some((point) => CAPITAL.test(point))
	);
}

// Where the long form of `short` begins in the code points that end with it, or null. Each letter of the short
// form is found from the right, the first at the start of a word; the long form has at most min(length + 5,
// 2 * length) words and is longer than the short one.
function longForm(short, before) {
	let place = before.length;
	for (let index = short.length - 1; index >= 0; index -= 1) {
		if (!isLetter(short[index])) continue;
		const wanted = short[index].toLowerCase();
		const fits = (at) => before[at].toLowerCase() === wanted && !(index === 0 && at > 0 && isLetter(before[at - 1]));
		place -= 1;
		while (place >= 0 && !fits(place)) place -= 1;
		if (place < 0) return null;
	}
	const words = before.slice(place).join("").split(/[ \t\n\r]+/).filter((word) => word);
	const letters = short.filter(isLetter).length;
	const fits = words.length <= Math.min(letters + 5, 2 * letters) && before.length - place > short.length;
	return fits && !words.includes(short.join("")) ? place : null;
}

// The entities of a text with those short forms that a long form explains: each has the label and the score of
// the entity that ends with its long form. A short form within a longer entity is left as it is.
export function resolve(points, text, entities) {
	const byEnd = new Map(entities.map((entity) => [entity.end, entity]));
	const meant = new Map();
	for (const { short, end } of abbreviations(points, text)) {
		if (byEnd.has(end) && !meant.has(short)) meant.set(short, byEnd.get(end));
	}
	if (!meant.size) return entities;
	const resolved = [];
	let next = 0;
	for (const { start, end, short } of occurrences(points, meant)) {
		while (next < entities.length && entities[next].end <= start) resolved.push(entities[next++]);
		const { label, score } = meant.get(short);
		const entity = entities[next];
		if (entity?.start === start && entity.end === end) {
			resolved.push(entity.label === label ? entity : { start, end, label, score, text: short });
			next += 1;
		} else if (!entity || entity.start >= end) {
			resolved.push({ start, end, label, score, text: short });
		}
	}
	return [...resolved, ...entities.slice(next)];
}

// Where short forms stand as whole words, not overlapping, the longest at each place.
function* occurrences(points, shorts) {
	const lengths = [...new Set(Array.from(shorts.keys(), (short) => Array.from(short).length))].sort((a, b) => b - a);
	for (let start = 0; start < points.length; start += 1) {
		if (!isLetter(points[start]) || (start > 0 && isLetter(points[start - 1]))) continue;
		for (const length of lengths) {
			const end = start + length;
			const short = points.slice(start, end).join("");
			if (shorts.has(short) && !(end < points.length && isLetter(points[end]))) {
				yield { start, end, short };
				start = end - 1;
				break;
			}
		}
	}
}
