// API tab: snippets with this page's own address, and a button that copies each.

import { button } from "./drawing.js";

export function makeReady(block) {
	const address = new URL(".", document.baseURI).href.replace(/\/$/, "");
	for (const part of block.querySelectorAll(".address")) part.textContent = address;
	if (navigator.clipboard === undefined) return; // not over plain HTTP, loopback apart
	for (const snippet of block.querySelectorAll(".snippet:not(:has(button))")) {
		const copy = button("Copy", async () => {
			await navigator.clipboard.writeText(snippet.querySelector("code").textContent);
			copy.textContent = "Copied";
		}, { class: "quiet" });
		snippet.append(copy);
	}
}
