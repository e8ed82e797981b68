// Overlapping windows of tokens and the joining of their logits, as in engine/tokens.py.

// Cover `count` tokens with as few windows of at most `size` tokens as will do, neighbours sharing at
// least `overlap`; all of them are equally long. Returns [{start, stop}], stop exclusive.
export function windows(count, size, overlap) {
	if (!(0 <= overlap && overlap < size)) {
		throw new RangeError(`overlap must be in [0, size): size ${size}, overlap ${overlap}`);
	}
	if (count <= size) return count ? [{ start: 0, stop: count }] : [];
	const number = Math.ceil((count - overlap) / (size - overlap));
	const length = Math.ceil((count + (number - 1) * overlap) / number);
	return Array.from({ length: number }, (_, index) => {
		const start = Math.floor((index * (count - length)) / (number - 1));
		return { start, stop: start + length };
	});
}

// For each window the tokens that are taken from it: those that are nearer to its middle than to any
// other window's, where they have the most context on both sides; ties go to the earlier window.
// Returns [{start, stop}], which cover `count` tokens without overlap.
export function shares(count, cuts) {
	const borders = cuts.slice(1).map((cut, index) => border(cuts[index], cut));
	const edges = [0, ...borders, count];
	return cuts.map((_, index) => ({ start: edges[index], stop: edges[index + 1] }));
}

// First token that is nearer to the middle of `right` than to that of `left`.
function border(left, right) {
	const middles = left.start + left.stop - 1 + right.start + right.stop - 1;
	return Math.floor(middles / 4) + 1;
}
