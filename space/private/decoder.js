// Decodes label scores per word to entities with offsets (IOB2), under the rules of a model, as engine/decoding.py
// does.

import { resolve } from "./abbreviations.js";
import { placeholders, readLayout } from "./layout.js";
import { isMark, isSpace, isSymbol, units } from "./unicode.js";

const PAIRS = new Map(["()", "[]", "{}"].map(([opening, closing]) => [opening, closing]));
const CLOSING = new Set(PAIRS.values());

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
// logits: one score for each tag, token by token; tags: tag of each column, "O", "B-X" or "I-X";
// rules: those of the engine's RULES that hold; temperature: what the logits are divided by for an entity's score
//
// A word's tag is that of its first token. "I-X" continues an entity of type X and otherwise starts
// one, which happens only without the rule "transitions". An entity's score is the lowest probability of its tag
// over its words.
export function decode(points, tokens, logits, tags, { rules = [], temperature = 1 } = {}) {
	const holds = new Set(rules);
	const text = units(points); // what the rules read
	const found = [];
	const every = Array.from(words(tokens));
	const rows = every.map(({ first }) => Array.from(logits.subarray(first * tags.length, (first + 1) * tags.length)));
	const { columns, anew } = tagWords(text, every, rows, tags, holds);
	let open = null; // the entity that the word before belongs to
	for (const [index, word] of every.entries()) {
		const column = columns[index];
		const score = probabilities(rows[index].map((value) => value / temperature))[column];
		const label = typeOf(tags[column]);
		if (open && tags[column].startsWith("I-") && open.label === label && !anew[index]) {
			open.end = word.end;
			open.score = Math.min(open.score, score);
		} else {
			open = label ? { start: word.start, end: word.end, label, score } : null;
			if (open) found.push(open);
		}
	}
	const entities = found
		.map((entity) => ({ ...entity, ...visible(points, entity) }))
		.map((entity) => (holds.has("symbols") ? { ...entity, ...withoutSymbols(points, entity) } : entity))
		.map((entity) => (holds.has("brackets") ? { ...entity, ...balanced(points, entity) } : entity))
		.filter(({ start, end }) => start < end)
		.map(({ start, end, label, score }) => ({ start, end, label, score, text: points.slice(start, end).join("") }));
	return holds.has("abbreviations") ? resolve(points, text, entities) : entities;
}

// The column of each word's tag, and whether no entity goes on into the word from the one before.
function tagWords(text, every, rows, tags, holds) {
	const anew = every.map(() => false);
	const nothing = [];
	if (holds.has("layout")) {
		const { breaks, ruled } = readLayout(text);
		nothing.push(...ruled);
		let passed = 0;
		for (const [index, { start }] of every.entries()) {
			const before = passed;
			while (passed < breaks.length && breaks[passed] <= start) passed += 1;
			anew[index] = index > 0 && passed > before;
		}
	}
	if (holds.has("placeholders")) nothing.push(...placeholders(text));
	nothing.sort(([one], [other]) => one - other);
	let place = 0;
	const allowed = every.map(({ start, end }, index) => {
		while (place < nothing.length && nothing[place][1] <= start) place += 1;
		const blocked = place < nothing.length && nothing[place][0] < end;
		return blocked ? rows[index].map((score, column) => (tags[column] === "O" ? score : -Infinity)) : rows[index];
	});
	const columns = holds.has("transitions") ? bestPath(allowed, tags, anew) : allowed.map(highest);
	return { columns, anew };
}

// The columns of the highest sum of scores in which "I-X" follows "B-X" or "I-X": each word's best column, but for
// stretches around words where this breaks the rule.
function bestPath(rows, tags, anew) {
	const columns = rows.map(highest);
	// Which "B-X" an "I-X" needs; -1: none. A type that has no "B-X" begins with "I-X".
	const begins = tags.map((tag) => (tag.startsWith("I-") ? tags.indexOf(`B-${typeOf(tag)}`) : -1));
	const inside = columns.map((column) => begins[column] >= 0);
	const follows = (index) => index > 0 && !anew[index] && [columns[index], begins[columns[index]]].includes(columns[index - 1]);
	const broken = [...columns.keys()].filter((index) => inside[index] && !follows(index));
	if (!broken.length) return columns;
	const losses = broken.map((index) => rows[index][columns[index]] - rows[index][begins[columns[index]]]);
	for (const [start, stop] of stretches(rows, inside, broken, losses)) {
		const before = start ? columns[start - 1] : tags.indexOf("O");
		const path = viterbi(rows.slice(start, stop), begins, anew.slice(start, stop), before);
		for (const [offset, column] of path.entries()) columns[start + offset] = column;
	}
	return columns;
}

// Where the best path may leave the words' best columns, as [start, stop]; the engine says why.
function stretches(rows, inside, broken, losses) {
	const gaps = rows.map((row) => {
		const [first, second] = [...row].sort((one, other) => other - one);
		return first - second;
	});
	const ends = new Array(rows.length);
	for (let index = rows.length - 1, end = rows.length; index >= 0; index -= 1) {
		if (!inside[index]) end = index;
		ends[index] = end;
	}
	const found = [];
	for (const [number, word] of broken.entries()) {
		let [start, stop, loss] = [word, ends[word], losses[number]];
		for (;;) {
			const floor = found.length ? found.at(-1)[1] : 0;
			while (start > floor && loss >= gaps[start - 1]) {
				start -= 1;
				loss -= gaps[start];
			}
			if (!found.length || start > floor) break;
			const [earlier, end, left] = found.pop();
			[start, stop, loss] = [earlier, Math.max(stop, end), loss + left];
		}
		found.push([start, stop, loss]);
	}
	return found;
}

// The best path through some words after one of the column `before`.
function viterbi(rows, begins, anew, before) {
	let best = begins.map((_, column) => (column === before ? 0 : -Infinity));
	const steps = rows.map((row, index) => {
		const top = highest(best);
		const step = begins.map((begin, column) => (begin < 0 ? top : best[column] > best[begin] ? column : begin));
		best = row.map((score, column) => (anew[index] && begins[column] >= 0 ? -Infinity : best[step[column]] + score));
		return step;
	});
	const columns = [highest(best)];
	for (const step of steps.slice(1).reverse()) columns.push(step[columns.at(-1)]);
	return columns.reverse();
}

// The column of the highest score, the first of equal ones.
function highest(scores) {
	return scores.reduce((top, score, column) => (score > scores[top] ? column : top), 0);
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

// An entity's place without outer white space, and with each combining mark kept by the character before it:
// marks after the last letter are taken in, marks at the start are left to what stands before.
function visible(points, { start, end }) {
	while (start < end && (isSpace(points[start]) || isMark(points[start]))) start += 1;
	while (end > start && isSpace(points[end - 1])) end -= 1;
	while (start < end && end < points.length && isMark(points[end])) end += 1;
	return { start, end };
}

// An entity's place without the symbols at its ends; "+" and others of ASCII are parts of names.
function withoutSymbols(points, { start, end }) {
	let [low, high] = [start, end];
	while (low < high && isSymbol(points[low])) low += 1;
	while (high > low && isSymbol(points[high - 1])) high -= 1;
	return low === start && high === end ? { start, end } : visible(points, { start: low, end: high });
}

// An entity's place without a bracket that it opens and does not close, or closes and does not open. What closes
// such a bracket directly behind the entity is taken in; else the entity is cut at odd brackets, and its longest
// piece is kept.
function balanced(points, { start, end }) {
	const odd = oddBrackets(points, start, end);
	if (!odd.length) return { start, end };
	if (odd.length === 1 && end < points.length && points[end] === PAIRS.get(points[odd[0]])) {
		return { start, end: end + 1 };
	}
	const edges = [...odd, end];
	const pieces = edges.map((after, index) => ({ start: index ? odd[index - 1] + 1 : start, end: after }));
	const length = (piece) => piece.end - piece.start;
	return visible(points, pieces.reduce((longest, piece) => (length(piece) > length(longest) ? piece : longest)));
}

// The brackets from `start` to `end` that have no partner there, and those around one that has none.
function oddBrackets(points, start, end) {
	const odd = [];
	let opened = [];
	for (let place = start; place < end; place += 1) {
		if (PAIRS.has(points[place])) opened.push(place);
		else if (CLOSING.has(points[place])) {
			if (opened.length && PAIRS.get(points[opened.at(-1)]) === points[place]) opened.pop();
			else {
				odd.push(...opened, place);
				opened = [];
			}
		}
	}
	return [...odd, ...opened];
}
