// Characters as Python and its tokenizer see them: one string a code point, offsets counted in code
// points, while JavaScript counts UTF-16 units.

import { CONTROLS, PUNCTUATION, STRIPPED_MARKS } from "./unicode_tables.js";

const SPACE = /^[\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;
const SEPARATOR = /^[\x1c-\x1f]$/; // space to Python, not to its tokenizer
const LETTER = /^[\p{L}\p{N}]$/u;
const SYMBOL = /^(?![\u0000-\u007f])[\p{So}\p{Sm}\p{Sk}\p{No}]$/u;
const MARK = /^[\p{Mn}\p{Me}]$/u;

// The code points of a text, each as a string; a lone surrogate is one of its own.
export function codePoints(text) {
	return Array.from(text);
}

// A text of one UTF-16 unit a code point, for patterns whose matches count code points: what takes two units
// stands there as an ideograph, if it is a letter or digit, else as U+FFFF.
export function units(points) {
	return points.map((point) => (point.length === 1 ? point : isLetter(point) ? "\u4e00" : "\uffff")).join("");
}

// Whether it is a letter or digit.
export function isLetter(character) {
	return LETTER.test(character);
}

// Python's `character.isspace()`.
export function isSpace(character) {
	return SPACE.test(character) || SEPARATOR.test(character);
}

// What the tokenizer takes for space.
export function isTokenizerSpace(character) {
	return SPACE.test(character);
}

// A symbol that is not in ASCII, such as an arrow, a trade mark or a raised digit.
export function isSymbol(character) {
	return SYMBOL.test(character);
}

// A mark that has no place of its own: it belongs to the character before it. The browser's Unicode
// decides, which may be newer than Python's: then it knows marks of some scripts that Python does not.
export function isMark(character) {
	return MARK.test(character);
}

// What the tokenizer removes from every text.
export const isControl = memberOf(CONTROLS);

// What the tokenizer removes as an accent.
export const isStrippedMark = memberOf(STRIPPED_MARKS);

// What the tokenizer makes a word of its own.
export const isPunctuation = memberOf(PUNCTUATION);

// (character) -> whether the table holds it.
function memberOf(table) {
	const escaped = (number) => `\\u{${number}}`;
	const ranges = table.split(" ").map((range) => range.split("-").map(escaped).join("-"));
	const pattern = new RegExp(`^[${ranges.join("")}]$`, "u");
	return (character) => pattern.test(character);
}
