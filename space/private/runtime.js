// ONNX Runtime for browsers, as this page was made for: its files in vendor/ with their SHA-256. `npm run
// vendor` takes no others, and the page runs no others. A new version is a new `onnxruntime-web` in
// package.json, and here what `sha256sum vendor/ort*` then says.

export const VERSION = "1.30.0";
export const WASM = "ort-wasm-simd-threaded.wasm";
export const SHA256 = {
	"ort.wasm.min.mjs": "219e6a1fc8a9938268d18efca3c91d310bd2f4a59bbd13744df5b2b7fc6cee3b",
	"ort-wasm-simd-threaded.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
	[WASM]: "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
};
