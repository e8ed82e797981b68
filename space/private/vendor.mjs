// `npm ci --ignore-scripts && npm run vendor`: copies the files of ONNX Runtime that the page loads into
// vendor/, with their licence, and removes the 150 MB of which they are a tenth. Nothing else is served.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { SHA256 } from "./runtime.js";

const here = (path) => new URL(path, import.meta.url);
const FILES = Object.keys(SHA256); // the last one is what make and the server look for

const { version } = JSON.parse(readFileSync(here("node_modules/onnxruntime-web/package.json"), "utf8"));
for (const file of FILES) {
	const found = createHash("sha256").update(readFileSync(here(`node_modules/onnxruntime-web/dist/${file}`))).digest("hex");
	if (found !== SHA256[file]) throw new Error(`${file} of onnxruntime-web ${version} has SHA-256 ${found}; runtime.js names ${SHA256[file]}`);
}
rmSync(here("vendor"), { recursive: true, force: true });
mkdirSync(here("vendor"));
copyFileSync(here("onnxruntime-license.txt"), here("vendor/LICENSE.txt"));
for (const file of FILES) copyFileSync(here(`node_modules/onnxruntime-web/dist/${file}`), here(`vendor/${file}`));
rmSync(here("node_modules"), { recursive: true });
console.log(`vendor/ holds onnxruntime-web ${version}`);
