// Buttons that save entities as files, made here in the browser.

import { FORMATS, make as write, save } from "../private/exports.js";
import { button, make } from "./drawing.js";

// `name`: of the files, without extension; `corpus`: gives what is to be saved when a button is pressed.
export function saveButtons(title, name, corpus) {
	const buttons = FORMATS.map(({ id, title: format, about, extension }) =>
		button(format, () => save(write(id, corpus()), `${name}.${extension}`), { class: "quiet", title: about }),
	);
	return make("div", { class: "saving", role: "group", "aria-label": title }, make("span", {}, title), ...buttons);
}

// One text with one model's entities, as exports.js takes it.
export const corpusOf = ({ id, revision }, text, entities) => ({
	model: id,
	revision,
	offsetUnit: "code_point",
	created: new Date().toISOString(),
	documents: [{ id: "note", text, entities }],
});
