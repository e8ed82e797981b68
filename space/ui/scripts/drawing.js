// Elements for a text and its entities. Text goes in as text nodes, never as markup.

const PART = 4_000; // characters of a passage's block, at least

export function make(tag, attributes = {}, ...children) {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
	element.append(...children);
	return element;
}

export function button(title, press, attributes = {}) {
	const element = make("button", { type: "button", ...attributes }, title);
	element.addEventListener("click", press);
	return element;
}

// "1,234", with a noun "1,234 rows".
export function count(number, noun, nouns = `${noun}s`) {
	const digits = number.toLocaleString("en");
	return noun === undefined ? digits : `${digits} ${number === 1 ? noun : nouns}`;
}

// Three digits, rounded down: an entity shown with 0.900 passes a threshold of 0.9.
export const scoreOf = ({ score }) => (Math.floor(score * 1000) / 1000).toFixed(3);

// The index in `text` of each offset: offsets count code points and ascend, JavaScript counts UTF-16 units.
export function indices(text, offsets) {
	let point = 0;
	let unit = 0;
	return offsets.map((offset) => {
		for (; point < offset; point += 1) unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
		return unit;
	});
}

// `text` with elements in place of spans. `spans` are sorted, do not overlap, and each has the element
// that stands there: {start, end, element}.
export function passage(text, spans, title) {
	const box = make("div", { class: "passage", role: "region", "aria-label": title, tabindex: 0 });
	const cuts = indices(text, spans.flatMap(({ start, end }) => [start, end]));
	const write = inParts(box);
	let after = 0;
	spans.forEach(({ element }, index) => {
		const [start, end] = cuts.slice(2 * index, 2 * index + 2);
		element.append(make("span", {}, text.slice(start, end)));
		write(text.slice(after, start), element);
		after = end;
	});
	write(text.slice(after), "");
	box.dir = "auto"; // last: a browser looks for the direction anew with every child that it gets
	return box;
}

// A function that adds text, and what stands after it, to `box`. A long text becomes several blocks, of
// which a browser lays out those in sight (entities.css): all at once would take it minutes.
function inParts(box) {
	let part;
	let length;
	const open = () => {
		part = box.appendChild(make("div"));
		length = 0;
	};
	open();
	return (piece, element) => {
		for (let cut = breakIn(piece, length); cut > 0; cut = breakIn(piece, length)) {
			part.append(piece.slice(0, cut));
			piece = piece.slice(cut);
			open();
		}
		part.append(piece, element);
		length += piece.length;
	};
}

// Where a block that has `length` characters already may end in `piece`: after a line break, where it
// cannot be seen or, should there be none for long, after a space. 0: nowhere.
function breakIn(piece, length) {
	const line = piece.indexOf("\n", Math.max(0, PART - length)) + 1;
	return line > 0 || length + piece.length < 2 * PART ? line : piece.indexOf(" ", Math.max(0, 2 * PART - length)) + 1;
}

// The label stands in an attribute and is drawn by the style sheet, so that copying the passage copies
// the note and nothing else. `remark`: what sets this entity apart from the other model's.
export function mark(entity, style, remark = "") {
	const caption = remark ? `${entity.label} · ${remark}` : entity.label;
	const classes = remark ? `${style} parts` : style;
	return make("mark", { class: classes, "data-caption": caption, title: `${caption}, score ${scoreOf(entity)}` });
}

export const chip = (label, style) => make("span", { class: `chip ${style}` }, label);

// columns: [heading, class] of each, a heading is a string or a node; rows: arrays of cells, each a string or a node.
export function table(title, columns, rows) {
	const headings = columns.map(([name, kind]) => make("th", { scope: "col", class: kind }, name));
	const body = rows.map((cells) =>
		make("tr", {}, ...cells.map((cell, index) => make("td", { class: columns[index][1] }, cell))),
	);
	return make(
		"div",
		{ class: "scroll", role: "region", "aria-label": title, tabindex: 0 },
		make("table", {}, make("caption", { class: "unseen" }, title), make("thead", {}, make("tr", {}, ...headings)), make("tbody", {}, ...body)),
	);
}
