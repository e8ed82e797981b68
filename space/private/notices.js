// Notices about a text to its reader: that it is not English, or mostly shorthand. It does what
// engine/notices.py does, where the reasons and the origin of the thresholds stand; tests compare the two.

import { codePoints } from "./unicode.js";

// A letter, then letters and whatever a script beyond the Latin one hangs on them.
const WORD =
	/[\p{L}\p{Nl}\p{No}](?:[\p{L}\p{Nl}\p{No}]|[^\u{0}-\u{2ff}\u1680\u2000-\u303f\ud800-\udfff\uff00-\uff20])*/gu;
const LATIN = /[a-z\u00b5\u00df-\u024f\u1e00-\u1eff]/u;
const ASCII = /^[\u{0}-\u{7f}]*$/u;
const GLUE = new Set("0123456789/+-#&@()[]"); // as in "x3d", "c/o", "n-methyl"
const SHORT = 3; // letters
const [PIECES, PIECE] = [20, 1000]; // pieces of a longer text, of so many characters, tell as much as all of it
const setOf = (words) => new Set(words.trim().split(/\s+/));
const PLAIN = setOf(`
	a i an am as at be by do go he if in is it me my no of on or so to up us we all and any are but can day
	did due few for get got had has her him his how its let man may men new not now off old one our out per
	see she the too two use was who yes you
`);
const DOSES = setOf("mg ml mcg kg cm mm dl hg po iv im sc bid tid qid prn"); // they tell of no language
// A vocabulary that cuts many of these was not made for English, and says nothing about a text.
const LONGER = setOf(`
	about after also before been between both during each first found from group have into more most only
	other over some than that their there these this those time under used were when which with
`);
const MADE_FOR_ENGLISH = 0.7;

// {kind: "language" or "shorthand", sentence}, or null where the text reads as English or is too short to
// tell, and where the tokenizer's vocabulary was not made for English. Capitals make no difference.
export function notice(tokenizer, text) {
	const found = sharesOf(tokenizer, sample(text).toLowerCase());
	if (!found) return null;
	if (isShorthand(found)) {
		const share = Math.floor(100 * found.short);
		const sentence =
			`This text is mostly shorthand (${share}% of its words are short forms), and the model can miss or ` +
			"misread what they stand for.";
		return { kind: "shorthand", sentence };
	}
	if (isForeign(found)) {
		const share = Math.floor(100 * found.known);
		const sentence =
			`This text does not look like English: the model's vocabulary holds only ${share}% of its longer ` +
			"words, so much can be missed or misread.";
		return { kind: "language", sentence };
	}
	return null;
}

function isShorthand({ words, plain, short, glued, latin }) {
	return words >= 8 && latin > 0.5 && short >= 0.45 && plain <= 0.2 && (glued >= 0.08 || short >= 0.6);
}

function isForeign({ words, letters, known, plain, foreign, latin }) {
	if (latin <= 0.5) return letters >= 4 && known <= 0.5;
	return words >= 10 && foreign >= 0.1 && known + plain - foreign <= 0.1;
}

// All of a text, or of a long one pieces from start to end.
function sample(text) {
	const points = codePoints(text);
	if (points.length <= PIECES * PIECE) return text;
	const starts = Array.from({ length: PIECES }, (_, number) => Math.floor((number * points.length) / PIECES));
	return starts.map((start) => points.slice(start, start + PIECE).join("")).join(" ");
}

// What the words of a text in small letters are like; null without words, and for a vocabulary that was not
// made for English.
function sharesOf(tokenizer, text) {
	const found = [...text.matchAll(WORD)].filter(([word]) => !DOSES.has(word));
	const isWhole = wholeIn(tokenizer);
	if (!found.length || share([...LONGER], isWhole) < MADE_FOR_ENGLISH) return null;
	const words = found.map(({ 0: word, index }) => ({
		word,
		points: codePoints(word),
		isGlued: GLUE.has(text[index - 1]) || GLUE.has(text[index + word.length]),
	}));
	const isLonger = ({ points }) => points.length > SHORT;
	const isShort = (item) => !isLonger(item) && !PLAIN.has(item.word);
	const longer = words.filter(isLonger);
	const letters = words.flatMap(({ points }) => points);
	return {
		words: words.length,
		letters: letters.length,
		known: longer.length ? share(longer, ({ word }) => isWhole(word)) : 1,
		plain: share(words, ({ word }) => PLAIN.has(word)),
		short: share(words, isShort),
		glued: share(words, ({ isGlued }) => isGlued),
		foreign: share(words, (item) => (isLonger(item) ? !ASCII.test(item.word) : isShort(item) && !item.isGlued)),
		latin: share(letters, (letter) => LATIN.test(letter)),
	};
}

// Whether a word is one token, and not the unknown one; each word is asked for once.
function wholeIn(tokenizer) {
	const unknown = tokenizer.vocabulary.get(tokenizer.model.unk_token);
	const known = new Map();
	return (word) => {
		if (!known.has(word)) {
			const { ids } = tokenizer.tokenise(codePoints(word));
			known.set(word, ids.length === 1 && ids[0] !== unknown);
		}
		return known.get(word);
	};
}

const share = (items, test) => items.filter(test).length / items.length;
