// Layout of a text: where it ends an entity (lists, empty lines, ruled lines), and placeholders, as in
// engine/layout.py. Texts come as `units` of unicode.js makes them, so that offsets count code points.

const LINE_END = /\r\n|\n|\r/g;
const BLANK = /^[ \t\f\u00a0]*$/;
const RULED = /^[ \t]*([-=_*~#+.])\1{2,}[ \t]*$/;
// Bullets, those of Word's symbol font and of Windows-1252 among them, and numbers: "1." "(2)" "3:".
const MARK =
	/^[ \t]*(?:[-*+>\u00b7\u2022\u2023\u25a0-\u25ff\u2013\u2014\u0095\ue000-\uf8ff]|\(?[0-9]{1,3}[.):])[ \t]+/;
const LETTER = /^[ \t]*\(?([A-Za-z])([.)])[ \t]+/;
const PLACEHOLDER = /\[\*\*[^\]\n]{0,100}\*\*\]|_{2,}|\[[A-Z][A-Z0-9 _-]{2,40}\]/g;

// Lines of a bare list: at most so many characters and words, of which none joins a sentence.
const LONGEST = 40;
const MOST_WORDS = 5;
const SENTENCE = /[.;,!?](?:[ \t]|$)/;
const FUNCTION_WORD = new RegExp(
	"(?:^|[ \\t])(?:a|an|and|are|as|at|but|by|for|from|had|has|have|he|her|his|if|in|is|it|no|not|" +
		"of|on|or|our|she|so|than|that|the|their|then|there|they|this|to|was|we|were|which|who|with|without|you)(?:[ \\t]|$)",
	"i",
);

// Where the layout ends entities, and what in it is no part of one: {breaks, ruled}. breaks: offsets that no
// entity crosses, rising; ruled: [start, end] of each ruled line.
export function readLayout(text) {
	const lines = linesOf(text);
	const breaks = new Set();
	const around = ({ start, end }) => breaks.add(start).add(end);
	for (const match of text.matchAll(/\f/g)) breaks.add(match.index);
	for (const line of lines) {
		if (line.mark) breaks.add(line.start).add(line.start + line.mark);
		else if (!line.isText) around(line);
	}
	bareItems(lines).forEach(around);
	const ruled = lines.filter((line) => line.isRuled).map(({ start, end }) => [start, end]);
	return { breaks: [...breaks].sort((one, other) => one - other), ruled };
}

// What de-identified notes have in place of names, such as "___", "[**Name**]" and "[REDACTED]": [start, end].
export function placeholders(text) {
	return Array.from(text.matchAll(PLACEHOLDER), ({ 0: found, index }) => [index, index + found.length]);
}

function linesOf(text) {
	const ends = [...text.matchAll(LINE_END)];
	const starts = [0, ...ends.map(({ 0: found, index }) => index + found.length)];
	const stops = [...ends.map(({ index }) => index), text.length];
	const bodies = starts.map((start, index) => ({ start, end: stops[index], body: text.slice(start, stops[index]) }));
	const letters = bodies.map(({ body }) => LETTER.exec(body));
	return bodies.map(({ start, end, body }, index) => {
		const isRuled = RULED.test(body);
		const found = MARK.exec(body) ?? (isLettered(index, letters) ? letters[index] : null);
		const mark = found && !isRuled ? found[0].length : 0;
		const isHeading = body.replace(/[ \t]+$/, "").endsWith(":");
		return { start, end, body, mark, isRuled, isText: !(mark || isRuled || BLANK.test(body)), isHeading };
	});
}

// Whether a line that begins with a letter is an item: a line nearby begins with its neighbour in the
// alphabet. "E. coli" is none.
function isLettered(index, letters) {
	const here = letters[index];
	if (!here) return false;
	const near = [...letters.slice(Math.max(0, index - 5), index), ...letters.slice(index + 1, index + 6)];
	return near.some(
		(other) => other && other[2] === here[2] && Math.abs(other[1].charCodeAt(0) - here[1].charCodeAt(0)) === 1,
	);
}

// Whether a line may be an item of a bare list: a name, not a part of a sentence.
function isTerm({ body, isHeading }) {
	const term = body.replace(/^[ \t]+|[ \t]+$/g, "");
	return (
		!isHeading &&
		term.length <= LONGEST &&
		term.split(/[ \t]+/).length <= MOST_WORDS &&
		!SENTENCE.test(term) &&
		!FUNCTION_WORD.test(term)
	);
}

// The items of lists without marks: short lines, one name each. Two lines of a sentence that is wrapped look
// alike, so a list has a heading, three lines, or capitals; and nothing but lists and headings follows it in
// its paragraph.
function bareItems(lines) {
	const items = [];
	let run = [];
	let headed = false;
	for (const line of [...lines, null]) {
		if (line?.isText && isTerm(line)) {
			run.push(line);
			continue;
		}
		const ended = !line?.isText || line.isHeading;
		const capitalised = run.every(({ body }) => /^[ \t]*[A-Z0-9]/.test(body));
		if (ended && (run.length >= 3 || (run.length && headed) || (run.length === 2 && capitalised))) items.push(...run);
		run = [];
		headed = Boolean(line?.isText && line.isHeading);
	}
	return items;
}
