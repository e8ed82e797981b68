// `npm ci --ignore-scripts && npm run vendor`: copies the files of ONNX Runtime that the page loads into
// vendor/, with their licence, and removes the 150 MB of which they are a tenth. Nothing else is served.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);
// The last one is what make and the server look for.
const FILES = ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"];

const { version } = JSON.parse(readFileSync(here("node_modules/onnxruntime-web/package.json"), "utf8"));
rmSync(here("vendor"), { recursive: true, force: true });
mkdirSync(here("vendor"));
copyFileSync(here("onnxruntime-license.txt"), here("vendor/LICENSE.txt"));
for (const file of FILES) copyFileSync(here(`node_modules/onnxruntime-web/dist/${file}`), here(`vendor/${file}`));
rmSync(here("node_modules"), { recursive: true });
console.log(`vendor/ holds onnxruntime-web ${version}`);
