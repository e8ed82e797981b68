// BERT's WordPiece tokenizer, read from a tokenizer.json, with exact offsets in code points. It does
// what the engine does with the `tokenizers` library: tests compare the two on every code point.

import { isControl, isPunctuation, isSpace, isStrippedMark, isTokenizerSpace } from "./unicode.js";

// CJK ideographs, each of which becomes a word: the library's blocks, with its gap before U+2B920.
const IDEOGRAPH = new RegExp(
	"^[\\u{4E00}-\\u{9FFF}\\u{3400}-\\u{4DBF}\\u{20000}-\\u{2A6DF}\\u{2A700}-\\u{2B73F}" +
		"\\u{2B740}-\\u{2B81F}\\u{2B920}-\\u{2CEAF}\\u{F900}-\\u{FAFF}\\u{2F800}-\\u{2FA1F}]$",
	"u",
);
const SURROGATE = /^[\ud800-\udfff]$/;

export class Tokenizer {
	// json: the parsed tokenizer.json. Throws an Error that says what is not supported when it is not a
	// BERT WordPiece tokenizer.
	//
	// prefix, suffix: ids that stand before and after every window; highestId: of the vocabulary
	constructor(json) {
		check(json);
		const { model } = json;
		const rewriting = steps(json.normalizer, "normalizers");
		this.normalizer = rewriting.at(-1);
		this.replacements = rewriting.slice(0, -1).map(({ pattern, content }) => ({ pattern: expression(pattern), content }));
		this.splits = steps(json.pre_tokenizer, "pretokenizers").slice(0, -1).map(({ pattern }) => expression(pattern));
		this.stripsAccents = this.normalizer.strip_accents ?? this.normalizer.lowercase;
		this.model = model;
		this.vocabulary = new Map(Object.entries(model.vocab));
		const ids = [...this.vocabulary.values(), ...json.added_tokens.map((token) => token.id)];
		this.highestId = ids.reduce((highest, id) => Math.max(highest, id));
		[this.prefix, this.suffix] = specialTokens(json.post_processor);
	}

	// Split a text's code points into tokens, without special tokens: a text that spells "[SEP]" is text.
	//
	// Returns {ids, starts, ends, words}, one number a token: its vocabulary id, its place in the text,
	// and the word that it belongs to, not falling.
	tokenise(points) {
		const characters = this.normalise(points);
		const tokens = { ids: [], starts: [], ends: [], words: [] };
		const parts = this.splits.reduce((parts, pattern) => parts.flatMap((part) => split(part, pattern)), [characters]);
		parts.flatMap(splitWords).forEach((word, number) => {
			for (const { id, first, last } of this.pieces(word)) {
				tokens.ids.push(id);
				tokens.starts.push(withoutSpace(points, word[first].origin, word[last].origin + 1));
				tokens.ends.push(word[last].origin + 1);
				tokens.words.push(number);
			}
		});
		return tokens;
	}

	// The normalised text: [{character, origin}], origin being the place of the code point it comes from.
	normalise(points) {
		let characters = points.map((point, origin) => ({ character: point, origin }));
		characters = replace(characters, (point) => (SURROGATE.test(point) ? "\ufffd" : point));
		for (const { pattern, content } of this.replacements) characters = rewrite(characters, pattern, content);
		if (this.normalizer.clean_text) characters = replace(characters, cleaned);
		if (this.normalizer.handle_chinese_chars) {
			characters = replace(characters, (character) => (IDEOGRAPH.test(character) ? ` ${character} ` : character));
		}
		if (this.stripsAccents) {
			characters = decompose(characters).filter(({ character }) => !isStrippedMark(character));
		}
		// One character at a time: a sigma at a word's end is no other sigma.
		return this.normalizer.lowercase ? replace(characters, (character) => character.toLowerCase()) : characters;
	}

	// The longest known pieces of a word from left to right: [{id, first, last}], or all of it as unknown.
	pieces(word) {
		const { unk_token, max_input_chars_per_word, continuing_subword_prefix } = this.model;
		const unknown = [{ id: this.vocabulary.get(unk_token), first: 0, last: word.length - 1 }];
		if (word.length > max_input_chars_per_word) return unknown;
		const found = [];
		for (let first = 0; first < word.length; ) {
			const prefix = first > 0 ? continuing_subword_prefix : "";
			const candidates = prefixes(word, first, prefix);
			const length = candidates.findLastIndex((piece) => this.vocabulary.has(piece)) + 1;
			if (length === 0) return unknown;
			found.push({ id: this.vocabulary.get(candidates[length - 1]), first, last: first + length - 1 });
			first += length;
		}
		return found;
	}
}

function check(json) {
	const replaces = (step) => step.type === "Replace";
	const isolates = (step) => step.type === "Split" && step.behavior === "Isolated" && !step.invert;
	const parts = [
		["model", [json.model], "WordPiece"],
		["normalizer", steps(json.normalizer, "normalizers"), "BertNormalizer", replaces],
		["pre_tokenizer", steps(json.pre_tokenizer, "pretokenizers"), "BertPreTokenizer", isolates],
		["post_processor", [json.post_processor], "TemplateProcessing"],
	];
	for (const [part, found, expected, mayPrecede] of parts) {
		const last = found.length - 1;
		const wrong = found.findIndex((step, index) => (index === last ? step?.type !== expected : !mayPrecede(step)));
		if (wrong >= 0) {
			const type = found[wrong]?.type ?? "none";
			throw new Error(`tokenizer.json: ${part} is ${type}; the private page runs BERT models (${expected}) only`);
		}
	}
	const added = json.added_tokens.find((token) => !token.special);
	if (added) throw new Error(`tokenizer.json: the added token with id ${added.id} is not special; retrain without it`);
}

// The steps of a component: those of a sequence, or it alone.
function steps(component, name) {
	return component?.type === "Sequence" ? component[name] : [component];
}

// A pattern of tokenizer.json: {String} or {Regex}.
function expression({ String: text, Regex: pattern }) {
	return new RegExp(pattern ?? text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "gu");
}

// Where a pattern matches characters: [start, end] of each place.
function* matches(characters, pattern) {
	const places = [];
	for (const [index, { character }] of characters.entries()) {
		for (let unit = 0; unit < character.length; unit += 1) places.push(index);
	}
	places.push(characters.length);
	const text = characters.map(({ character }) => character).join("");
	for (const { 0: found, index } of text.matchAll(pattern)) yield [places[index], places[index + found.length]];
}

// Every place that a pattern matches rewritten as `content`, whose characters come from the place's last one.
function rewrite(characters, pattern, content) {
	const found = [];
	let done = 0;
	for (const [start, end] of matches(characters, pattern)) {
		found.push(...characters.slice(done, start));
		const { origin } = characters[end - 1];
		found.push(...Array.from(content, (character) => ({ character, origin })));
		done = end;
	}
	return done ? [...found, ...characters.slice(done)] : characters;
}

// What a pattern matches, and what stands between, each apart.
function split(characters, pattern) {
	const parts = [];
	let done = 0;
	for (const [start, end] of matches(characters, pattern)) {
		parts.push(characters.slice(done, start), characters.slice(start, end));
		done = end;
	}
	parts.push(characters.slice(done));
	return parts.filter((part) => part.length);
}

// Ids that the post-processor puts before and after a text, e.g. [CLS] and [SEP].
function specialTokens({ single, special_tokens }) {
	const text = single.findIndex((item) => item.Sequence);
	const ids = (items) => items.flatMap((item) => special_tokens[item.SpecialToken.id].ids);
	return [ids(single.slice(0, text)), ids(single.slice(text + 1))];
}

// Every character replaced by what `change` makes of it, each piece with its origin: none, one or more.
function replace(characters, change) {
	const known = new Map();
	const found = [];
	for (const { character, origin } of characters) {
		if (!known.has(character)) known.set(character, Array.from(change(character)));
		known.get(character).forEach((piece, index) => found.push({ character: piece, origin, added: index > 0 }));
	}
	return found;
}

function cleaned(character) {
	if (isControl(character)) return "";
	return isTokenizerSpace(character) ? " " : character;
}

// Canonical decomposition (NFD). Marks change places in it; as in the library, origins do not move
// with them: the n-th character that was there before keeps the n-th origin.
function decompose(characters) {
	const pieces = replace(characters, (character) => character.normalize("NFD"));
	const text = pieces.map(({ character }) => character).join("");
	const ordered = text.normalize("NFD");
	if (ordered === text) return pieces;
	const byCharacter = new Map();
	for (const piece of pieces) {
		if (!byCharacter.has(piece.character)) byCharacter.set(piece.character, []);
		byCharacter.get(piece.character).push(piece);
	}
	const queues = new Map(Array.from(byCharacter, ([character, queue]) => [character, queue.values()]));
	let place = -1;
	return Array.from(ordered, (character) => {
		if (!queues.get(character).next().value.added) place += 1;
		return { character, origin: characters[place].origin };
	});
}

// Words between white space, punctuation marks being words of their own.
function splitWords(characters) {
	const found = [];
	let open = null;
	for (const item of characters) {
		if (isTokenizerSpace(item.character)) {
			open = null;
		} else if (isPunctuation(item.character)) {
			found.push([item]);
			open = null;
		} else if (open) {
			open.push(item);
		} else {
			open = [item];
			found.push(open);
		}
	}
	return found;
}

// What a piece that starts at `first` may be, from one character to the rest of the word.
function prefixes(word, first, prefix) {
	let piece = prefix;
	return word.slice(first).map(({ character }) => (piece += character));
}

// `start` moved over white space, up to the end of the token.
function withoutSpace(points, start, end) {
	while (start < end && isSpace(points[start])) start += 1;
	return start;
}
