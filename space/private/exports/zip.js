// A zip archive of text files, stored without compression (PKWARE's APPNOTE, 4.3).

const UTF8_NAMES = 1 << 11;
const MIDNIGHT_1980 = [0, (1 << 5) | 1]; // an archive of the same files has the same bytes
const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LARGEST = 0xffff; // entries without the zip64 extension

// files: [{name, text}]. Returns the archive as parts of a Blob. Throws when there are too many files.
export function zip(files) {
	if (files.length > LARGEST) throw new Error(`a zip holds ${LARGEST} files, these are ${files.length}; export fewer texts`);
	const encoder = new TextEncoder();
	const parts = [];
	const directory = [];
	let offset = 0;
	for (const file of files) {
		const name = encoder.encode(file.name);
		const data = encoder.encode(file.text);
		const common = [20, UTF8_NAMES, 0, ...MIDNIGHT_1980];
		const sizes = [checksum(data), data.length, data.length];
		const local = [...record([[LOCAL, 4]], common, sizes, [name.length, 0]), name, data];
		directory.push(...record([[CENTRAL, 4], [20, 2]], common, sizes, [name.length, 0, 0, 0, 0]), numbers([0, offset], 4), name);
		parts.push(...local);
		offset += length(local);
	}
	const end = [numbers([END], 4), numbers([0, 0, files.length, files.length], 2), numbers([length(directory), offset], 4), numbers([0], 2)];
	return [...parts, ...directory, ...end];
}

function record(head, common, sizes, rest) {
	return [...head.map(([value, bytes]) => numbers([value], bytes)), numbers(common, 2), numbers(sizes, 4), numbers(rest, 2)];
}

const length = (parts) => parts.reduce((sum, part) => sum + part.length, 0);

// Unsigned little-endian numbers of 2 or 4 bytes each.
function numbers(values, bytes) {
	const view = new DataView(new ArrayBuffer(values.length * bytes));
	values.forEach((value, at) => (bytes === 2 ? view.setUint16(2 * at, value, true) : view.setUint32(4 * at, value, true)));
	return new Uint8Array(view.buffer);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
	return value;
});

// CRC-32 as zip uses it.
function checksum(data) {
	let value = 0xffffffff;
	for (const byte of data) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
	return (value ^ 0xffffffff) >>> 0;
}
