import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 193:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _src_vault_server_serve_command_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(363);

// Started for every request: nothing is loaded here but what answers it.
process.exitCode = await (0,_src_vault_server_serve_command_js__WEBPACK_IMPORTED_MODULE_0__/* .serveCommandLine */ .H)({
    words: process.argv.slice(2),
    command: process.env['SSH_ORIGINAL_COMMAND'],
    // Not touched before they are needed: rsync takes the descriptors over as they are.
    streams: () => ({ input: process.stdin, output: process.stdout }),
    complain: (line) => void process.stderr.write(`${line}\n`),
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 363:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  H: () => (/* binding */ serveCommandLine)
});

// UNUSED EXPORTS: parseServeArguments

;// CONCATENATED MODULE: ./.build/src/logging/failure.js
/** Documented exit codes of the command line: one per thing that an operator would do next. */
const failure_exitCodes = {
    ok: 0,
    failed: 1,
    usage: 2,
    config: 3,
    source: 4,
    vault: 5,
    damaged: 6,
    space: 7,
    locked: 8,
    refused: 9,
    stale: 10,
};
/**
 * A failure as a person reads it: what failed and on what (`message`), and what to do about it (`next`).
 * Thrown by every layer; caught once, at the entry, which turns `kind` into the exit code.
 */
class failure_Failure extends Error {
    name = 'Failure';
    kind;
    next;
    constructor(kind, message, next, options) {
        super(message, options);
        this.kind = kind;
        this.next = next;
    }
}
/** The message of anything that was thrown. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}

;// CONCATENATED MODULE: ./.build/src/vault/protocol/wire.js

/** The status of 4000 archives is one line of about a megabyte. */
const MAX_LINE_BYTES = (/* unused pure expression or super */ null && (16 * 1024 * 1024));
function formatProgress(done, total) {
    return `{"progress":[${done},${total}]}\n`;
}
/** `bodyBytes` of raw bytes follow the line. */
function formatResult(result, bodyBytes = 0) {
    return `${JSON.stringify(bodyBytes > 0 ? { result, bodyBytes } : { result })}\n`;
}
/** What was thrown, as far as the other side may know of it: a Failure's own words, else the message alone. */
function formatError(error) {
    const { kind, message, next } = asFailure(error);
    return `${JSON.stringify({ error: { kind, message, next } })}\n`;
}
/** Reads one line. @throws Failure `vault` where it is none of the protocol's. */
function parseMessage(line) {
    const raw = parseObject(line);
    const { progress, error, bodyBytes = 0 } = raw;
    if (Array.isArray(progress) && progress.length === 2 && progress.every(isCount)) {
        return { progress: progress };
    }
    if (typeof error === 'object' && error !== null)
        return { error: parseError(error) };
    if ('result' in raw && isCount(bodyBytes))
        return { result: raw['result'], bodyBytes };
    throw misunderstood(line);
}
/** Something unexpected becomes a Failure of the vault; a Failure stays itself. */
function asFailure(error) {
    if (error instanceof failure_Failure)
        return error;
    return new failure_Failure('vault', messageOf(error), 'Look at the log on the backup server, then try again.', {
        cause: error,
    });
}
function parseError({ kind, message, next }) {
    const isKnown = typeof kind === 'string' && kind !== 'ok' && Object.hasOwn(exitCodes, kind);
    return new Failure(isKnown ? kind : 'vault', printable(message), printable(next));
}
function parseObject(line) {
    try {
        const raw = JSON.parse(line);
        if (typeof raw === 'object' && raw !== null)
            return raw;
    }
    catch {
        // Said below, with the line.
    }
    throw misunderstood(line);
}
function isCount(value) {
    return Number.isSafeInteger(value) && value >= 0;
}
function misunderstood(line) {
    return new Failure('vault', `protocol incompatibility: the backup server says ${JSON.stringify(printable(line).slice(0, 80))}`, 'Nothing but the toolkit may write to standard output there: look for a banner, an echo in .bashrc, another version.');
}
/** Text of the other side as it may reach a terminal or a log: one line, no control characters. */
function printable(text) {
    return String(text)
        .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
        .slice(0, 2000);
}

;// CONCATENATED MODULE: ./.build/src/vault/protocol/words.js

/** Everything that words may consist of: no shell, no quoting, no escape anywhere. */
const ALPHABET = /^[A-Za-z0-9_.,:=@/+-]{1,512}$/;
/** Loose on purpose: whoever uses the name takes it apart and looks at the calendar. */
const NAME = /^backup_full_[0-9_-]{10,20}\.tar\.gz$/;
const LEVEL = /^(?:seal|full)$/;
/** All that can be asked of a vault. Nothing here deletes, overwrites, renames or dates anything. */
const protocolWords = {
    hello: { roles: ['writer', 'reader', 'owner'], takes: [NAME], optional: 1 },
    status: { roles: ['writer', 'reader', 'owner'], takes: [] },
    index: { roles: ['writer', 'reader', 'owner'], takes: [NAME] },
    verify: { roles: ['writer', 'reader', 'owner'], takes: [NAME, LEVEL] },
    seal: { roles: ['writer', 'owner'], takes: [NAME] },
    read: { roles: ['reader', 'owner'], takes: [NAME] },
};
const roles = ['writer', 'reader', 'owner'];
/**
 * Takes a request apart; `rsync` is not for here.
 * @throws Failure `refused` on any word, argument or role that the table does not have.
 */
function parseRequest(words, role) {
    const [word = '', ...rest] = words;
    if (!words.every(isWord) || !Object.hasOwn(protocolWords, word))
        throw refuse('this vault knows no such request');
    const rule = protocolWords[word];
    if (!rule.roles.includes(role))
        throw refuse(`a ${role} may not ask this vault for ${word}`);
    const fewest = rule.takes.length - (rule.optional ?? 0);
    const fits = rest.length >= fewest && rest.length <= rule.takes.length;
    if (!fits || !rest.every((argument, at) => rule.takes[at]?.test(argument))) {
        throw refuse(`the request ${word} does not have the arguments that it should`);
    }
    return { word: word, arguments: rest };
}
/** Whether a text can stand on the command line as it is. */
function isWord(text) {
    return ALPHABET.test(text);
}
function refuse(message) {
    return new failure_Failure('refused', message, 'Use the toolkit of the same version on both sides; the vault keeps a log.');
}

;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");
;// CONCATENATED MODULE: ./.build/src/vault/protocol/answer.js


/** Not more often than this, lest a bar's movement costs more than the work. */
const PROGRESS_INTERVAL_MS = 200;
/** The vault's side of an answer: progress, then one result or error, then the end. */
class Answer {
    #output;
    #lastProgress = 0;
    #failure;
    #hasResult = false;
    constructor(output) {
        this.#output = output;
        // The other side may be gone at any moment; what matters is found out when the next write is awaited.
        output.on('error', (error) => (this.#failure = error));
    }
    /** Sent now and then only; never waits. */
    progress = (done, total) => {
        const now = Date.now();
        if (now - this.#lastProgress < PROGRESS_INTERVAL_MS || this.#output.destroyed || this.#output.writableNeedDrain)
            return;
        this.#lastProgress = now;
        this.#output.write(formatProgress(done, total));
    };
    /** `body` must give exactly `bodyBytes`; where it fails, the answer ends short, which the other side notices. */
    async result(result, bodyBytes = 0, body) {
        this.#hasResult = true;
        await this.#write(formatResult(result, bodyBytes));
        if (body)
            for await (const chunk of body)
                await this.#write(chunk);
        await this.#end();
    }
    /** Says what went wrong; after a result it only ends the answer, whose body is then too short. */
    async error(error) {
        if (!this.#hasResult)
            await this.#write(formatError(error));
        await this.#end();
    }
    async #write(bytes) {
        if (this.#failure)
            throw this.#failure;
        if (this.#output.destroyed)
            throw new Error('the client has gone');
        if (this.#output.write(bytes))
            return;
        // A client that goes away gives 'close' and no 'drain'.
        const closing = new AbortController();
        const close = () => closing.abort(new Error('the client has gone'));
        this.#output.once('close', close);
        try {
            await (0,external_node_events_namespaceObject.once)(this.#output, 'drain', { signal: closing.signal });
        }
        finally {
            this.#output.off('close', close);
        }
    }
    async #end() {
        if (this.#output.destroyed)
            return;
        await new Promise((resolve) => this.#output.end(resolve));
    }
}

;// CONCATENATED MODULE: external "node:fs/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");
;// CONCATENATED MODULE: ./.build/src/archive/archive-damage.js

/** Thrown by every check of the reading side: the archive is damaged, or was made to do harm. */
class ArchiveDamage extends failure_Failure {
    where;
    what;
    constructor(where, what, options) {
        super('damaged', `${where}: ${what}`, 'Choose another archive, and have this one verified.', options);
        this.where = where;
        this.what = what;
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/footer.js
/** The last bytes of an eStargz archive: an empty gzip member that says where the index begins. */
const FOOTER_BYTES = 51;
const MAGIC = 'STARGZ';
/** Writes the footer for an index whose gzip member begins at `indexOffset`. */
function encodeFooter(indexOffset) {
    const field = Buffer.from(`${indexOffset.toString(16).padStart(16, '0')}${MAGIC}`, 'latin1');
    const footer = Buffer.alloc(FOOTER_BYTES);
    Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]).copy(footer);
    footer.writeUInt16LE(4 + field.length, 10);
    footer.write('SG', 12, 'latin1');
    footer.writeUInt16LE(field.length, 14);
    field.copy(footer, 16);
    // One stored block of no bytes; CRC and size of nothing are zero.
    Buffer.from([1, 0, 0, 0xff, 0xff]).copy(footer, 16 + field.length);
    return footer;
}
/** The offset of the index, or undefined where these bytes are no footer of ours. */
function decodeFooter(footer) {
    if (footer.length !== FOOTER_BYTES)
        return undefined;
    const offset = Number.parseInt(footer.toString('latin1', 16, 32), 16);
    return Number.isSafeInteger(offset) && footer.equals(encodeFooter(offset)) ? offset : undefined;
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:stream"
const external_node_stream_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");
;// CONCATENATED MODULE: external "node:zlib"
const external_node_zlib_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");
;// CONCATENATED MODULE: ./.build/src/archive/layout.js
/**
 * The numbers of the format (`docs/archive-format.md`). Changing any of those that decide where extents end or what is
 * in them costs one night in which everything is read again: raise `WRITER_VERSION` with it.
 */
/** Part of every extent's key: bytes made by another writer are never taken for ours. */
const WRITER_VERSION = 1;
/** Extents begin on, and are as long as, a multiple of this: what file systems can share. */
const ALIGNMENT = 4096;
/** A run of small files ends when it holds this much content; a larger file stands alone. */
const SMALL_EXTENT_BYTES = (/* unused pure expression or super */ null && (64 * 1024));
/** A larger file is cut into chunks of this size, each an extent. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** No chunk of any entry decompresses to more than this; a reader refuses it before allocating. */
const MAX_CHUNK_BYTES = CHUNK_BYTES + 512;
const TAR_BLOCK = 512;
const INDEX_NAME = 'stargz.index.json';
const MANIFEST_NAME = 'manifest.json';
const README_NAME = 'LISEZMOI.txt';
const DUMP_FOLDER = 'db/';
/** Bytes from `length` up to the next multiple of `unit`. */
function gapTo(unit, length) {
    return (unit - (length % unit)) % unit;
}
/** Whether a name belongs to the part after the file sources: dumps, the README and the manifest. */
function isTailName(name) {
    const text = name.toString('latin1');
    return text.startsWith(DUMP_FOLDER) || text === README_NAME || text === MANIFEST_NAME;
}

;// CONCATENATED MODULE: external "node:buffer"
const external_node_buffer_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:buffer");
;// CONCATENATED MODULE: ./.build/src/archive/tar-header.js


const typeFlags = { reg: '0', hardlink: '1', symlink: '2', dir: '5' };
const NAME_FIELD = 100;
const MAX_OCTAL_7 = 0o7777777;
const MAX_OCTAL_11 = 0o77777777777;
const SECOND_NS = 1000000000n;
/**
 * Writes an entry's header blocks: POSIX ustar, extended records (pax) for what does not fit, and GNU's long names for
 * names that are not UTF-8, which pax cannot carry. Only records that GNU tar knows, so that it never warns.
 */
function encodeTarHeader(header) {
    const blocks = [];
    const records = [];
    const seconds = floorSeconds(header.mtimeNs);
    if (header.mtimeNs !== seconds * SECOND_NS || seconds < 0n || seconds > BigInt(MAX_OCTAL_11)) {
        records.push(paxRecord('mtime', formatPaxTime(header.mtimeNs)));
    }
    if (header.size > MAX_OCTAL_11)
        records.push(paxRecord('size', String(header.size)));
    if (header.uid > MAX_OCTAL_7)
        records.push(paxRecord('uid', String(header.uid)));
    if (header.gid > MAX_OCTAL_7)
        records.push(paxRecord('gid', String(header.gid)));
    const rawNames = [];
    const fitName = (name, keyword, gnuType) => {
        if (name.length <= NAME_FIELD)
            return;
        if ((0,external_node_buffer_namespaceObject.isUtf8)(name))
            records.push(paxRecord(keyword, name.toString('utf8')));
        else
            rawNames.push(ustarBlock({ ...longName, size: name.length + 1 }, gnuType), padded(name, 1));
    };
    fitName(header.name, 'path', 'L');
    if (header.linkName)
        fitName(header.linkName, 'linkpath', 'K');
    if (records.length > 0) {
        const body = Buffer.from(records.join(''), 'utf8');
        blocks.push(ustarBlock({ ...paxName, size: body.length }, 'x'), padded(body, 0));
    }
    blocks.push(...rawNames, ustarBlock(header, typeFlags[header.type]));
    return Buffer.concat(blocks);
}
/** Splits nanoseconds into whole seconds, rounding down also before 1970. */
function floorSeconds(ns) {
    const seconds = ns / SECOND_NS;
    return ns % SECOND_NS < 0n ? seconds - 1n : seconds;
}
/** Decimal seconds as pax writes them: `1700000000.123456789`, `-0.5`. */
function formatPaxTime(ns) {
    const magnitude = ns < 0n ? -ns : ns;
    const fraction = (magnitude % SECOND_NS).toString().padStart(9, '0').replace(/0+$/, '');
    return `${ns < 0n ? '-' : ''}${magnitude / SECOND_NS}${fraction ? `.${fraction}` : ''}`;
}
/** `<length> <keyword>=<value>\n`, where the length counts itself. */
function paxRecord(keyword, value) {
    const rest = ` ${keyword}=${value}\n`;
    const restLength = Buffer.byteLength(rest);
    let length = restLength + 1;
    while (String(length).length + restLength !== length)
        length = String(length).length + restLength;
    return `${length}${rest}`;
}
function padded(content, extraZeros) {
    const length = content.length + extraZeros;
    return Buffer.concat([content], length + gapTo(TAR_BLOCK, length));
}
const pseudoEntry = { type: 'reg', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n };
const paxName = { ...pseudoEntry, name: Buffer.from('././@PaxHeader') };
const longName = { ...pseudoEntry, name: Buffer.from('././@LongLink') };
function ustarBlock(header, typeFlag) {
    const block = Buffer.alloc(TAR_BLOCK);
    const octal = (value, offset, digits) => {
        block.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
    };
    const seconds = Number(floorSeconds(header.mtimeNs));
    header.name.copy(block, 0, 0, NAME_FIELD);
    octal(header.mode & 0o7777, 100, 7);
    octal(header.uid > MAX_OCTAL_7 ? 0 : header.uid, 108, 7);
    octal(header.gid > MAX_OCTAL_7 ? 0 : header.gid, 116, 7);
    octal(header.size > MAX_OCTAL_11 ? 0 : header.size, 124, 11);
    octal(seconds < 0 || seconds > MAX_OCTAL_11 ? 0 : seconds, 136, 11);
    block.fill(' ', 148, 156);
    block.write(typeFlag, 156, 'latin1');
    header.linkName?.copy(block, 157, 0, NAME_FIELD);
    block.write('ustar\u000000', 257, 'latin1');
    let sum = 0;
    for (const byte of block)
        sum += byte;
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return block;
}

;// CONCATENATED MODULE: ./.build/src/archive/byte-reader.js
/** Takes exact pieces from a stream of chunks; holds no more than one chunk, or the piece that was asked for. */
class ByteReader {
    /** Bytes taken so far. */
    position = 0;
    #chunks;
    #rest = Buffer.alloc(0);
    constructor(source) {
        this.#chunks = source[Symbol.asyncIterator]();
    }
    /** At most `limit` bytes, at least one; undefined where the stream has ended. */
    async takeSome(limit) {
        while (this.#rest.length === 0) {
            const { value, done } = await this.#chunks.next();
            if (done)
                return undefined;
            this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
        }
        return this.#cut(limit);
    }
    /** Exactly `length` bytes, or fewer where the stream ends before. */
    async take(length) {
        if (this.#rest.length >= length)
            return this.#cut(length);
        const pieces = [];
        for (let missing = length; missing > 0;) {
            const piece = await this.takeSome(missing);
            if (!piece)
                break;
            pieces.push(piece);
            missing -= piece.length;
        }
        return Buffer.concat(pieces);
    }
    /** Stops reading early; the stream behind is closed. */
    async close() {
        await this.#chunks.return?.();
    }
    #cut(limit) {
        const piece = this.#rest.subarray(0, limit);
        this.#rest = this.#rest.subarray(piece.length);
        this.position += piece.length;
        return piece;
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/entry-names.js
const SLASH = 0x2f;
const MAX_COMPONENT_BYTES = 255;
/** A name as people read it: UTF-8 with what is not printable escaped. */
function showName(name) {
    return JSON.stringify(name.toString('utf8')).slice(1, -1);
}
/** A name without the slash at its end, which marks directories. */
function withoutSlash(name) {
    return name.at(-1) === SLASH ? name.subarray(0, -1) : name;
}
/** A foreign name without any `./` before it; `./` itself is left with no bytes. */
function stripDotSlash(name) {
    let start = 0;
    while (name[start] === 0x2e && name[start + 1] === SLASH)
        start += 2;
    return name.subarray(start);
}
/**
 * Says why a name (without a directory's last slash) must not be extracted; undefined where it may. Names are bytes:
 * a backslash is a letter like any other.
 */
function findNameFault(name) {
    if (name.length === 0)
        return 'the name is empty';
    if (name[0] === SLASH)
        return 'the name is absolute';
    if (name.includes(0))
        return 'the name holds a NUL';
    for (const component of splitName(name)) {
        if (component.length === 0)
            return 'the name has an empty component';
        if (component.length > MAX_COMPONENT_BYTES)
            return 'the name has a component longer than 255 bytes';
        const text = component.length <= 2 ? component.toString('latin1') : '';
        if (text === '.' || text === '..')
            return `the name has the component "${text}"`;
    }
    return undefined;
}
/** The components of a path. */
function* splitName(name) {
    let start = 0;
    for (let end = name.indexOf(SLASH); end !== -1; end = name.indexOf(SLASH, start)) {
        yield name.subarray(start, end);
        start = end + 1;
    }
    yield name.subarray(start);
}
/**
 * Whether a symlink leads out of the tree, read from where it stands. `..` may come first only: after a name, which may
 * be a symlink itself, nobody can say where it leads. With that, a chain of links that stay inside stays inside.
 */
function pointsOutside(linkName, target) {
    if (target.length === 0 || target[0] === SLASH)
        return true;
    let depth = [...splitName(linkName)].length - 1;
    let isPastStart = false;
    for (const component of splitName(target)) {
        const text = component.length <= 2 ? component.toString('latin1') : 'name';
        if (text === '' || text === '.')
            continue;
        if (text !== '..')
            isPastStart = true;
        else if (isPastStart || --depth < 0)
            return true;
    }
    return false;
}

;// CONCATENATED MODULE: ./.build/src/archive/pax-records.js
const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const SPACE = 0x20;
const LONGEST_LENGTH = 8;
/**
 * Reads extended (pax) records strictly by their lengths. Keywords that we do not write are refused in our own
 * archives and ignored in foreign ones, except GNU's own, which change what an entry is. Throws a TypeError.
 */
function parsePaxRecords(body, isForeign) {
    const fields = {};
    const seen = new Set();
    for (let start = 0; start < body.length;) {
        const space = body.subarray(start, start + LONGEST_LENGTH).indexOf(SPACE);
        const digits = body.toString('latin1', start, start + Math.max(space, 0));
        const end = start + (/^[1-9]\d*$/.test(digits) ? Number(digits) : NaN);
        const keyEnd = body.indexOf(EQUALS, start);
        if (!(end <= body.length) || keyEnd === -1 || keyEnd >= end || body[end - 1] !== NEWLINE) {
            throw new TypeError('an extended record is malformed');
        }
        const key = body.toString('latin1', start + space + 1, keyEnd);
        if (key === '' || seen.has(key))
            throw new TypeError(`the extended record ${JSON.stringify(key)} stands twice`);
        seen.add(key);
        applyRecord(fields, key, body.subarray(keyEnd + 1, end - 1), isForeign);
        start = end;
    }
    return fields;
}
function applyRecord(fields, key, value, isForeign) {
    switch (key) {
        case 'path':
            fields.path = checkPath(key, value);
            return;
        case 'linkpath':
            fields.linkPath = checkPath(key, value);
            return;
        case 'size':
        case 'uid':
        case 'gid':
            fields[key] = parseCount(key, value.toString('latin1'));
            return;
        case 'mtime':
            fields.mtimeNs = parsePaxTime(value.toString('latin1'));
            return;
        default:
            if (!isForeign || key.startsWith('GNU.')) {
                throw new TypeError(`the extended record ${JSON.stringify(key)} is not allowed`);
            }
    }
}
function checkPath(key, value) {
    if (value.length === 0)
        throw new TypeError(`the extended record ${key} is empty`);
    if (value.includes(0))
        throw new TypeError(`the extended record ${key} holds a NUL`);
    return Buffer.from(value);
}
function parseCount(key, text) {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value))
        throw new TypeError(`the extended record ${key} is no number`);
    return value;
}
/** Decimal seconds in nanoseconds; what lies beyond nine digits is cut. */
function parsePaxTime(text) {
    const match = /^(-?)(\d{1,18})(?:\.(\d{0,40}))?$/.exec(text);
    if (!match)
        throw new TypeError('the extended record mtime is no time');
    const magnitude = BigInt(match[2] ?? 0) * 1000000000n + BigInt((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
    return match[1] ? -magnitude : magnitude;
}

;// CONCATENATED MODULE: ./.build/src/archive/tar-fields.js

const CHECKSUM_START = 148;
const CHECKSUM_END = 156;
/** Whether a block holds nothing but zeros. */
function isZeroBlock(block) {
    return block.every((byte) => byte === 0);
}
/** Reads a header block (POSIX ustar, GNU or v7); throws a TypeError that says what is wrong. */
function parseTarBlock(block) {
    if (Number(readNumber(block, CHECKSUM_START, 8, 'checksum')) !== sumOf(block)) {
        throw new TypeError('the header has a wrong checksum');
    }
    const magic = block.toString('latin1', 257, 265);
    const isPosix = magic.startsWith('ustar\0');
    if (!isPosix && magic !== 'ustar  \0' && !isZeroBlock(block.subarray(257, TAR_BLOCK))) {
        throw new TypeError('the header is of no known kind');
    }
    const name = readText(block, 0, 100);
    // GNU keeps times where POSIX keeps the first part of a long name.
    const prefix = isPosix ? readText(block, 345, 155) : Buffer.alloc(0);
    return {
        name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : Buffer.from(name),
        mode: readCount(block, 100, 8, 'mode'),
        uid: readCount(block, 108, 8, 'uid'),
        gid: readCount(block, 116, 8, 'gid'),
        size: readCount(block, 124, 12, 'size'),
        mtimeSeconds: readNumber(block, 136, 12, 'mtime'),
        typeFlag: block.toString('latin1', 156, 157),
        linkName: Buffer.from(readText(block, 157, 100)),
    };
}
function sumOf(block) {
    let sum = (CHECKSUM_END - CHECKSUM_START) * 0x20;
    for (let place = 0; place < TAR_BLOCK; place++) {
        if (place < CHECKSUM_START || place >= CHECKSUM_END)
            sum += block[place] ?? 0;
    }
    return sum;
}
function readText(block, start, length) {
    const field = block.subarray(start, start + length);
    const end = field.indexOf(0);
    return end === -1 ? field : field.subarray(0, end);
}
function readCount(block, start, length, what) {
    const value = readNumber(block, start, length, what);
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
        throw new TypeError(`the header's ${what} is out of range`);
    return Number(value);
}
/** An octal number, blank for zero, or GNU's base-256 where the first bit is set (two's complement). */
function readNumber(block, start, length, what) {
    const field = block.subarray(start, start + length);
    const first = field[0] ?? 0;
    if ((first & 0x80) !== 0) {
        let value = BigInt.asIntN(7, BigInt(first & 0x7f));
        for (const byte of field.subarray(1))
            value = value * 256n + BigInt(byte);
        return value;
    }
    const match = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'));
    if (!match)
        throw new TypeError(`the header's ${what} is no number`);
    return match[1] ? BigInt(`0o${match[1]}`) : 0n;
}

;// CONCATENATED MODULE: ./.build/src/archive/tar-parser.js






const MAX_PSEUDO_BYTES = 1024 * 1024;
const tar_parser_SECOND_NS = 1000000000n;
const types = {
    '0': 'reg',
    '\0': 'reg',
    '1': 'hardlink',
    '2': 'symlink',
    '5': 'dir',
};
/**
 * Reads a tar strictly, in constant memory: files, directories, links, and what carries their long names and extended
 * records; all else is refused with an ArchiveDamage that names the entry. `isForeign`: also global records, which are
 * ignored, and keywords that we do not write.
 */
async function* parseTar(source, { isForeign }) {
    const reader = new ByteReader(source);
    let announced = { hasRecords: false };
    let last = 'the first entry';
    try {
        for (;;) {
            const block = await reader.take(TAR_BLOCK);
            if (isZeroBlock(block) && block.length === TAR_BLOCK)
                break;
            const fields = attempt(`after ${last}`, () => parseWholeBlock(block));
            const where = showName(announced.path ?? announced.longName ?? fields.name);
            if ('xgLK'.includes(fields.typeFlag)) {
                const body = await takePseudoBody(reader, fields.size, where);
                announced = attempt(where, () => announce(announced, fields.typeFlag, body, isForeign));
                continue;
            }
            const header = attempt(where, () => joinHeader(fields, announced));
            announced = { hasRecords: false };
            last = where;
            const end = reader.position + header.size;
            yield { header, bodyOffset: reader.position, body: readBody(reader, end, where) };
            for await (const skipped of readBody(reader, end, where))
                void skipped;
            const padding = await reader.take(gapTo(TAR_BLOCK, header.size));
            if (padding.length !== gapTo(TAR_BLOCK, header.size))
                throw new ArchiveDamage(where, 'its content is cut off');
        }
        if (announced.hasRecords || announced.longName || announced.longLink) {
            throw new ArchiveDamage(`after ${last}`, 'extended records announce an entry that is not there');
        }
        await checkEnd(reader, last);
    }
    finally {
        await reader.close();
    }
}
function parseWholeBlock(block) {
    if (block.length === 0)
        throw new TypeError('the two blocks that end a tar are missing');
    if (block.length < TAR_BLOCK)
        throw new TypeError('a header is cut off');
    return parseTarBlock(block);
}
/** The pseudo entry's own size counts: an extended record speaks of the real header only. */
async function takePseudoBody(reader, size, where) {
    if (size > MAX_PSEUDO_BYTES)
        throw new ArchiveDamage(where, `its extended header has ${size} bytes`);
    const length = size + gapTo(TAR_BLOCK, size);
    const body = await reader.take(length);
    if (body.length < length)
        throw new ArchiveDamage(where, 'its extended header is cut off');
    return Buffer.from(body.subarray(0, size));
}
function announce(before, typeFlag, body, isForeign) {
    if (typeFlag === 'g') {
        if (!isForeign)
            throw new TypeError('global extended records are not allowed');
        // Read for its form only; a keyword that renames or resizes every entry to come has no honest use.
        if (Object.keys(parsePaxRecords(body, true)).length > 0)
            throw new TypeError('global records change the entries');
        return before;
    }
    if (typeFlag === 'x') {
        if (before.hasRecords)
            throw new TypeError('it has two extended headers');
        return { ...before, ...parsePaxRecords(body, isForeign), hasRecords: true };
    }
    const key = typeFlag === 'L' ? 'longName' : 'longLink';
    if (before[key])
        throw new TypeError('it has two long names');
    const end = body.indexOf(0);
    const name = end === -1 ? body : body.subarray(0, end);
    if (name.length === 0 || (end !== -1 && !isZeroBlock(body.subarray(end))))
        throw new TypeError('its long name holds a NUL');
    return { ...before, [key]: name };
}
function joinHeader(fields, announced) {
    const type = types[fields.typeFlag];
    if (!type)
        throw new TypeError(`it is of the type ${JSON.stringify(fields.typeFlag)}, which is not allowed`);
    if ((announced.path && announced.longName) || (announced.linkPath && announced.longLink)) {
        throw new TypeError('it has two names');
    }
    const size = announced.size ?? fields.size;
    if (type !== 'reg' && size !== 0)
        throw new TypeError(`it is a ${type} with content`);
    const linkName = announced.linkPath ?? announced.longLink ?? fields.linkName;
    const isLink = type === 'symlink' || type === 'hardlink';
    if (isLink && linkName.length === 0)
        throw new TypeError('it is a link to nothing');
    return {
        name: announced.path ?? announced.longName ?? fields.name,
        type,
        mode: fields.mode & 0o7777,
        uid: announced.uid ?? fields.uid,
        gid: announced.gid ?? fields.gid,
        mtimeNs: announced.mtimeNs ?? fields.mtimeSeconds * tar_parser_SECOND_NS,
        size,
        ...(isLink ? { linkName } : {}),
    };
}
async function* readBody(reader, end, where) {
    while (reader.position < end) {
        const piece = await reader.takeSome(end - reader.position);
        if (!piece)
            throw new ArchiveDamage(where, 'its content is cut off');
        yield piece;
    }
}
/** After the first block of zeros comes a second, then nothing but zeros. */
async function checkEnd(reader, last) {
    const second = await reader.take(TAR_BLOCK);
    if (second.length < TAR_BLOCK || !isZeroBlock(second)) {
        throw new ArchiveDamage(`after ${last}`, 'a single block of zeros where two end a tar');
    }
    for (let rest = await reader.takeSome(TAR_BLOCK); rest; rest = await reader.takeSome(TAR_BLOCK)) {
        if (!isZeroBlock(rest))
            throw new ArchiveDamage(`after ${last}`, 'something follows the end of the tar');
    }
}
function attempt(where, step) {
    try {
        return step();
    }
    catch (error) {
        if (error instanceof TypeError)
            throw new ArchiveDamage(where, error.message, { cause: error });
        throw error;
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/index-member.js







/**
 * The index as an archive's last entry: tar header, JSON, padding and the two blocks that end the tar, in one gzip
 * member. Same index, same bytes. `sizeBytes` is that of the file at `indexPath`.
 */
async function* encodeIndexMember(indexPath, sizeBytes) {
    const tar = async function* () {
        const name = Buffer.from(INDEX_NAME);
        yield encodeTarHeader({ name, type: 'reg', mode: 0o444, uid: 0, gid: 0, mtimeNs: 0n, size: sizeBytes });
        yield* (0,external_node_fs_namespaceObject.createReadStream)(indexPath, { highWaterMark: 1024 * 1024 });
        yield Buffer.alloc(gapTo(TAR_BLOCK, sizeBytes) + 2 * TAR_BLOCK);
    };
    const gzip = (0,external_node_zlib_namespaceObject.createGzip)({ level: 6, chunkSize: 256 * 1024 });
    // A failure reaches the reader of `gzip`, which it destroys.
    (0,external_node_stream_namespaceObject.pipeline)(tar(), gzip, () => { });
    let isFirst = true;
    for await (const chunk of gzip) {
        // No time, no level, operating system "unknown"; the ten bytes of the header come in one piece.
        if (isFirst)
            chunk.fill(0, 4, 9).fill(0xff, 9, 10);
        isFirst = false;
        yield chunk;
    }
}
/**
 * The JSON of an index from the bytes between the extents and the footer.
 * @throws ArchiveDamage while it is read, where they are not one entry of that name.
 */
async function* decodeIndexMember(member) {
    const gunzip = (0,external_node_zlib_namespaceObject.createGunzip)({ chunkSize: 256 * 1024 });
    (0,external_node_stream_namespaceObject.pipeline)(member, gunzip, () => { });
    let isFound = false;
    try {
        for await (const entry of parseTar(gunzip, { isForeign: false })) {
            if (isFound || entry.header.name.toString('latin1') !== INDEX_NAME) {
                throw new ArchiveDamage(INDEX_NAME, 'the archive does not end with its index');
            }
            isFound = true;
            yield* entry.body;
        }
    }
    catch (error) {
        if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')) {
            throw new ArchiveDamage(INDEX_NAME, `it cannot be decompressed (${error.message})`, { cause: error });
        }
        throw error;
    }
    finally {
        gunzip.destroy();
    }
    if (!isFound)
        throw new ArchiveDamage(INDEX_NAME, 'the archive has no index');
}

;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./.build/src/config/archive-name.js

const namePattern = /^backup_full_(\d{4}-\d{2}-\d{2})(?:_(\d{2}-\d{2}(?:-\d{2})?))?\.tar\.gz$/;
const datePattern = /^\d{4}-\d{2}-\d{2}$/;
/** Name of the nightly archive of the local date at `instant`. One per date, also where the clocks change. */
function nightlyName(instant, timezone) {
    return `backup_full_${localTime(instant, timezone).date}.tar.gz`;
}
/** Name of any other archive: local date and time at `instant`, to the second. */
function timedName(instant, timezone) {
    const { date, time } = localTime(instant, timezone);
    return `backup_full_${date}_${time}.tar.gz`;
}
/** Takes a name apart; undefined where the text is no archive's name, or its date or time does not exist. */
function parseArchiveName(text) {
    const match = namePattern.exec(text);
    if (!match)
        return undefined;
    const [name, date, time] = match;
    if (!isCalendarDate(date) || (time !== undefined && !isTimeOfDay(time)))
        return undefined;
    return { name, date, ...(time !== undefined && { time }), foreign: time?.length === 5 };
}
/**
 * Reads an operator's request for an archive: `latest`, a bare date, or a full name. Everything else is refused before
 * any use.
 * @throws Failure `usage`.
 */
function selectArchive(request) {
    if (request === 'latest')
        return { by: 'latest' };
    if (datePattern.test(request) && isCalendarDate(request))
        return { by: 'date', date: request };
    const archive = parseArchiveName(request);
    if (archive)
        return { by: 'name', archive };
    throw new Failure('usage', `${quote(request)} names no archive`, 'Give latest, a date such as 2026-01-31, or a full name such as backup_full_2026-01-31.tar.gz; list shows them all.');
}
/** A date of the calendar, `YYYY-MM-DD`. */
function isCalendarDate(text) {
    const instant = new Date(`${text}T00:00:00Z`);
    return datePattern.test(text) && !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}
function isTimeOfDay(text) {
    const [hour, minute, second = 0] = text.split('-').map(Number);
    return hour < 24 && minute < 60 && second < 60;
}
function localTime(instant, timezone) {
    const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
        timeZone: timezone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
    });
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    return {
        date: `${parts['year']}-${parts['month']}-${parts['day']}`,
        time: `${parts['hour']}-${parts['minute']}-${parts['second']}`,
    };
}
/** The request as it can be shown: ASCII, one line, short. */
function quote(text) {
    const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    return JSON.stringify(short).replace(/[^\x20-\x7e…]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

;// CONCATENATED MODULE: ./.build/src/vault/store/layout.js




/**
 * Opens a vault, and makes its places on the first use. Its directory is made too, but not the folder above: a volume
 * that is not mounted must not become a vault that looks empty.
 * @throws Failure `config` where the directory cannot be made or is none.
 */
async function openStore(options) {
    const { directory } = options;
    const ownUid = process.getuid?.() ?? 0;
    const uploadUid = options.expectedUid ?? ownUid;
    const hidden = (0,external_node_path_namespaceObject.join)(directory, '.vault');
    const store = {
        directory,
        private: hidden,
        assembly: (0,external_node_path_namespaceObject.join)(hidden, 'assembly'),
        incoming: (0,external_node_path_namespaceObject.join)(directory, '.incoming'),
        uploadUid,
        isProvisioned: uploadUid !== ownUid,
        segmentLinks: options.segmentLinks ?? 1,
        ...(options.reserveBytes === undefined ? {} : { reserveBytes: options.reserveBytes }),
        now: options.now ?? (() => new Date()),
    };
    await makePlaces(store);
    return store;
}
/** Where an archive lies. The name must be one that `parseArchiveName` takes. */
function archivePath(store, name) {
    return (0,external_node_path_namespaceObject.join)(store.directory, requireName(name));
}
function receiptPath(store, name) {
    return (0,external_node_path_namespaceObject.join)(store.private, 'receipts', `${requireName(name)}.json`);
}
function verdictPath(store, name) {
    return (0,external_node_path_namespaceObject.join)(store.private, 'verdicts', `${requireName(name)}.json`);
}
function ledgerPath(store) {
    return (0,external_node_path_namespaceObject.join)(store.private, 'ledger.jsonl');
}
function lockPath(store) {
    return (0,external_node_path_namespaceObject.join)(store.private, 'lock');
}
/** What a seal is about to make visible: where a crash leaves it, the next seal finishes the work. */
function pendingPath(store) {
    return (0,external_node_path_namespaceObject.join)(store.private, 'pending.json');
}
/** @throws Failure `usage`: nothing that is no archive's name ever becomes part of a path. */
function requireName(name) {
    if (parseArchiveName(name))
        return name;
    throw new failure_Failure('usage', `${JSON.stringify(name.slice(0, 60))} names no archive`, 'Give a full name such as backup_full_2026-01-31.tar.gz, with a date that exists.');
}
async function makePlaces(store) {
    try {
        await makeDirectory(store.directory, 0o751);
        if (!(await (0,promises_namespaceObject.stat)(store.directory)).isDirectory())
            throw new Error('it is not a directory');
        await makeDirectory(store.private, 0o700);
        for (const name of ['assembly', 'receipts', 'verdicts'])
            await makeDirectory((0,external_node_path_namespaceObject.join)(store.private, name), 0o700);
        await makeDirectory(store.incoming, store.isProvisioned ? 0o1770 : 0o700);
    }
    catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new failure_Failure('config', `the vault's directory ${store.directory} cannot be used: ${reason}`, 'Check the path, that its disk is mounted, and who owns it.', { cause: error });
    }
}
async function makeDirectory(path, mode) {
    try {
        await (0,promises_namespaceObject.mkdir)(path, { mode });
        await (0,promises_namespaceObject.chmod)(path, mode);
    }
    catch (error) {
        if (error.code !== 'EEXIST')
            throw error;
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/read-range.js
const PIECE_BYTES = 512 * 1024;
/** The bytes of a range, one piece read ahead. Throws where the file ends within it. */
async function* readRange(file, { offset, length }) {
    const end = offset + length;
    const readAt = (position) => {
        const piece = readExactly(file, position, Math.min(PIECE_BYTES, end - position));
        // It may fail while nobody waits for it yet.
        piece.catch(() => { });
        return piece;
    };
    let next = length > 0 ? readAt(offset) : undefined;
    try {
        for (let position = offset; next;) {
            const piece = await next;
            position += piece.length;
            next = position < end ? readAt(position) : undefined;
            yield piece;
        }
    }
    finally {
        // Whoever stops early may close the file now.
        await next?.catch(() => { });
    }
}
/** @throws RangeError where the file ends before. */
async function readExactly(file, position, length) {
    const bytes = Buffer.allocUnsafe(length);
    const got = await readInto(file, bytes, position);
    if (got < length)
        throw new RangeError(`the file ends at ${position + got}`);
    return bytes;
}
/** Fills `target` from `position` on; returns the bytes read, short only at the end of the file. */
async function readInto(file, target, position) {
    let filled = 0;
    while (filled < target.length) {
        const { bytesRead } = await file.read(target, filled, target.length - filled, position + filled);
        if (bytesRead === 0)
            break;
        filled += bytesRead;
    }
    return filled;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/archive-file.js







/** A sealed archive, open for reading. */
class ArchiveFile {
    sizeBytes;
    handle;
    constructor(handle, sizeBytes) {
        this.handle = handle;
        this.sizeBytes = sizeBytes;
    }
    /** Where the extents end and the index begins. @throws ArchiveDamage where the footer does not say. */
    async readIndexOffset() {
        const footer = await this.read(Math.max(0, this.sizeBytes - FOOTER_BYTES), FOOTER_BYTES);
        const offset = decodeFooter(footer);
        if (offset === undefined || offset + FOOTER_BYTES >= this.sizeBytes) {
            throw new ArchiveDamage('footer', 'it is not that of an archive of ours');
        }
        return offset;
    }
    /** The place of the index's compressed bytes. */
    async locateIndex() {
        const offset = await this.readIndexOffset();
        return { offset, length: this.sizeBytes - FOOTER_BYTES - offset };
    }
    /** The index, decompressed. */
    async *readIndex() {
        yield* decodeIndexMember(this.stream(await this.locateIndex()));
    }
    /** The bytes of a range. */
    stream(range) {
        return readRange(this.handle, range);
    }
    /** Up to `length` bytes, fewer only at the end of the file. */
    async read(offset, length) {
        const bytes = Buffer.allocUnsafe(length);
        return bytes.subarray(0, await readInto(this.handle, bytes, offset));
    }
    async close() {
        await this.handle.close();
    }
}
/** @throws Failure `vault` where no archive of that name is there. */
async function openArchive(store, name) {
    return await openArchiveAt(archivePath(store, name), name);
}
/** The same for a file elsewhere, which messages call `name`. */
async function openArchiveAt(path, name) {
    let handle;
    try {
        handle = await (0,promises_namespaceObject.open)(path, promises_namespaceObject.constants.O_RDONLY | promises_namespaceObject.constants.O_NOFOLLOW | promises_namespaceObject.constants.O_NONBLOCK);
    }
    catch (error) {
        throw new failure_Failure('vault', `the vault holds no archive ${name}`, 'list shows those that are there.', {
            cause: error,
        });
    }
    const about = await handle.stat();
    if (about.isFile())
        return new ArchiveFile(handle, about.size);
    await handle.close();
    throw new failure_Failure('damaged', `${name} is not a file`, 'Look at the directory on the backup server.');
}

;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");
;// CONCATENATED MODULE: ./.build/src/system/durable-file.js



/**
 * Puts `content` at `path` so that, whatever happens and whenever, either the former file is there or the new one,
 * whole. `mode` holds whatever the umask says. Rejects with the system's error and leaves nothing behind.
 */
async function writeDurably(path, content, mode) {
    const folder = (0,external_node_path_namespaceObject.dirname)(path);
    const temporary = (0,external_node_path_namespaceObject.join)(folder, `.${(0,external_node_path_namespaceObject.basename)(path)}.${(0,external_node_crypto_namespaceObject.randomBytes)(6).toString('hex')}.tmp`);
    try {
        const file = await (0,promises_namespaceObject.open)(temporary, 'wx', 0o600);
        try {
            await file.writeFile(content);
            await file.chmod(mode);
            await file.sync();
        }
        finally {
            await file.close();
        }
        await (0,promises_namespaceObject.rename)(temporary, path);
    }
    catch (error) {
        await (0,promises_namespaceObject.rm)(temporary, { force: true });
        throw error;
    }
    await syncDirectory(folder);
}
/**
 * Appends `content` to `path`, which is made with `mode` where it does not exist, and returns when it is on disk.
 * A crash in between can leave a part of it: the reader is to recognise a cut last line.
 */
async function appendDurably(path, content, mode) {
    const file = await (0,promises_namespaceObject.open)(path, 'a', mode);
    let isNew;
    try {
        isNew = (await file.stat()).size === 0;
        await file.appendFile(content);
        await file.datasync();
    }
    finally {
        await file.close();
    }
    if (isNew)
        await syncDirectory((0,external_node_path_namespaceObject.dirname)(path));
}
/** Returns when the names in the directory `path` are on disk: a rename lasts only from then on. */
async function syncDirectory(path) {
    const directory = await (0,promises_namespaceObject.open)(path, 'r');
    try {
        await directory.sync();
    }
    finally {
        await directory.close();
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/ledger.js




const GENESIS = '0'.repeat(64);
/** Reads the ledger and follows its chain. Lines behind a broken one are still read: they say what should be there. */
async function readLedger(store) {
    const bytes = await (0,promises_namespaceObject.readFile)(ledgerPath(store)).catch((error) => {
        if (error.code === 'ENOENT')
            return Buffer.alloc(0);
        throw error;
    });
    return parseLedger(bytes);
}
function parseLedger(bytes) {
    const ledger = { lines: [], tornBytes: 0, tip: GENESIS };
    let number = 0;
    for (let start = 0; start < bytes.length;) {
        const newline = bytes.indexOf(0x0a, start);
        const end = newline === -1 ? bytes.length : newline;
        const line = bytes.subarray(start, end);
        number++;
        const entry = parseEntry(line.toString('utf8'));
        // Written whole but for its newline, the last line counts: whoever wrote it may have had its receipt.
        if (!entry && newline === -1) {
            ledger.tornBytes = line.length;
            break;
        }
        if (!entry)
            ledger.fault ??= `line ${number} is not a line of a ledger`;
        else if (entry.previous !== ledger.tip)
            ledger.fault ??= `chain broken at line ${number}`;
        ledger.tip = (0,external_node_crypto_namespaceObject.createHash)('sha256').update(line).digest('hex');
        if (entry)
            ledger.lines.push({ ...entry, digest: ledger.tip });
        start = end + 1;
    }
    return ledger;
}
/**
 * Adds a line and makes it last; the vault's lock must be held. What a crash left of a line is put aside first, into
 * `ledger.torn`.
 */
async function appendToLedger(store, entry) {
    const path = ledgerPath(store);
    const bytes = await (0,promises_namespaceObject.readFile)(path).catch(() => Buffer.alloc(0));
    const { tip, tornBytes } = parseLedger(bytes);
    if (tornBytes > 0) {
        const torn = Buffer.concat([bytes.subarray(-tornBytes), Buffer.from('\n')]);
        await appendDurably(path.replace(/jsonl$/, 'torn'), torn, 0o600);
        await (0,promises_namespaceObject.truncate)(path, bytes.length - tornBytes);
    }
    const wholeBytes = bytes.length - tornBytes;
    const text = JSON.stringify({ ...entry, previous: tip });
    const lead = wholeBytes > 0 && bytes[wholeBytes - 1] !== 0x0a ? '\n' : '';
    await appendDurably(path, `${lead}${text}\n`, 0o600);
    return { ...entry, previous: tip, digest: (0,external_node_crypto_namespaceObject.createHash)('sha256').update(text).digest('hex') };
}
/** The archives that should be there, oldest line first. */
function listLedgerArchives(ledger) {
    const present = new Map();
    for (const line of ledger.lines) {
        if (line.action === 'seal' || line.action === 'foreign')
            present.set(line.name, line);
        else
            present.delete(line.name);
    }
    return [...present.values()];
}
function parseEntry(text) {
    try {
        const entry = JSON.parse(text);
        const isWhole = typeof entry.time === 'string' &&
            typeof entry.name === 'string' &&
            typeof entry.action === 'string' &&
            typeof entry.previous === 'string' &&
            Number.isSafeInteger(entry.size) &&
            Number.isSafeInteger(entry.newBytes);
        return isWhole ? entry : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");
;// CONCATENATED MODULE: ./.build/src/system/run-command.js


const graceMs = 2_000;
/**
 * Runs a short program, without a shell, and returns what came of it, whatever its exit code.
 * @throws Failure `failed` where the program cannot be started at all.
 */
function runCommand(program, args, options = {}) {
    const limit = options.maximumOutputBytes ?? 1_048_576;
    return new Promise((resolve, reject) => {
        const child = (0,external_node_child_process_namespaceObject.spawn)(program, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
        const stdout = keepBeginning(child.stdout, limit);
        const stderr = keepEnd(child.stderr, limit);
        let isAborted = false;
        const timers = [];
        const abort = () => {
            isAborted = true;
            child.kill('SIGTERM');
            timers.push(setTimeout(() => child.kill('SIGKILL'), graceMs));
            // A grandchild may hold the pipes open for ever: what it says is no longer waited for.
            timers.push(setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), 2 * graceMs));
        };
        if (options.timeoutMs !== undefined)
            timers.push(setTimeout(abort, options.timeoutMs));
        if (options.signal?.aborted === true)
            abort();
        else
            options.signal?.addEventListener('abort', abort, { once: true });
        const settle = () => {
            timers.forEach(clearTimeout);
            options.signal?.removeEventListener('abort', abort);
        };
        child.on('error', (error) => {
            settle();
            reject(new failure_Failure('failed', `cannot run ${program}: ${messageOf(error)}`, `Install ${program}.`, { cause: error }));
        });
        child.on('close', (code, signal) => {
            settle();
            const text = stdout();
            const { bytes, isTruncated } = text;
            resolve({ code, signal, stdout: bytes.toString(), stderr: stderr().toString(), isTruncated, isAborted });
        });
        // A program that does not read its input to the end is not an error in itself: its exit code tells.
        child.stdin.on('error', () => undefined);
        child.stdin.end(options.input);
    });
}
/**
 * The path of a program, as the shell finds it, or in the system administrator's folders (`sshd` is there).
 * @throws Failure `failed` that names the Debian package to install.
 */
async function requireProgram(name, debianPackage) {
    const script = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; command -v -- "$1"';
    const { code, stdout } = await runCommand('/bin/sh', ['-c', script, 'sh', name]);
    if (code === 0)
        return stdout.trim();
    throw new Failure('failed', `the program ${name} is missing on this machine`, `Install the package ${debianPackage}: sudo apt-get install ${debianPackage}`);
}
function keepBeginning(stream, limit) {
    const chunks = [];
    let length = 0;
    let isTruncated = false;
    stream.on('data', (chunk) => {
        const kept = chunk.subarray(0, limit - length);
        isTruncated ||= kept.length < chunk.length;
        if (kept.length > 0)
            chunks.push(kept);
        length += kept.length;
    });
    return () => ({ bytes: Buffer.concat(chunks), isTruncated });
}
function keepEnd(stream, limit) {
    let chunks = [];
    let length = 0;
    stream.on('data', (chunk) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > 2 * limit) {
            chunks = [Buffer.concat(chunks).subarray(-limit)];
            length = limit;
        }
    });
    return () => Buffer.concat(chunks).subarray(-limit);
}

;// CONCATENATED MODULE: ./.build/src/vault/store/share-extents.js





/** Names of the files by which sharing is tried. */
const PROBE_PREFIX = 'probe-';
/** A plain account's PATH on Debian has no sbin. */
const PROGRAMS = ['xfs_io', '/usr/sbin/xfs_io', '/sbin/xfs_io'];
/** Two lines for each range. */
const BYTES_PER_ANSWER = 512;
const LINKED = /^linked (\d+)\/(\d+) bytes at offset (\d+)$/;
const known = new Map();
/** Whether archives of this vault can share extents; tried once in the life of a process. */
function detectSharing(store) {
    let answer = known.get(store.directory);
    if (!answer)
        known.set(store.directory, (answer = trySharing(store)));
    return answer;
}
/**
 * Makes `target` share ranges of archives, all in one call of xfs_io. Paths count from the vault's directory.
 * @throws Failure `vault` unless every range was linked from its first to its last byte.
 */
async function shareRanges(store, target, ranges) {
    if (ranges.length === 0)
        return;
    const lines = ranges.map(({ source, sourceOffset, targetOffset, length }) => {
        if ([sourceOffset, targetOffset, length].some((number) => number % ALIGNMENT !== 0)) {
            throw new RangeError(`an extent at ${sourceOffset} is not aligned`);
        }
        return `reflink ${source} ${sourceOffset} ${targetOffset} ${length}\n`;
    });
    const { code, stdout, stderr } = await runXfsIo(store, [target], lines);
    const linked = stdout.split('\n').filter((line) => line.startsWith('linked '));
    // The exit code alone says nothing: xfs_io goes on after a range that failed, and leaves a hole.
    const isWhole = linked.length === ranges.length && ranges.every((range, at) => isLinked(linked[at], range));
    if (code === 0 && isWhole)
        return;
    throw new failure_Failure('vault', `sharing extents failed after ${linked.length} of ${ranges.length} ranges (${stderr.trim().split('\n')[0] || `exit ${code}`})`, 'Nothing was sealed. Look at the disk of the backup server (dmesg), then run the backup again.');
}
function isLinked(line, { targetOffset, length }) {
    const match = LINKED.exec(line ?? '');
    return match !== null && [length, length, targetOffset].every((expected, at) => match[at + 1] === String(expected));
}
async function trySharing(store) {
    const source = (0,external_node_path_namespaceObject.join)(store.assembly, `${PROBE_PREFIX}${process.pid}`);
    const target = `${source}.shared`;
    try {
        await (0,promises_namespaceObject.writeFile)(source, Buffer.alloc(ALIGNMENT, 1), { mode: 0o600 });
        const hasReflink = await (0,promises_namespaceObject.copyFile)(source, target, promises_namespaceObject.constants.COPYFILE_FICLONE_FORCE).then(() => true, () => false);
        await (0,promises_namespaceObject.writeFile)(target, '');
        const relative = (path) => path.slice(store.directory.length + 1);
        const range = { source: relative(source), sourceOffset: 0, targetOffset: 0, length: ALIGNMENT };
        if (hasReflink)
            await shareRanges(store, relative(target), [range]);
        else
            await runXfsIo(store, ['-V'], []);
        return { isPossible: hasReflink, warnings: hasReflink ? [] : [noReflink] };
    }
    catch (error) {
        return {
            isPossible: false,
            warnings: [error instanceof MissingProgram ? noProgram : `${noSharing}: ${String(error)}`],
        };
    }
    finally {
        await (0,promises_namespaceObject.rm)(source, { force: true });
        await (0,promises_namespaceObject.rm)(target, { force: true });
    }
}
const noSharing = 'archives share nothing, each one takes its full size';
const noReflink = `${noSharing}: the file system has no reflink (XFS and Btrfs have)`;
const noProgram = `${noSharing}: the program xfs_io is missing (Debian package xfsprogs)`;
class MissingProgram extends Error {
}
async function runXfsIo(store, options, lines) {
    for (const program of PROGRAMS) {
        try {
            return await runCommand(program, options, {
                cwd: store.directory,
                input: lines.join(''),
                maximumOutputBytes: 64 * 1024 + lines.length * BYTES_PER_ANSWER,
            });
        }
        catch (error) {
            const cause = error instanceof Error ? error.cause : undefined;
            if (cause?.code !== 'ENOENT')
                throw error;
        }
    }
    throw new MissingProgram('xfs_io is not installed');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/publish.js







/*
 * An archive becomes visible by a second link to its inode, which never replaces; only then comes the ledger's line.
 * Between the two it would be an archive that nobody answers for. Therefore the line is noted down before the link, and
 * the first name, in the assembly directory, goes last: whoever finds the note and both names of the one inode writes
 * the line; whoever finds the note alone knows that nothing became visible, and clears up.
 */
/** Makes an assembled archive visible under its name, for ever. The vault's lock must be held. */
async function publishArchive(store, assembledPath, entry) {
    await (0,promises_namespaceObject.chmod)(assembledPath, 0o440);
    const pending = { assembled: (0,external_node_path_namespaceObject.basename)(assembledPath), entry };
    await writeDurably(pendingPath(store), JSON.stringify(pending), 0o600);
    try {
        await (0,promises_namespaceObject.link)(assembledPath, archivePath(store, entry.name));
    }
    catch (error) {
        await (0,promises_namespaceObject.rm)(pendingPath(store));
        if (error.code !== 'EEXIST')
            throw error;
        throw refuseName(entry.name, error);
    }
    await syncDirectory(store.directory);
    return await completeSeal(store, await appendToLedger(store, entry), assembledPath);
}
/** Finishes what a killed seal has left, or clears it up: one good archive, or none. The vault's lock must be held. */
async function settleCutSeal(store, log) {
    const pending = await readPending(store);
    if (pending) {
        const { name, index } = pending.entry;
        const assembledPath = (0,external_node_path_namespaceObject.join)(store.assembly, pending.assembled);
        const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
        if (line?.index === index && line) {
            await completeSeal(store, line, assembledPath);
        }
        else if (!line && (await isSameFile(assembledPath, archivePath(store, name)))) {
            log.warning(`the seal of ${name} was cut off after its archive was complete; finished it`);
            await syncDirectory(store.directory);
            await completeSeal(store, await appendToLedger(store, pending.entry), assembledPath);
        }
    }
    await (0,promises_namespaceObject.rm)(pendingPath(store), { force: true });
    for (const name of await (0,promises_namespaceObject.readdir)(store.assembly)) {
        // Probes come and go without the lock.
        if (!name.startsWith(PROBE_PREFIX))
            await (0,promises_namespaceObject.rm)((0,external_node_path_namespaceObject.join)(store.assembly, name), { force: true, recursive: true });
    }
}
/** The receipt for a line of the ledger. */
function makeReceipt(line, already) {
    const { name, size, index = '', newBytes, time, digest } = line;
    return { name, index, sizeBytes: size, newBytes, sealed: time, ledger: digest, already };
}
/** A file lies where an archive is to go, and the ledger does not know it. */
function refuseName(name, cause) {
    return new failure_Failure('refused', `${name} is there already, with other content; the first one stays`, 'Give the new archive a name of its own (with its time of day), or have the administrator look at the first.', { cause });
}
async function completeSeal(store, line, assembledPath) {
    const receipt = makeReceipt(line, false);
    await writeDurably(receiptPath(store, line.name), JSON.stringify(receipt), 0o600);
    await (0,promises_namespaceObject.rm)(assembledPath, { force: true });
    await (0,promises_namespaceObject.rm)(pendingPath(store), { force: true });
    return receipt;
}
async function readPending(store) {
    try {
        return JSON.parse(await (0,promises_namespaceObject.readFile)(pendingPath(store), 'utf8'));
    }
    catch (error) {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    }
}
async function isSameFile(one, other) {
    const [first, second] = await Promise.all([one, other].map((path) => (0,promises_namespaceObject.lstat)(path).catch(() => undefined)));
    return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

;// CONCATENATED MODULE: ./.build/src/archive/segment-lane.js




const MEAN_SEGMENT_BYTES = (/* unused pure expression or super */ null && (24 * 1024 * 1024));
const CUT_BYTES = 64 * 1024 * 1024;
/** No segment is larger: a full one, and one more extent of a whole chunk that barely shrank. */
const MAX_SEGMENT_BYTES = CUT_BYTES + CHUNK_BYTES + 1024 * 1024;
const SEGMENT_NAME = /^[0-9a-f]{64}\.segment$/;
/** All segments of a run, from all lanes; steps of the recipe refer to them by their position here. */
class SegmentList {
    /** Names by position; empty until the segment is finished. */
    names = [];
    reserve() {
        return this.names.push('') - 1;
    }
}
/**
 * Writes extents into segments, one producer's after the other. Where a segment ends is decided by its extents' digests,
 * and its name is a digest of them: the same new content gives the same segments in the next run too, which then goes on
 * where a cut transfer stopped.
 */
class SegmentLane {
    #directory;
    #list;
    #deliver;
    #open;
    /** `deliver` is awaited before more is written: it holds the lane back while staging is full. */
    constructor(directory, list, deliver) {
        this.#directory = directory;
        this.#list = list;
        this.#deliver = deliver;
    }
    /** Appends an extent; says where it will be found. One call at a time. */
    async append(bytes, sha256) {
        const segment = (this.#open ??= await this.#begin());
        const place = { segment: segment.number, at: segment.sizeBytes };
        await segment.file.appendFile(bytes);
        segment.sizeBytes += bytes.length;
        segment.name.update(sha256);
        const isChosen = Number.parseInt(sha256.slice(0, 8), 16) < 2 ** 32 * (bytes.length / MEAN_SEGMENT_BYTES);
        if (isChosen || segment.sizeBytes >= CUT_BYTES)
            await this.finish();
        return place;
    }
    /** Finishes the segment under way, if there is one, and delivers it. */
    async finish() {
        if (!this.#open)
            return;
        const { file, path, number, sizeBytes, name } = this.#open;
        this.#open = undefined;
        await file.close();
        const finalName = `${name.digest('hex')}.segment`;
        // The same extents twice in a run give one name twice; the second takes the first one's place, byte for byte.
        const finalPath = join(this.#directory, finalName);
        await rename(path, finalPath);
        this.#list.names[number] = finalName;
        await this.#deliver({ path: finalPath, sizeBytes });
    }
    async #begin() {
        const number = this.#list.reserve();
        const path = join(this.#directory, `segment-${number}.part`);
        const file = await open(path, 'wx', 0o600);
        return { file, path, number, sizeBytes: 0, name: createHash('sha256') };
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/protocol/limits.js


/** No extent is longer: a whole chunk that did not shrink, with its header, the framing of deflate and the filler. */
const MAX_EXTENT_BYTES = CHUNK_BYTES + 1024 * 1024;
/** Days that an archive's date may lie before or after the vault's. */
const MAX_DAYS_OFF = 2;
/** The longest recipe that a vault takes, compressed: a first night of ten million files. */
const MAX_RECIPE_BYTES = 4 * 1024 ** 3;

;// CONCATENATED MODULE: ./.build/src/vault/store/segments.js




/** So many stay open: a first night may come in more segments than a process may have files. */
const OPEN_LIMIT = 16;
/** The segments of a seal. Each is checked when it is opened, as often as that happens, and read by that very handle. */
class SegmentFiles {
    names;
    #store;
    #open = new Map();
    constructor(store, names) {
        this.#store = store;
        this.names = names;
    }
    /**
     * Looks at every segment of a recipe.
     * @throws Failure `refused` for anything that is no segment as a client would send it, `vault` for one that is missing.
     */
    static async check(store, names) {
        const unique = [...new Set(names)];
        for (const name of unique)
            await (await openSegment(store, name)).close();
        return new SegmentFiles(store, unique);
    }
    /** The file of a segment; stays open until others have been asked for. */
    async open(name) {
        const file = this.#open.get(name) ?? (await openSegment(this.#store, name));
        // The least recently used one stands first.
        this.#open.delete(name);
        this.#open.set(name, file);
        const oldest = [...this.#open.keys()][0];
        if (this.#open.size > OPEN_LIMIT && oldest !== undefined) {
            await this.#open.get(oldest)?.close();
            this.#open.delete(oldest);
        }
        return file;
    }
    async close() {
        for (const handle of this.#open.values())
            await handle.close();
        this.#open.clear();
    }
}
/** What lies in the incoming area under the names of segments, with sizes in bytes. */
async function listIncoming(store) {
    const sizes = {};
    for (const name of await (0,promises_namespaceObject.readdir)(store.incoming)) {
        if (!SEGMENT_NAME.test(name))
            continue;
        const about = await (0,promises_namespaceObject.lstat)((0,external_node_path_namespaceObject.join)(store.incoming, name)).catch(() => undefined);
        if (about?.isFile())
            sizes[name] = about.size;
    }
    return sizes;
}
/** Removes a segment, so that the next upload brings it anew. */
async function dropSegment(store, name) {
    if (SEGMENT_NAME.test(name))
        await (0,promises_namespaceObject.rm)((0,external_node_path_namespaceObject.join)(store.incoming, name), { force: true });
}
async function openSegment(store, name) {
    if (!SEGMENT_NAME.test(name))
        throw segments_refuse('a segment', 'has a name that is none');
    const short = `segment ${name.slice(0, 12)}…`;
    let handle;
    try {
        // Without waiting: a FIFO would block until somebody writes into it.
        handle = await (0,promises_namespaceObject.open)((0,external_node_path_namespaceObject.join)(store.incoming, name), promises_namespaceObject.constants.O_RDONLY | promises_namespaceObject.constants.O_NOFOLLOW | promises_namespaceObject.constants.O_NONBLOCK);
    }
    catch (error) {
        const { code } = error;
        if (code === 'ELOOP')
            throw segments_refuse(short, 'is a symbolic link');
        if (code !== 'ENOENT')
            throw segments_refuse(short, `cannot be opened (${code})`);
        throw new failure_Failure('vault', `${short} is not on the backup server`, 'Run the backup again: it sends what is missing.');
    }
    try {
        const about = await handle.stat();
        if (!about.isFile())
            throw segments_refuse(short, 'is not a regular file');
        if (about.nlink < 1 || about.nlink > store.segmentLinks)
            throw segments_refuse(short, `has ${about.nlink} links`);
        if (about.uid !== store.uploadUid)
            throw segments_refuse(short, `belongs to user ${about.uid}, not to ${store.uploadUid}`);
        if (about.size > MAX_SEGMENT_BYTES) {
            const claim = `${short} claims ${about.size} bytes where a segment may have ${MAX_SEGMENT_BYTES}`;
            throw new failure_Failure('space', `not enough space for what was sent: ${claim}`, 'Remove it from .incoming and run the backup again.');
        }
        return handle;
    }
    catch (error) {
        await handle.close();
        throw error;
    }
}
function segments_refuse(what, why) {
    return new failure_Failure('refused', `${what} in the incoming area ${why}`, 'Find out who put it there; remove it and run the backup again.');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/space.js


const DEFAULT_RESERVE_BYTES = 1024 ** 3;
/** A reserve in proportion, where the disk is small. */
const LARGEST_PART = 0.02;
/** Free space as the vault's own account may use it, and the size of the disk; in bytes. */
async function readSpace(store) {
    const { bavail, blocks, bsize } = await (0,promises_namespaceObject.statfs)(store.directory);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
/** @throws Failure `space` unless so many bytes fit and the reserve stays free. */
async function requireSpace(store, needBytes) {
    const { freeBytes, totalBytes } = await readSpace(store);
    const reserveBytes = store.reserveBytes ?? Math.min(DEFAULT_RESERVE_BYTES, totalBytes * LARGEST_PART);
    if (freeBytes - reserveBytes >= needBytes)
        return;
    throw new failure_Failure('space', `vault full: ${formatBytes(freeBytes)} free, of which ${formatBytes(reserveBytes)} are kept in reserve, need ${formatBytes(needBytes)}`, 'Nothing was sealed and nothing was lost. Make room on the backup server, then run the backup again.');
}
/** Bytes as people read them: `3.2 GB`. */
function formatBytes(bytes) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'];
    let value = bytes;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit++;
    }
    return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/verdicts.js



/** The last word on an archive; undefined where nobody has looked at it since it was sealed. */
async function readVerdict(store, name, index) {
    try {
        const verdict = JSON.parse(await (0,promises_namespaceObject.readFile)(verdictPath(store, name), 'utf8'));
        return verdict.name === name && verdict.index === index ? verdict : undefined;
    }
    catch {
        // None was written, or a crash cut it: either way nothing is known.
        return undefined;
    }
}
/**
 * Records what a verification found. A quick look that finds nothing takes nothing back from a full one, be it good or
 * bad news: only another full one does.
 */
async function recordVerdict(store, verdict) {
    const before = await readVerdict(store, verdict.name, verdict.index);
    if (before?.level === 'full' && verdict.level === 'seal' && verdict.isSound)
        return;
    await writeDurably(verdictPath(store, verdict.name), JSON.stringify(verdict), 0o600);
}

;// CONCATENATED MODULE: ./.build/src/vault/store/greet.js








/** What the vault says first. */
async function greet(store, role, askedName) {
    const [ledger, incoming, sharing, { freeBytes }] = await Promise.all([
        readLedger(store),
        listIncoming(store),
        detectSharing(store),
        readSpace(store),
    ]);
    const newest = await findNewest(store, ledger);
    const asked = listLedgerArchives(ledger).find(({ name, action }) => name === askedName && action === 'seal');
    return {
        protocol: 1,
        role,
        isProvisioned: store.isProvisioned,
        clock: store.now().toISOString(),
        ...(newest ? { newest } : {}),
        ...(asked ? { asked: makeReceipt(asked, true) } : {}),
        incoming,
        sharesExtents: sharing.isPossible,
        freeBytes,
        warnings: [...warnOfLedger(ledger), ...sharing.warnings],
    };
}
/** The newest archive of ours that is whole as far as anybody knows; damaged and missing ones are passed over. */
async function findNewest(store, ledger) {
    for (const line of listLedgerArchives(ledger).reverse()) {
        const { name, index, time, size } = line;
        if (line.action !== 'seal' || index === undefined || (await findFault(store, line)))
            continue;
        if ((await readVerdict(store, name, index))?.isSound !== false)
            return { name, index, sealed: time, sizeBytes: size };
    }
    return undefined;
}
/** What is wrong with the file of an archive, without reading it. */
async function findFault(store, { name, size }) {
    const about = await (0,promises_namespaceObject.stat)(archivePath(store, name)).catch(() => undefined);
    if (!about?.isFile())
        return 'in the ledger, but not on disk';
    return about.size === size ? undefined : `has ${about.size} bytes on disk, ${size} in the ledger`;
}
function warnOfLedger({ fault, tornBytes }) {
    return [
        ...(fault ? [`the ledger was changed by another hand: ${fault}`] : []),
        ...(tornBytes > 0
            ? [`the ledger's last line was cut off by a crash (${tornBytes} bytes); the chain goes on before it`]
            : []),
    ];
}

;// CONCATENATED MODULE: ./.build/src/system/lock.js




const conflictCode = 75;
/**
 * Takes the lock at `path` for this process. It is flock(2) on an open file, so it ends with the process, however that
 * ends, and programs that the process starts do not carry it on: there are no stale locks.
 * @throws Failure `locked`, with the holder's name, where it is held (still, after `waitMs`).
 */
async function acquireLock(path, options) {
    for (;;) {
        const descriptor = openLockFile(path);
        try {
            if (!(await takeFlock(descriptor, options.waitMs)))
                throw describeConflict(path);
            if (isStillAt(descriptor, path))
                return claim(descriptor, options.holder);
        }
        catch (error) {
            (0,external_node_fs_namespaceObject.closeSync)(descriptor);
            throw error;
        }
        // Somebody removed the file while we waited: a lock on a file without a name excludes nobody.
        (0,external_node_fs_namespaceObject.closeSync)(descriptor);
    }
}
function openLockFile(path) {
    try {
        (0,external_node_fs_namespaceObject.mkdirSync)((0,external_node_path_namespaceObject.dirname)(path), { recursive: true, mode: 0o700 });
        return (0,external_node_fs_namespaceObject.openSync)(path, external_node_fs_namespaceObject.constants.O_RDWR | external_node_fs_namespaceObject.constants.O_CREAT | external_node_fs_namespaceObject.constants.O_NOFOLLOW, 0o600);
    }
    catch (error) {
        throw new failure_Failure('failed', `cannot open the lock ${path}: ${messageOf(error)}`, 'Run as the user who owns the state folder (root on production), or name another one with state: in the configuration.', { cause: error });
    }
}
/**
 * Node has no flock(2), but util-linux has: its program locks the open file that it inherits from us, which is ours
 * too, and stays locked when that program has ended.
 */
function takeFlock(descriptor, waitMs) {
    const patience = waitMs === undefined || waitMs <= 0 ? ['--nonblock'] : ['--timeout', (waitMs / 1000).toFixed(3)];
    return new Promise((resolve, reject) => {
        const child = (0,external_node_child_process_namespaceObject.spawn)('flock', [...patience, '--conflict-exit-code', String(conflictCode), '3'], {
            stdio: ['ignore', 'ignore', 'pipe', descriptor],
        });
        let complaint = '';
        child.stderr?.on('data', (chunk) => (complaint += chunk.toString()));
        const fail = (reason) => reject(new failure_Failure('failed', `cannot lock: ${reason}`, 'Install the package util-linux, which holds the program flock.'));
        child.on('error', (error) => fail(messageOf(error)));
        child.on('close', (code, signal) => {
            if (code === 0)
                resolve(true);
            else if (code === conflictCode)
                resolve(false);
            else
                fail(`flock ended with ${signal ?? `exit code ${code}`}${complaint && `: ${complaint.trim()}`}`);
        });
    });
}
function isStillAt(descriptor, path) {
    const ours = (0,external_node_fs_namespaceObject.fstatSync)(descriptor);
    const named = (0,external_node_fs_namespaceObject.statSync)(path, { throwIfNoEntry: false });
    return named !== undefined && named.ino === ours.ino && named.dev === ours.dev;
}
function claim(descriptor, holder) {
    // What is written here was left by a holder that died: giving back empties the file.
    const tookOverFrom = parseHolder((0,external_node_fs_namespaceObject.readFileSync)(descriptor, 'utf8'));
    (0,external_node_fs_namespaceObject.ftruncateSync)(descriptor, 0);
    (0,external_node_fs_namespaceObject.writeSync)(descriptor, `${JSON.stringify({ holder, pid: process.pid, since: new Date().toISOString() })}\n`, 0);
    let isHeld = true;
    return {
        ...(tookOverFrom && { tookOverFrom }),
        release() {
            if (!isHeld)
                return;
            isHeld = false;
            (0,external_node_fs_namespaceObject.ftruncateSync)(descriptor, 0);
            (0,external_node_fs_namespaceObject.closeSync)(descriptor);
        },
    };
}
function describeConflict(path) {
    const holder = parseHolder((0,external_node_fs_namespaceObject.readFileSync)(path, 'utf8'));
    const who = holder
        ? `${holder.holder} (pid ${holder.pid}, since ${holder.since})`
        : 'another run that has just begun';
    return new failure_Failure('locked', `${path} is held by ${who}`, 'Wait until it has ended, then try again.');
}
function parseHolder(text) {
    try {
        const { holder, pid, since } = JSON.parse(text);
        return typeof holder === 'string' && typeof pid === 'number' && typeof since === 'string'
            ? { holder, pid, since }
            : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/copy-run.js


const BLOCK_BYTES = 4 * 1024 * 1024;
/** An extent's bytes are not those that its digest promises. */
class WrongDigest extends Error {
    ordinal;
    constructor(ordinal) {
        super(`the bytes of extent ${ordinal} have another digest`);
        this.ordinal = ordinal;
    }
}
/**
 * Copies runs of extents and hashes what it writes: the digest is taken of the very buffer that goes into the file.
 * While one block is hashed, the one before is being written and the next one read.
 */
class RunCopier {
    #target;
    #extents;
    #buffers = [0, 1, 2].map(() => Buffer.allocUnsafeSlow(BLOCK_BYTES));
    constructor(target, extents) {
        this.#target = target;
        this.#extents = extents;
    }
    /** @throws WrongDigest, also where the source is too short. */
    async copy(run, source, sourceOffset, onCopied) {
        const digests = new RunDigests(this.#extents, run);
        const readBlock = (done, turn) => {
            const buffer = this.#buffers[turn % 3];
            const block = buffer.subarray(0, Math.min(BLOCK_BYTES, run.length - done));
            return settleLater(readInto(source, block, sourceOffset + done).then((got) => block.subarray(0, got)));
        };
        let reading = readBlock(0, 0);
        let writing = Promise.resolve();
        try {
            for (let done = 0, turn = 1; done < run.length; turn++) {
                const block = await reading;
                const next = done + block.length;
                if (block.length > 0 && next < run.length)
                    reading = readBlock(next, turn);
                digests.update(block);
                await writing;
                writing = settleLater(writeWhole(this.#target, block, run.targetOffset + done));
                onCopied(block.length);
                done = next;
            }
            await writing;
        }
        finally {
            // Nothing may touch the files or the buffers any more when this has ended.
            await Promise.allSettled([reading, writing]);
        }
    }
}
/** Digests of a run's extents, from blocks that begin and end anywhere. */
class RunDigests {
    #extents;
    #ordinal;
    #missing = 0;
    #hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    constructor(extents, run) {
        this.#extents = extents;
        this.#ordinal = run.first;
        this.#missing = extents.at(run.first).length;
    }
    update(block) {
        if (block.length === 0)
            throw new WrongDigest(this.#ordinal);
        for (let at = 0; at < block.length;) {
            if (this.#missing === 0)
                this.#missing = this.#extents.at(this.#ordinal).length;
            const piece = block.subarray(at, at + this.#missing);
            this.#hash.update(piece);
            at += piece.length;
            this.#missing -= piece.length;
            if (this.#missing > 0)
                continue;
            if (this.#hash.digest('hex') !== this.#extents.at(this.#ordinal).sha256)
                throw new WrongDigest(this.#ordinal);
            this.#hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
            this.#ordinal++;
        }
    }
}
async function writeWhole(target, block, position) {
    for (let done = 0; done < block.length;) {
        const { bytesWritten } = await target.write(block, done, block.length - done, position + done);
        done += bytesWritten;
    }
}
/** A promise that may fail before anybody waits for it. */
function settleLater(promise) {
    promise.catch(() => { });
    return promise;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/runs.js
/** Joins a plan's extents into the longest runs, in order. */
function* joinRuns({ extents, originOf }) {
    let run;
    for (let ordinal = 0; ordinal < extents.count; ordinal++) {
        const { offset, length } = extents.at(ordinal);
        const from = originOf(ordinal);
        if (run && isNext(run, from)) {
            run.length += length;
            run.count++;
            continue;
        }
        if (run)
            yield run;
        run = { from, targetOffset: offset, length, first: ordinal, count: 1 };
    }
    if (run)
        yield run;
}
function isNext({ from, length }, next) {
    if ('base' in from)
        return 'base' in next && next.base === from.base + length;
    return 'segment' in next && next.segment === from.segment && next.at === from.at + length;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/assemble.js







/**
 * Writes the archive of a plan: new extents out of segments and known ones out of the base, then index and footer.
 * What is copied is hashed on its way. Returns the archive's size and how many of its bytes are index and footer.
 * @throws WrongDigest naming the extent whose bytes are not what they should be; Failure `vault` where sharing failed.
 */
async function assembleArchive(assembly) {
    const { store, plan, path, shares } = assembly;
    const file = await (0,promises_namespaceObject.open)(path, 'wx+', 0o600);
    try {
        const shared = await copyExtents(file, assembly);
        const sizeBytes = await appendIndex(file, plan);
        if (shares)
            await shareRanges(store, (0,external_node_path_namespaceObject.relative)(store.directory, path), shared);
        await file.sync();
        const { size } = await file.stat();
        if (size !== sizeBytes)
            throw new Error(`the archive has ${size} bytes instead of ${sizeBytes}`);
        return { sizeBytes, tailBytes: sizeBytes - plan.extents.endOffset };
    }
    finally {
        await file.close();
    }
}
/** Copies what has to be copied; returns what is to be shared. */
async function copyExtents(file, assembly) {
    const { plan, segments, base, shares, progress } = assembly;
    const copier = new RunCopier(file, plan.extents);
    const shared = [];
    let doneBytes = 0;
    const count = (bytes) => progress((doneBytes += bytes), plan.extents.endOffset);
    for (const run of joinRuns(plan)) {
        if ('segment' in run.from) {
            await copier.copy(run, await segments.open(run.from.segment), run.from.at, count);
            continue;
        }
        if (!base)
            throw new TypeError('the recipe has no base');
        if (shares) {
            const { targetOffset, length } = run;
            shared.push({ source: base.name, sourceOffset: run.from.base, targetOffset, length });
            count(length);
        }
        else {
            await copier.copy(run, base.file.handle, run.from.base, count);
        }
    }
    return shared;
}
/** Writes index and footer behind the extents; returns the archive's size. */
async function appendIndex(file, { extents, indexPath, indexBytes }) {
    let position = extents.endOffset;
    const append = async (bytes) => {
        const { bytesWritten } = await file.write(bytes, 0, bytes.length, position);
        if (bytesWritten !== bytes.length)
            throw new Error('the disk took only a part of the index');
        position += bytes.length;
    };
    for await (const chunk of encodeIndexMember(indexPath, indexBytes))
        await append(chunk);
    await append(encodeFooter(extents.endOffset));
    return position;
}
/** What an archive takes at most besides its extents: an index that does not shrink at all. */
function boundTailBytes(plan) {
    return plan.indexBytes + FOOTER_BYTES + 64 * 1024;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/check-name.js



const DAY_MS = 86_400_000;
/**
 * Checks the name under which an archive is to be sealed: the pattern, the calendar, and the vault's clock. Dates are
 * local ones, of a zone that the vault does not know: whole days are compared.
 * @throws Failure `refused`.
 */
function checkSealName(name, clock) {
    const parsed = parseArchiveName(name);
    if (!parsed) {
        throw new failure_Failure('refused', `${JSON.stringify(name.slice(0, 60))} is not the name of an archive`, 'Check the date in it.');
    }
    if (parsed.foreign) {
        throw new failure_Failure('refused', `${name} is a name of the former script`, 'Nothing new is sealed under such a name.');
    }
    const today = clock.toISOString().slice(0, 10);
    const daysOff = Math.abs(Date.parse(parsed.date) - Date.parse(today)) / DAY_MS;
    if (daysOff <= MAX_DAYS_OFF)
        return;
    throw new failure_Failure('refused', `the archive is dated ${parsed.date}, but the backup server's clock says ${clock.toISOString()}: ${daysOff} days apart`, `Set the clock that is wrong (timedatectl, NTP); at most ${MAX_DAYS_OFF} days are allowed.`);
}

;// CONCATENATED MODULE: ./.build/src/vault/store/open-base.js




/**
 * Opens the archive that a recipe builds upon. It must be one of ours, as the ledger knows it, and not known as damaged.
 * @throws Failure `refused`; the client then asks for the newest archive again.
 */
async function openBase(store, ledger, named) {
    const line = listLedgerArchives(ledger).find(({ name }) => name === named.name);
    if (line?.action !== 'seal' || line.index !== named.index) {
        throw open_base_refuse(`the recipe builds upon ${JSON.stringify(named.name).slice(0, 60)}, which this vault does not hold`);
    }
    const verdict = await readVerdict(store, line.name, line.index);
    if (verdict && !verdict.isSound)
        throw open_base_refuse(`the recipe builds upon ${line.name}, which is damaged`);
    const file = await openArchive(store, line.name);
    if (file.sizeBytes === line.size)
        return file;
    await file.close();
    throw open_base_refuse(`the recipe builds upon ${line.name}, which has ${file.sizeBytes} bytes instead of ${line.size}`);
}
function open_base_refuse(message) {
    return new failure_Failure('refused', message, 'Run the backup again: it begins with the newest good archive.');
}

;// CONCATENATED MODULE: ./.build/src/archive/extent-table.js
const DIGEST_BYTES = 32;
const EMPTY = 0xffffffff;
/**
 * All extents of an archive in memory, about a hundred bytes each, found by digest and by key. A million extents, of
 * which an object each would take most of a gigabyte, fit into a tenth of that.
 */
class ExtentTable {
    #count = 0;
    #digests = Buffer.alloc(0);
    #keys = Buffer.alloc(0);
    #numbers = new Float64Array(0);
    #byDigest;
    #byKey;
    get count() {
        return this.#count;
    }
    /** Where the extents end: the offset of what follows them. */
    get endOffset() {
        if (this.#count === 0)
            return 0;
        const last = this.at(this.#count - 1);
        return last.offset + last.length;
    }
    append(extent) {
        const ordinal = this.#count++;
        this.#grow();
        this.#digests.write(extent.sha256, ordinal * DIGEST_BYTES, 'hex');
        if (extent.key)
            this.#keys.write(extent.key, ordinal * DIGEST_BYTES, 'hex');
        this.#numbers.set([extent.offset, extent.length, extent.entries], ordinal * 3);
        this.#byDigest = undefined;
        this.#byKey = undefined;
    }
    at(ordinal) {
        if (ordinal < 0 || ordinal >= this.#count)
            throw new RangeError(`there is no extent ${ordinal}`);
        const place = ordinal * DIGEST_BYTES;
        const key = this.#keys.toString('hex', place, place + DIGEST_BYTES);
        return {
            offset: this.#numbers[ordinal * 3] ?? 0,
            length: this.#numbers[ordinal * 3 + 1] ?? 0,
            entries: this.#numbers[ordinal * 3 + 2] ?? 0,
            sha256: this.#digests.toString('hex', place, place + DIGEST_BYTES),
            ...(/^0+$/.test(key) ? {} : { key }),
        };
    }
    /** The first extent with these bytes. */
    findByDigest(sha256) {
        this.#byDigest ??= this.#hash(this.#digests);
        return this.#find(this.#byDigest, this.#digests, sha256);
    }
    /** The first extent with this key. */
    findByKey(key) {
        this.#byKey ??= this.#hash(this.#keys);
        return this.#find(this.#byKey, this.#keys, key);
    }
    /** The ordinal of the extent that holds the byte at `offset` of the archive. */
    ordinalAt(offset) {
        let low = 0;
        let high = this.#count - 1;
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if ((this.#numbers[middle * 3] ?? 0) <= offset)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }
    *[Symbol.iterator]() {
        for (let ordinal = 0; ordinal < this.#count; ordinal++)
            yield this.at(ordinal);
    }
    #grow() {
        const capacity = this.#digests.length / DIGEST_BYTES;
        if (this.#count <= capacity)
            return;
        const larger = Math.max(1024, capacity * 2);
        const enlarge = (old) => Buffer.concat([old], larger * DIGEST_BYTES);
        this.#digests = enlarge(this.#digests);
        this.#keys = enlarge(this.#keys);
        const numbers = new Float64Array(larger * 3);
        numbers.set(this.#numbers);
        this.#numbers = numbers;
    }
    /** Open addressing on the digest's own bits, which are as random as a hash can be. */
    #hash(digests) {
        const slots = new Uint32Array(2 ** Math.ceil(Math.log2(this.#count * 2 + 2))).fill(EMPTY);
        for (let ordinal = 0; ordinal < this.#count; ordinal++) {
            let slot = digests.readUInt32BE(ordinal * DIGEST_BYTES) & (slots.length - 1);
            while (slots[slot] !== EMPTY)
                slot = (slot + 1) & (slots.length - 1);
            slots[slot] = ordinal;
        }
        return slots;
    }
    #find(slots, digests, digest) {
        const wanted = Buffer.from(digest, 'hex');
        for (let slot = wanted.readUInt32BE(0) & (slots.length - 1);; slot = (slot + 1) & (slots.length - 1)) {
            const ordinal = slots[slot] ?? EMPTY;
            if (ordinal === EMPTY)
                return undefined;
            const place = ordinal * DIGEST_BYTES;
            if (wanted.equals(digests.subarray(place, place + DIGEST_BYTES)))
                return this.at(ordinal);
        }
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/extent.js
const DIGEST = /^[0-9a-f]{64}$/;
function formatExtent(extent) {
    const key = extent.key ? `,"key":"${extent.key}"` : '';
    return `{"offset":${extent.offset},"length":${extent.length},"sha256":"${extent.sha256}"${key},"entries":${extent.entries}}`;
}
/** Checks the shape of an extent read from elsewhere; throws a TypeError that says what is wrong. */
function checkExtent(raw) {
    const { offset, length, sha256, key, entries } = (raw ?? {});
    const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
    if (!isCount(offset) || !isCount(length) || !isCount(entries) || length === 0) {
        throw new TypeError('an extent has no place, length or count of entries');
    }
    if (offset % 4096 !== 0 || length % 4096 !== 0)
        throw new TypeError(`the extent at ${offset} is not aligned`);
    if (typeof sha256 !== 'string' || !DIGEST.test(sha256))
        throw new TypeError(`the extent at ${offset} has no digest`);
    if (key !== undefined && (typeof key !== 'string' || !DIGEST.test(key))) {
        throw new TypeError(`the extent at ${offset} has a malformed key`);
    }
    return { offset, length, sha256, entries, ...(key === undefined ? {} : { key }) };
}

;// CONCATENATED MODULE: ./.build/src/archive/line-reader.js
/**
 * Splits a stream of bytes into lines without their newlines, in the batches that the stream brings. A line longer than
 * `maxLineBytes` is refused: memory stays bounded whatever the other side sends.
 */
async function* readLines(chunks, maxLineBytes = 1024 * 1024) {
    let rest = Buffer.alloc(0);
    for await (const chunk of chunks) {
        const bytes = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
        const end = bytes.lastIndexOf(0x0a);
        if (end === -1 && bytes.length > maxLineBytes)
            throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
        if (end >= 0)
            yield bytes.toString('utf8', 0, end).split('\n');
        rest = end === bytes.length - 1 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end + 1));
    }
    if (rest.length > 0)
        yield [rest.toString('utf8')];
}

;// CONCATENATED MODULE: ./.build/src/archive/index-reader.js



const INDEX_START = '{"version":1,"extents":[';
const INDEX_MIDDLE = '],"entries":[';
const INDEX_END = ']}';
/**
 * An index read as a stream: the extents come first and stay in memory (compactly), the entries are passed on extent by
 * extent. Throws a TypeError where the text is not an index as we write it.
 */
class IndexReader {
    extents = new ExtentTable();
    #lines;
    constructor(lines) {
        this.#lines = lines;
    }
    /** Reads as far as the extents go. */
    static async open(chunks) {
        const reader = new IndexReader(singly(readLines(chunks)));
        await reader.#expect(INDEX_START);
        for (let line = await reader.#next(); line !== INDEX_MIDDLE; line = await reader.#next()) {
            const extent = checkExtent(JSON.parse(line.replace(/,$/, '')));
            if (extent.offset !== reader.extents.endOffset)
                throw new TypeError(`the extent at ${extent.offset} leaves a gap`);
            reader.extents.append(extent);
        }
        return reader;
    }
    /** All extents in order, each with its lines; can be gone through once. */
    async *entries() {
        for (const extent of this.extents) {
            const lines = [];
            while (lines.length < extent.entries) {
                const line = await this.#next();
                lines.push(line.endsWith(',') ? line.slice(0, -1) : line);
            }
            yield { extent, lines };
        }
        await this.#expect(INDEX_END);
    }
    /** Stops reading early; the stream behind is closed. */
    async close() {
        await this.#lines.return?.();
    }
    async #next() {
        const { value, done } = await this.#lines.next();
        if (done)
            throw new TypeError('the index ends too early');
        return value;
    }
    async #expect(text) {
        const line = await this.#next();
        if (line !== text)
            throw new TypeError(`the index has ${JSON.stringify(line.slice(0, 60))} in place of ${text}`);
    }
}
async function* singly(batches) {
    for await (const batch of batches)
        yield* batch;
}

;// CONCATENATED MODULE: ./.build/src/archive/toc-line.js

const toc_line_SECOND_NS = 1000000000n;
const OFFSET_KEY = '"offset":';
/** Writes the line; `name` and `type` come first and `offset` last, which `relocateLine` and readers rely on. */
function formatTocLine(line) {
    let text = `{"name":${JSON.stringify(line.name.toString('utf8'))}`;
    if (!(0,external_node_buffer_namespaceObject.isUtf8)(line.name))
        text += `,"nameBytes":"${line.name.toString('base64')}"`;
    text += `,"type":"${line.type}"`;
    if (line.size)
        text += `,"size":${line.size}`;
    if (line.mtimeNs !== undefined)
        text += `,"modtime":"${formatTime(line.mtimeNs)}"`;
    if (line.linkName) {
        text += `,"linkName":${JSON.stringify(line.linkName.toString('utf8'))}`;
        if (!(0,external_node_buffer_namespaceObject.isUtf8)(line.linkName))
            text += `,"linkNameBytes":"${line.linkName.toString('base64')}"`;
    }
    if (line.mode !== undefined)
        text += `,"mode":${line.mode}`;
    if (line.uid)
        text += `,"uid":${line.uid}`;
    if (line.gid)
        text += `,"gid":${line.gid}`;
    if (line.digest)
        text += `,"digest":"sha256:${line.digest}"`;
    if (line.chunkOffset)
        text += `,"chunkOffset":${line.chunkOffset}`;
    if (line.chunkSize)
        text += `,"chunkSize":${line.chunkSize}`;
    if (line.chunkDigest)
        text += `,"chunkDigest":"sha256:${line.chunkDigest}"`;
    if (line.sparse)
        text += `,"sparse":true`;
    return `${text},${OFFSET_KEY}${line.offset}}`;
}
/** Reads a line back; throws a SyntaxError or TypeError on anything that `formatTocLine` would not write. */
function parseTocLine(text) {
    const raw = JSON.parse(text);
    const line = {
        name: nameOf(raw['name'], raw['nameBytes']),
        type: raw['type'],
        offset: requireCount(raw['offset'], 'offset'),
    };
    if (!['dir', 'reg', 'symlink', 'hardlink', 'chunk'].includes(line.type)) {
        throw new TypeError(`unknown type of entry ${JSON.stringify(raw['type'])}`);
    }
    for (const key of ['size', 'mode', 'uid', 'gid', 'chunkOffset', 'chunkSize']) {
        if (raw[key] !== undefined)
            line[key] = requireCount(raw[key], key);
    }
    if (raw['modtime'] !== undefined)
        line.mtimeNs = parseTime(raw['modtime']);
    if (raw['linkName'] !== undefined)
        line.linkName = nameOf(raw['linkName'], raw['linkNameBytes']);
    for (const key of ['digest', 'chunkDigest']) {
        if (raw[key] !== undefined)
            line[key] = parseDigest(raw[key]);
    }
    if (raw['sparse'] === true)
        line.sparse = true;
    return line;
}
/** Moves a line by `delta` bytes without parsing it: the offset stands last. */
function relocateLine(text, delta) {
    if (delta === 0)
        return text;
    const start = text.lastIndexOf(OFFSET_KEY) + OFFSET_KEY.length;
    return `${text.slice(0, start)}${Number(text.slice(start, -1)) + delta}}`;
}
/** Whether a line is a regular file's, without parsing it: a quote inside a name would be escaped. */
function isFileLine(text) {
    return text.includes('","type":"reg"');
}
/** RFC 3339 in UTC with as many digits as the nanoseconds need. */
function formatTime(ns) {
    let seconds = ns / toc_line_SECOND_NS;
    let fraction = ns % toc_line_SECOND_NS;
    if (fraction < 0n) {
        fraction += toc_line_SECOND_NS;
        seconds -= 1n;
    }
    // Years beyond 9999 are longer.
    const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -5);
    const digits = fraction === 0n ? '' : `.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}`;
    return `${whole}${digits}Z`;
}
function parseTime(value) {
    const match = /^([+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(String(value));
    const seconds = match ? Date.parse(`${match[1]}Z`) / 1000 : NaN;
    if (!match || Number.isNaN(seconds))
        throw new TypeError(`modtime ${JSON.stringify(value)} is no time`);
    return BigInt(seconds) * toc_line_SECOND_NS + BigInt((match[2] ?? '').padEnd(9, '0'));
}
function parseDigest(value) {
    const match = /^sha256:([0-9a-f]{64})$/.exec(String(value));
    if (!match?.[1])
        throw new TypeError(`${JSON.stringify(value)} is no SHA-256 digest`);
    return match[1];
}
function nameOf(text, base64) {
    if (typeof base64 === 'string')
        return Buffer.from(base64, 'base64');
    if (typeof text !== 'string')
        throw new TypeError('an entry has no name');
    return Buffer.from(text, 'utf8');
}
function requireCount(value, key) {
    if (!Number.isSafeInteger(value) || value < 0)
        throw new TypeError(`${key} is no whole number`);
    return value;
}

;// CONCATENATED MODULE: ./.build/src/archive/index-writer.js






const FLUSH_CHARACTERS = 256 * 1024;
/**
 * Puts extents one behind the other and writes the index of the archive that results. Both sides of the wire use it on
 * the same input, and so come to the same digest. Extents and entries are spooled to two files beside the target.
 */
class IndexWriter {
    #path;
    #extents;
    #entries;
    #endOffset = 0;
    constructor(path, extents, entries) {
        this.#path = path;
        this.#extents = extents;
        this.#entries = entries;
    }
    /** `path` is the index to be; two temporary files appear beside it. */
    static async create(path) {
        return new IndexWriter(path, await Spool.create(`${path}.extents`), await Spool.create(`${path}.entries`));
    }
    /** Bytes of all extents placed so far: where the next one goes. */
    get endOffset() {
        return this.#endOffset;
    }
    /** Places an extent; returns its offset. */
    async place({ length, sha256, key, lines, origin }) {
        const offset = this.#endOffset;
        this.#endOffset += length;
        const extent = { offset, length, sha256, entries: lines.length, ...(key ? { key } : {}) };
        await this.#extents.append([formatExtent(extent)]);
        await this.#entries.append(lines.map((line) => relocateLine(line, offset - origin)));
        return offset;
    }
    /** Writes the index; returns its size in bytes and its SHA-256, the archive's identity. */
    async finish() {
        const hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
        const target = await (0,promises_namespaceObject.open)(this.#path, 'wx', 0o600);
        let sizeBytes = 0;
        const write = async (bytes) => {
            hash.update(bytes);
            sizeBytes += bytes.length;
            await target.writeFile(bytes);
        };
        try {
            await write(Buffer.from(`${INDEX_START}\n`));
            for await (const bytes of this.#extents.drain())
                await write(bytes);
            await write(Buffer.from(`${INDEX_MIDDLE}\n`));
            for await (const bytes of this.#entries.drain())
                await write(bytes);
            await write(Buffer.from(`${INDEX_END}\n`));
        }
        finally {
            await target.close();
        }
        return { sizeBytes, sha256: hash.digest('hex') };
    }
    /** Removes the temporary files of an index that will not be finished. */
    async discard() {
        await this.#extents.discard();
        await this.#entries.discard();
        await (0,promises_namespaceObject.rm)(this.#path, { force: true });
    }
}
/** Lines of a JSON array, on their way through a temporary file. */
class Spool {
    #path;
    #file;
    #pending = '';
    #isEmpty = true;
    #isClosed = false;
    constructor(path, file) {
        this.#path = path;
        this.#file = file;
    }
    static async create(path) {
        return new Spool(path, await (0,promises_namespaceObject.open)(path, 'wx', 0o600));
    }
    async append(lines) {
        for (const line of lines) {
            this.#pending += this.#isEmpty ? line : `,\n${line}`;
            this.#isEmpty = false;
        }
        if (this.#pending.length > FLUSH_CHARACTERS)
            await this.#flush();
    }
    /** All that was appended, ended by a newline; the temporary file is gone afterwards. */
    async *drain() {
        if (!this.#isEmpty)
            this.#pending += '\n';
        await this.#flush();
        yield* (0,external_node_fs_namespaceObject.createReadStream)(this.#path, { highWaterMark: 1024 * 1024 });
        await this.discard();
    }
    async discard() {
        if (!this.#isClosed)
            await this.#file.close();
        this.#isClosed = true;
        await (0,promises_namespaceObject.rm)(this.#path, { force: true });
    }
    async #flush() {
        const text = this.#pending;
        this.#pending = '';
        await this.#file.appendFile(text);
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/recipe.js

/** Reads the recipe's head; throws a TypeError that says what is wrong. */
function parseRecipeHead(line) {
    const head = JSON.parse(line);
    if (head.recipe !== 1)
        throw new TypeError('this recipe was made by a newer version of the toolkit');
    if (!Array.isArray(head.segments) || !head.segments.every((name) => typeof name === 'string')) {
        throw new TypeError('the recipe names no segments');
    }
    return head;
}
/**
 * Follows a recipe's steps over the base's index and yields every extent of the new archive with the place of its bytes.
 * Throws a TypeError on a step that does not fit the base; the caller names the archive.
 */
async function* followRecipe(segments, steps, base) {
    const cursor = base?.entries();
    const nextOfBase = async () => {
        const result = await cursor?.next();
        if (!result || result.done)
            throw new TypeError('the recipe asks for more than its base holds');
        return result.value;
    };
    for await (const line of steps) {
        const step = checkStep(JSON.parse(line));
        if ('skip' in step) {
            for (let count = step.skip; count > 0; count--)
                await nextOfBase();
        }
        else if ('keep' in step) {
            for (let count = step.keep; count > 0; count--) {
                const { extent, lines } = await nextOfBase();
                yield { extent: { ...extent, lines, origin: extent.offset }, from: { base: extent.offset } };
            }
        }
        else {
            yield { extent: { ...step.add, origin: 0 }, from: findOrigin(step, segments, base) };
        }
    }
}
function findOrigin({ add, from }, segments, base) {
    if ('base' in from) {
        const known = base && base.extents.count > 0 ? base.extents.at(base.extents.ordinalAt(from.base)) : undefined;
        if (known?.offset !== from.base || known.length !== add.length || known.sha256 !== add.sha256) {
            throw new TypeError(`the base holds no extent ${add.sha256.slice(0, 12)}… at ${from.base}`);
        }
        return { base: from.base };
    }
    const segment = segments[from.segment];
    if (segment === undefined)
        throw new TypeError(`the recipe has no segment ${from.segment}`);
    return { segment, at: from.at };
}
function checkStep(raw) {
    const step = raw;
    const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
    if (isCount(step['skip']) || isCount(step['keep']))
        return raw;
    const { add, from } = step;
    if (!add || !from || !Array.isArray(add.lines) || !add.lines.every((line) => typeof line === 'string')) {
        throw new TypeError('the recipe has a step that is none');
    }
    checkExtent({ ...add, offset: 0, entries: add.lines.length });
    if (!isCount(from['base']) && !(isCount(from['segment']) && isCount(from['at']))) {
        throw new TypeError('the recipe has an extent from nowhere');
    }
    return raw;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/digested-stream.js

/** A stream that is hashed on its way, to its end even where the reader stops before. */
class DigestedStream {
    #chunks;
    #hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    constructor(source) {
        this.#chunks = source[Symbol.asyncIterator]();
    }
    async *[Symbol.asyncIterator]() {
        for (let next = await this.#chunks.next(); !next.done; next = await this.#chunks.next()) {
            this.#hash.update(next.value);
            yield next.value;
        }
    }
    async finish() {
        const rest = this[Symbol.asyncIterator]();
        while (!(await rest.next()).done)
            ;
        return this.#hash.digest('hex');
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/origin-table.js
const FROM_BASE = -1;
/** Where each extent's bytes come from, sixteen bytes for each. */
class OriginTable {
    #count = 0;
    #numbers = new Float64Array(2048);
    #segments;
    #positions;
    constructor(segments) {
        this.#segments = segments;
        this.#positions = new Map(segments.map((name, position) => [name, position]));
    }
    append(from) {
        if (this.#numbers.length < (this.#count + 1) * 2) {
            const larger = new Float64Array(this.#numbers.length * 2);
            larger.set(this.#numbers);
            this.#numbers = larger;
        }
        const isKnown = 'base' in from;
        const entry = isKnown ? [FROM_BASE, from.base] : [this.#positions.get(from.segment) ?? FROM_BASE, from.at];
        this.#numbers.set(entry, this.#count++ * 2);
    }
    at(ordinal) {
        const position = this.#numbers[ordinal * 2] ?? FROM_BASE;
        const place = this.#numbers[ordinal * 2 + 1] ?? 0;
        const segment = this.#segments[position];
        return segment === undefined ? { base: place } : { segment, at: place };
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/read-manifest.js






/** The newest format that this vault knows. */
const FORMAT = 1;
const TRIGGERS = ['nightly', 'push', 'manual', 'safety'];
const LARGEST_MANIFEST_BYTES = 256 * 1024 * 1024;
/**
 * Reads the manifest out of an archive, by its lines of the index, and checks that it speaks of this archive.
 * @throws ArchiveDamage otherwise.
 */
async function readManifest(file, name, extents, lines) {
    let manifest;
    try {
        manifest = JSON.parse((await readEntry(file, extents, lines)).toString('utf8'));
    }
    catch (error) {
        if (error instanceof ArchiveDamage)
            throw error;
        throw new ArchiveDamage(MANIFEST_NAME, `it cannot be read (${messageOf(error)})`, { cause: error });
    }
    const { format, name: ownName } = manifest ?? {};
    if (!Number.isSafeInteger(format) || format > FORMAT) {
        throw new ArchiveDamage(MANIFEST_NAME, 'it was written by a newer version of the toolkit');
    }
    if (ownName !== name) {
        throw new ArchiveDamage(MANIFEST_NAME, `it is that of ${JSON.stringify(ownName ?? null).slice(0, 60)}`);
    }
    if (!TRIGGERS.includes(manifest.trigger))
        throw new ArchiveDamage(MANIFEST_NAME, 'it does not say why the archive was made');
    return manifest;
}
/** Whether a line of the index is the manifest's, or a further chunk of it. */
function isManifestLine(line) {
    return line.startsWith(`{"name":"${MANIFEST_NAME}","type":`);
}
async function readEntry(file, extents, lines) {
    const [entry, ...further] = lines.map(parseTocLine);
    if (entry?.type !== 'reg')
        throw new ArchiveDamage(MANIFEST_NAME, 'it is missing');
    if (further.some(({ type }) => type !== 'chunk'))
        throw new ArchiveDamage(MANIFEST_NAME, 'it is there twice');
    const size = entry.size ?? 0;
    if (size > LARGEST_MANIFEST_BYTES)
        throw new ArchiveDamage(MANIFEST_NAME, `it has ${size} bytes`);
    const chunks = [];
    for (const { offset, chunkSize = size } of [entry, ...further]) {
        const extent = extents.at(extents.ordinalAt(offset));
        const bytes = await file.read(offset, extent.offset + extent.length - offset);
        // Padding and fillers follow the chunk; an extent cannot hold more than a chunk and its framing.
        chunks.push((0,external_node_zlib_namespaceObject.gunzipSync)(bytes, { maxOutputLength: MAX_CHUNK_BYTES + 1024 }).subarray(0, chunkSize));
    }
    const content = Buffer.concat(chunks);
    if (content.length !== size)
        throw new ArchiveDamage(MANIFEST_NAME, `it has ${content.length} bytes instead of ${size}`);
    if (entry.digest && (0,external_node_crypto_namespaceObject.createHash)('sha256').update(content).digest('hex') !== entry.digest) {
        throw new ArchiveDamage(MANIFEST_NAME, 'its content has another digest');
    }
    return content;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/plan.js













/** Extents with many empty files have many lines; each stands in one step. */
const MAX_STEP_BYTES = 64 * 1024 * 1024;
/**
 * Follows a recipe and writes the index of the archive to be to `indexPath`.
 * `openBase` gives the archive that the recipe names. Nothing of the upload is believed: every new line must be one that
 * our writer would write, within its extent, and the base's index must have the digest that the ledger knows.
 * @throws Failure `refused` where the recipe does not hold together.
 */
async function planArchive(recipe, indexPath, openBase) {
    const writer = await IndexWriter.create(indexPath);
    try {
        const gunzip = (0,external_node_zlib_namespaceObject.createGunzip)();
        (0,external_node_stream_namespaceObject.pipeline)(recipe, gunzip, () => { });
        const steps = plan_singly(readLines(gunzip, MAX_STEP_BYTES));
        const first = await steps.next();
        if (first.done)
            throw new TypeError('the recipe is empty');
        const head = parseRecipeHead(first.value);
        const base = head.base && (await openBase(head.base));
        const digest = base && new DigestedStream(base.stream);
        const reader = digest && (await IndexReader.open(digest));
        const extents = new ExtentTable();
        const origins = new OriginTable(head.segments);
        const manifestLines = [];
        let newExtentBytes = 0;
        for await (const { extent, from } of followRecipe(head.segments, steps, reader)) {
            if ('segment' in from) {
                if (extent.length > MAX_EXTENT_BYTES)
                    throw new TypeError(`an extent has ${extent.length} bytes`);
                newExtentBytes += extent.length;
            }
            if (extent.origin === 0)
                for (const line of extent.lines)
                    checkLine(line, extent);
            const offset = await writer.place(extent);
            extents.append({
                offset,
                length: extent.length,
                sha256: extent.sha256,
                entries: extent.lines.length,
            });
            origins.append(from);
            for (const line of extent.lines) {
                if (isManifestLine(line))
                    manifestLines.push(relocateLine(line, offset - extent.origin));
            }
        }
        await reader?.close();
        if (base && (await digest?.finish()) !== base.index) {
            throw new failure_Failure('damaged', `the index of ${head.base?.name} is damaged`, 'Have it verified; then run the backup with --full.');
        }
        const { sha256, sizeBytes } = await writer.finish();
        const originOf = (ordinal) => origins.at(ordinal);
        return { head, extents, originOf, index: sha256, indexPath, indexBytes: sizeBytes, newExtentBytes, manifestLines };
    }
    catch (error) {
        await writer.discard();
        if (error instanceof failure_Failure || !isMisfit(error))
            throw error;
        throw new failure_Failure('refused', `the recipe is not valid: ${messageOf(error)}`, 'Run the backup again.', {
            cause: error,
        });
    }
}
function checkLine(line, extent) {
    const parsed = parseTocLine(line);
    // A large entry's header is an extent of its own, whose line points at the first chunk right behind it.
    if (parsed.offset > extent.length)
        throw new TypeError('an entry lies outside its extent');
    if (formatTocLine(parsed) !== line)
        throw new TypeError('an entry is not written as it should be');
}
function isMisfit(error) {
    const isZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    return isZlib || error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError;
}
async function* plan_singly(batches) {
    for await (const batch of batches)
        yield* batch;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/receive-recipe.js





/**
 * Takes a recipe off the wire into a file without a name, so that a client that stalls holds no lock and leaves nothing
 * behind. The caller closes it.
 */
async function receiveRecipe(store, body) {
    const path = (0,external_node_path_namespaceObject.join)(store.assembly, `recipe-${(0,external_node_crypto_namespaceObject.randomBytes)(6).toString('hex')}`);
    const file = await (0,promises_namespaceObject.open)(path, 'wx+', 0o600);
    await (0,promises_namespaceObject.rm)(path, { force: true });
    try {
        let receivedBytes = 0;
        for await (const chunk of body) {
            receivedBytes += chunk.length;
            if (receivedBytes > MAX_RECIPE_BYTES) {
                throw new failure_Failure('refused', 'the recipe is longer than any may be', 'Run the backup again, with less at once.');
            }
            await file.appendFile(chunk);
        }
        return file;
    }
    catch (error) {
        await file.close();
        throw error;
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/reject-damage.js



/**
 * What follows when an extent's bytes turn out to be wrong while they are copied: a segment is removed, so that the next
 * upload brings it anew; an older archive is remembered as damaged, so that no backup builds upon it again.
 */
async function rejectDamage(store, plan, { ordinal }) {
    const origin = plan.originOf(ordinal);
    if ('segment' in origin) {
        await dropSegment(store, origin.segment);
        return new failure_Failure('damaged', `segment ${origin.segment.slice(0, 12)}… does not hold what was announced (byte ${origin.at}): it was changed on its way`, 'It has been removed; run the backup again, which sends it anew.');
    }
    const { name = '', index = '' } = plan.head.base ?? {};
    const { sha256, length } = plan.extents.at(ordinal);
    await recordVerdict(store, {
        name,
        index,
        level: 'seal',
        isSound: false,
        damage: [
            { where: `extent at byte ${origin.base}`, what: `its bytes do not have the digest ${sha256.slice(0, 12)}…` },
        ],
        checked: { extents: 1, entries: 0, bytes: length, databases: [], tables: 0 },
        time: store.now().toISOString(),
    });
    return new failure_Failure('damaged', `${name} is damaged on the backup server's disk, at byte ${origin.base}`, 'Run the backup again: it no longer builds upon that archive. Have the others verified, and the disk looked at.');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/seal.js





















const DEFAULT_LOCK_WAIT_MS = 60_000;
/**
 * Seals an archive: until its last step nothing is visible, after it nothing changes.
 * @throws Failure `refused` for what must not be, `damaged` for wrong bytes, `space`, or `locked`.
 */
async function sealArchive(options) {
    const { store, name, log, lockWaitMs = DEFAULT_LOCK_WAIT_MS } = options;
    checkSealName(name, store.now());
    const recipe = await receiveRecipe(store, options.recipe);
    try {
        const lock = await acquireLock(lockPath(store), { holder: `seal of ${name}`, waitMs: lockWaitMs });
        try {
            await settleCutSeal(store, log);
            const { size } = await recipe.stat();
            return await sealLocked(options, external_node_stream_namespaceObject.Readable.from(readRange(recipe, { offset: 0, length: size }), { objectMode: false }));
        }
        finally {
            lock.release();
        }
    }
    finally {
        await recipe.close();
    }
}
async function sealLocked(options, recipe) {
    const { store, name, log } = options;
    const ledger = await readLedger(store);
    let base;
    try {
        const plan = await planArchive(recipe, (0,external_node_path_namespaceObject.join)(store.assembly, `${name}.index`), async (named) => {
            base = { name: named.name, file: await openBase(store, ledger, named) };
            return { index: named.index, stream: base.file.readIndex() };
        });
        const known = listLedgerArchives(ledger).find((line) => line.name === name);
        if (known && known.index !== plan.index)
            throw refuseName(name);
        const receipt = known
            ? makeReceipt(known, true)
            : await assembleAndPublish(options, { plan, ...(base ? { base } : {}) });
        for (const segment of new Set(plan.head.segments))
            await dropSegment(store, segment).catch(() => { });
        await (0,promises_namespaceObject.rm)(plan.indexPath, { force: true });
        log.info(`${name} ${receipt.already ? 'was sealed already' : 'is sealed'}: ${receipt.sizeBytes} bytes, index ${receipt.index}`);
        return receipt;
    }
    finally {
        recipe.destroy();
        await base?.file.close();
    }
}
async function assembleAndPublish({ store, name, progress }, { plan, base }) {
    if (await (0,promises_namespaceObject.lstat)(archivePath(store, name)).catch(() => undefined))
        throw refuseName(name);
    const segments = await SegmentFiles.check(store, plan.head.segments);
    const path = (0,external_node_path_namespaceObject.join)(store.assembly, name);
    try {
        const shares = base !== undefined && (await detectSharing(store)).isPossible;
        await requireSpace(store, (shares ? plan.newExtentBytes : plan.extents.endOffset) + boundTailBytes(plan));
        const assembly = { store, plan, path, segments, shares, progress, ...(base ? { base } : {}) };
        const { sizeBytes, tailBytes } = await assembleArchive(assembly);
        const { trigger } = await checkAssembled(path, name, plan, sizeBytes);
        const newBytes = plan.newExtentBytes + tailBytes;
        const time = store.now().toISOString();
        const entry = { time, action: 'seal', name, size: sizeBytes, index: plan.index, newBytes, trigger };
        return await publishArchive(store, path, entry);
    }
    catch (error) {
        if (error instanceof WrongDigest)
            throw await rejectDamage(store, plan, error);
        throw error;
    }
    finally {
        await segments.close();
    }
}
/** Looks at the new file as any reader would: footer, and the manifest out of its extents. */
async function checkAssembled(path, name, plan, sizeBytes) {
    const file = await openArchiveAt(path, name);
    try {
        const indexOffset = await file.readIndexOffset();
        if (file.sizeBytes !== sizeBytes || indexOffset !== plan.extents.endOffset) {
            throw new failure_Failure('vault', `${name} was not written as it should be`, 'Look at the disk of the backup server (dmesg).');
        }
        return await readManifest(file, name, plan.extents, plan.manifestLines);
    }
    finally {
        await file.close();
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/forecast.js
const forecast_DAY_MS = 86_400_000;
const NIGHTS = 30;
const HORIZON_DAYS = 20 * 366;
/**
 * How fast the vault fills, on average of the last 30 nights, and the date on which nothing is free any more.
 * Where archives share extents a vault's first archive is left aside: it is new as a whole, and no night like others.
 */
function forecastSpace(archives, { sharesExtents, freeBytes, now }) {
    const seals = archives.filter(({ action }) => action === 'seal');
    const since = now.getTime() - NIGHTS * forecast_DAY_MS;
    const recent = (sharesExtents ? seals.slice(1) : seals).filter(({ time }) => Date.parse(time) > since);
    const [first] = recent;
    if (!first)
        return {};
    const nights = Math.max(1, Math.round((now.getTime() - Date.parse(first.time)) / forecast_DAY_MS) + 1);
    const taken = recent.reduce((sum, { newBytes, size }) => sum + (sharesExtents ? newBytes : size), 0);
    const newBytesPerNight = Math.round(taken / Math.min(NIGHTS, nights));
    const days = newBytesPerNight > 0 ? freeBytes / newBytesPerNight : Infinity;
    if (days > HORIZON_DAYS)
        return { newBytesPerNight };
    return { newBytesPerNight, fullOn: new Date(now.getTime() + days * forecast_DAY_MS).toISOString().slice(0, 10) };
}

;// CONCATENATED MODULE: ./.build/src/vault/store/status.js








/** Everything that is to be known of a vault without reading an archive; oldest archive first. */
async function readStatus(store) {
    const now = store.now();
    const [ledger, sharing, space] = await Promise.all([readLedger(store), detectSharing(store), readSpace(store)]);
    const lines = listLedgerArchives(ledger);
    const archives = [];
    for (const line of lines)
        archives.push(await summarise(store, line));
    const unknown = await listUnknown(store, new Set(lines.map(({ name }) => name)));
    const { isPossible: sharesExtents } = sharing;
    return {
        clock: now.toISOString(),
        archives,
        ...space,
        sharesExtents,
        ...forecastSpace(lines, { sharesExtents, freeBytes: space.freeBytes, now }),
        ledger: {
            lines: ledger.lines.length,
            isIntact: ledger.fault === undefined,
            ...(ledger.fault === undefined ? {} : { fault: ledger.fault }),
        },
        isProvisioned: store.isProvisioned,
        warnings: [
            ...warnOfLedger(ledger),
            ...unknown.map((name) => `${name} is on disk, but not in the ledger: no backup of ours put it there, or a seal was cut`),
            ...sharing.warnings,
        ],
    };
}
async function summarise(store, line) {
    const { name, index, size, newBytes, time, trigger } = line;
    const fault = await findFault(store, line);
    const verdict = await readVerdict(store, name, index);
    return {
        name,
        isForeign: line.action === 'foreign',
        sizeBytes: size,
        newBytes,
        sealed: time,
        ...(index === undefined ? {} : { index }),
        ...(trigger === undefined ? {} : { trigger }),
        ...(verdict ? { verdict: { level: verdict.level, isSound: verdict.isSound, time: verdict.time } } : {}),
        ...(fault === undefined ? {} : { fault }),
    };
}
/** Files with the name of an archive that the ledger does not know. */
async function listUnknown(store, known) {
    const names = await (0,promises_namespaceObject.readdir)(store.directory);
    return names.filter((name) => parseArchiveName(name) && !known.has(name)).sort();
}

;// CONCATENATED MODULE: ./.build/src/vault/store/check-extents.js




/** Names that a report shows of one extent: they may be a hundred. */
const NAMES_SHOWN = 5;
/** Reads every extent from the disk and hashes it; returns the ordinals of those whose bytes are not as the index says. */
async function findDamagedExtents(file, extents, progress) {
    const damaged = [];
    const total = extents.endOffset;
    const stream = file.stream({ offset: 0, length: Math.min(total, file.sizeBytes) });
    let ordinal = 0;
    let missing = extents.count > 0 ? extents.at(0).length : 0;
    let hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    let doneBytes = 0;
    for await (const block of stream) {
        for (let at = 0; at < block.length;) {
            const piece = block.subarray(at, at + missing);
            hash.update(piece);
            at += piece.length;
            missing -= piece.length;
            if (missing > 0)
                continue;
            if (hash.digest('hex') !== extents.at(ordinal).sha256)
                damaged.push(ordinal);
            hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
            ordinal++;
            missing = ordinal < extents.count ? extents.at(ordinal).length : 0;
        }
        progress((doneBytes += block.length), total);
    }
    // What a file that is too short no longer holds.
    for (; ordinal < extents.count; ordinal++)
        damaged.push(ordinal);
    return damaged;
}
/** Says which entries damaged extents hold. */
async function nameDamage(file, damaged) {
    if (damaged.length === 0)
        return [];
    const wanted = new Set(damaged);
    const damage = [];
    const index = await IndexReader.open(file.readIndex());
    let ordinal = 0;
    let last = '';
    for await (const { extent, lines } of index.entries()) {
        const names = [...new Set(lines.map((line) => showName(parseTocLine(line).name)))];
        // A chunk that has no line of its own belongs to what came before.
        if (names.length === 0 && last !== '')
            names.push(last);
        last = names.at(-1) ?? last;
        if (!wanted.has(ordinal++))
            continue;
        const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
        damage.push({
            where: `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`,
            what: `bytes ${extent.offset} to ${extent.offset + extent.length} of the archive were changed`,
        });
    }
    return damage;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/check-structure.js







/** Checks size, footer, index and manifest of an archive against its line of the ledger: all but the extents' bytes. */
async function checkStructure(file, line) {
    const structure = { damage: [], entries: 0 };
    const attempt = async (where, step) => {
        try {
            await step();
        }
        catch (error) {
            structure.damage.push(error instanceof ArchiveDamage ? { where: error.where, what: error.what } : { where, what: messageOf(error) });
        }
    };
    if (file.sizeBytes !== line.size) {
        structure.damage.push({ where: line.name, what: `has ${file.sizeBytes} bytes, ${line.size} in the ledger` });
    }
    const manifestLines = [];
    await attempt(INDEX_NAME, async () => {
        const index = await IndexReader.open(hashed(file.readIndex(), line.index));
        if (index.extents.endOffset !== (await file.readIndexOffset()))
            throw new TypeError('its extents leave a gap');
        for await (const { lines } of index.entries()) {
            for (const text of lines)
                if (parseTocLine(text).type !== 'chunk')
                    structure.entries++;
            manifestLines.push(...lines.filter(isManifestLine));
        }
        await index.close();
        structure.extents = index.extents;
    });
    const { extents } = structure;
    if (extents) {
        await attempt('manifest.json', async () => {
            structure.manifest = await readManifest(file, line.name, extents, manifestLines);
        });
    }
    return structure;
}
/** Passes a stream on, and fails at its end where its digest is another one. */
async function* hashed(source, expected) {
    const hash = (0,external_node_crypto_namespaceObject.createHash)('sha256');
    for await (const chunk of source) {
        hash.update(chunk);
        yield chunk;
    }
    if (hash.digest('hex') !== expected)
        throw new ArchiveDamage(INDEX_NAME, 'it is not the one that was sealed');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/verify.js






/**
 * Verifies an archive on the vault's own disk, and records the verdict: one that is damaged is never built upon again.
 * @throws Failure `vault` where the ledger knows no archive of ours by that name.
 */
async function verifySealed({ store, name, level, progress }) {
    const line = await findSealed(store, name);
    const file = await openArchive(store, name);
    try {
        const { damage, extents, entries, manifest } = await checkStructure(file, line);
        if (level === 'full' && extents) {
            damage.push(...(await nameDamage(file, await findDamagedExtents(file, extents, progress))));
        }
        const verdict = {
            name,
            index: line.index ?? '',
            level,
            isSound: damage.length === 0,
            damage,
            checked: {
                extents: extents?.count ?? 0,
                entries,
                bytes: level === 'full' ? file.sizeBytes : file.sizeBytes - (extents?.endOffset ?? 0),
                ...countDatabases(manifest),
            },
            time: store.now().toISOString(),
        };
        await recordVerdict(store, verdict);
        return verdict;
    }
    finally {
        await file.close();
    }
}
/** The manifest came with the upload: what is in it may have any shape. */
function countDatabases(manifest) {
    const records = manifest?.databases ?? {};
    const tables = Object.values(records).map((record) => Object.keys(record?.fingerprints?.tables ?? {}).length);
    return { databases: Object.keys(records), tables: tables.reduce((sum, count) => sum + count, 0) };
}
/** The ledger's line of an archive that we sealed. */
async function findSealed(store, name) {
    const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
    const { index } = line ?? {};
    if (line?.action === 'seal' && index !== undefined)
        return { ...line, index };
    throw new failure_Failure('vault', line ? `${name} was made by the former script: it has no index` : `the vault holds no archive ${name}`, 'list shows the archives, and which of them are ours.');
}

;// CONCATENATED MODULE: ./.build/src/vault/server/read-ranges.js


const RANGE = /^(\d{1,15}),(\d{1,15})$/;
/** A range for every extent of a very large archive. */
const MOST_RANGES = 4_000_000;
/**
 * Reads the ranges of a request, `offset,length` on each line.
 * @throws Failure `refused` where one is not within the archive.
 */
async function parseRanges(body, sizeBytes) {
    const ranges = [];
    for await (const lines of readLines(body, 64 * 1024)) {
        for (const line of lines) {
            const [, offset, length] = RANGE.exec(line) ?? [];
            const range = { offset: Number(offset), length: Number(length) };
            if (!(range.offset + range.length <= sizeBytes))
                throw read_ranges_refuse(`the archive has no bytes ${line.slice(0, 40)}`);
            ranges.push(range);
        }
        if (ranges.length > MOST_RANGES)
            throw read_ranges_refuse('too many ranges in one request');
    }
    return ranges;
}
function read_ranges_refuse(message) {
    return new failure_Failure('refused', message, 'Read the index of this archive again, then try once more.');
}

;// CONCATENATED MODULE: ./.build/src/vault/server/rsync-command.js

/** Quick check off, quiet, times, verbose, whole files; then what the client's own rsync can do (`e.`), which is harmless. */
const FLAGS = /^-[IqtvW]*e\.[A-Za-z]{0,24}$/;
const OPTIONS = /^--(?:partial|size-only|ignore-existing|stats|timeout=\d{1,5}|bwlimit=\d{1,9})$/;
/**
 * Checks a request to receive files (`rsync --server -e.LsfxCIvu … . PATH`) against the one form that our client sends, and
 * returns the arguments that rsync is run with: the client's wishes where they are harmless, and the target that we choose.
 * There is no way to send, to delete, to write in place, to append, to recurse, to make links or devices, to read
 * arguments from standard input (`s`), or to name any folder.
 * @throws Failure `refused`.
 */
function parseRsyncCommand(words, target) {
    const [program, server, flags = '', ...rest] = words;
    const options = rest.slice(0, -2);
    const isOurs = program === 'rsync' &&
        server === '--server' &&
        FLAGS.test(flags) &&
        rest.length >= 2 &&
        rest.at(-2) === '.' &&
        options.every((option) => OPTIONS.test(option));
    if (!isOurs) {
        throw new failure_Failure('refused', 'this account receives segments with rsync, and nothing else', 'The vault keeps a log.');
    }
    return ['--server', flags, ...options, '.', target];
}

;// CONCATENATED MODULE: ./.build/src/vault/server/receive-segments.js





/**
 * Receives segments into the incoming area. rsync's protocol goes over the streams, its complaints to standard error, and
 * no file may become larger than a segment.
 * @returns rsync's exit code.
 * @throws Failure `refused` for any other form of rsync; `vault` where the program is missing.
 */
async function receiveSegments(store, words, streams) {
    const options = parseRsyncCommand(words, `${store.incoming}/`);
    const limited = ['prlimit', `--fsize=${MAX_SEGMENT_BYTES}`, '--core=0', 'rsync', ...options];
    return (await run(limited, streams)) ?? (await run(['rsync', ...options], streams)) ?? failWithoutRsync();
}
/** The exit code; undefined where the program does not exist, and nothing was read or written. */
function run([program = '', ...options], streams) {
    return new Promise((resolve, reject) => {
        const inherits = streams === 'inherit';
        const channel = inherits ? 'inherit' : 'pipe';
        const child = (0,external_node_child_process_namespaceObject.spawn)(program, options, { stdio: [channel, channel, 'inherit'] });
        child.on('error', (error) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
        child.on('spawn', () => {
            if (inherits || !child.stdin || !child.stdout)
                return;
            // A connection that breaks ends rsync by the end of its input; how it ended is what counts.
            (0,external_node_stream_namespaceObject.pipeline)(streams.input, child.stdin, () => { });
            (0,external_node_stream_namespaceObject.pipeline)(child.stdout, streams.output, () => { });
        });
        child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGXFSZ' ? 11 : 20)));
    });
}
function failWithoutRsync() {
    throw new failure_Failure('vault', 'the program rsync is missing on the backup server (Debian package rsync)', 'Install it there: sudo apt-get install rsync');
}

;// CONCATENATED MODULE: ./.build/src/vault/server/serve.js












/**
 * Answers one request; whatever is not in the protocol's table is refused with one line and a log entry.
 * @returns the exit code: 0, that of rsync, or 1 where the answer was an error. Never throws.
 */
async function serve(options) {
    const { words, role, log } = options;
    if (words[0] === 'rsync') {
        const { input, output } = options;
        return await serveRsync({ ...options, streams: { input, output } });
    }
    const answer = new Answer(options.output);
    try {
        const request = parseRequest(words, role);
        const store = await openStore(options);
        await answerRequest(request, { ...options, store, answer });
        return 0;
    }
    catch (error) {
        logFailure(log, role, words, error);
        await answer.error(error).catch(() => { });
        return 1;
    }
}
/**
 * Receives segments; returns rsync's exit code, or 1. rsync's client shows what it reads on standard error; a
 * refusal on standard output would only confuse it.
 */
async function serveRsync(options) {
    const { role, words, log, streams } = options;
    try {
        if (role === 'reader')
            throw new failure_Failure('refused', 'a reader may not send anything', 'Use the writer key for backups.');
        return await receiveSegments(await openStore(options), words, streams);
    }
    catch (error) {
        logFailure(log, role, words, error);
        return 1;
    }
}
function logFailure(log, role, words, error) {
    log.error(`${role}: ${JSON.stringify(words.join(' ').slice(0, 200))}: ${messageOf(error)}`);
}
async function answerRequest({ word, arguments: [name = '', level] }, exchange) {
    const { store, answer, role, input, log, lockWaitMs } = exchange;
    const { progress } = answer;
    const wait = lockWaitMs === undefined ? {} : { lockWaitMs };
    switch (word) {
        case 'hello':
            await answer.result(await greet(store, role, name === '' ? undefined : name));
            break;
        case 'status':
            await answer.result(await readStatus(store));
            break;
        case 'verify':
            await answer.result(await verifySealed({ store, name, level: level === 'full' ? 'full' : 'seal', progress }));
            break;
        case 'seal':
            await answer.result(await sealArchive({ store, name, recipe: input, progress, log, ...wait }));
            break;
        case 'index':
            await answerIndex(name, exchange);
            break;
        case 'read':
            await answerRanges(name, exchange);
            break;
    }
}
/** The index's compressed bytes just as they stand in the archive: nothing is compressed twice. */
async function answerIndex(name, { store, role, answer }) {
    if (role === 'writer' && (await findNewest(store, await readLedger(store)))?.name !== name) {
        throw new failure_Failure('refused', 'a writer may read the index of the newest archive only', 'Use the reader key for any other.');
    }
    const { index } = await findSealed(store, name);
    const file = await openArchive(store, name);
    try {
        const range = await file.locateIndex();
        await answer.result({ name, index }, range.length, file.stream(range));
    }
    finally {
        await file.close();
    }
}
async function answerRanges(name, { store, input, answer }) {
    const file = await openArchive(store, name);
    try {
        const ranges = await parseRanges(input, file.sizeBytes);
        const length = ranges.reduce((sum, range) => sum + range.length, 0);
        const body = async function* () {
            for (const range of ranges)
                yield* file.stream(range);
        };
        await answer.result({ name, sizeBytes: file.sizeBytes }, length, body());
    }
    finally {
        await file.close();
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/server/split-command.js


const LONGEST_COMMAND = 4096;
/**
 * Splits what an SSH client asked to run (`SSH_ORIGINAL_COMMAND`) into words, at single spaces and nowhere else. There is
 * no quoting: whatever would need some is refused.
 * @throws Failure `refused`.
 */
function splitCommand(command) {
    const words = command.split(' ');
    if (command.length <= LONGEST_COMMAND && words.every(isWord))
        return words;
    throw new failure_Failure('refused', 'this account runs no commands', 'It is for the continuity toolkit alone; the vault keeps a log.');
}

;// CONCATENATED MODULE: ./.build/src/vault/server/serve-command.js





/** Answers the one request that a process of `vault serve` was started for; returns its exit code. */
async function serveCommandLine({ words, command, streams, complain }) {
    const log = logTo(complain);
    try {
        const parsed = parseServeArguments(words, command);
        // rsync reads and writes the descriptors themselves, which must not be touched before.
        if (parsed.words[0] === 'rsync')
            return await serveRsync({ ...parsed, streams: 'inherit', log });
        return await serve({ ...parsed, ...streams(), log });
    }
    catch (error) {
        log.error(error instanceof Error ? error.message : String(error));
        streams().output.write(formatError(error));
        return 1;
    }
}
/**
 * Takes the command line apart. Words after the options are the request, as a plain account is asked; without any it is
 * what the SSH client wanted to run.
 * @throws Failure `usage` for the options, `refused` for the client's command.
 */
function parseServeArguments(words, command) {
    const [group, verb, ...rest] = words;
    const options = new Map();
    while (rest[0] === '--role' || rest[0] === '--path') {
        const [name = '', value] = rest.splice(0, 2);
        if (value !== undefined)
            options.set(name, value);
    }
    const role = roles.find((known) => known === options.get('--role'));
    const directory = options.get('--path');
    if (group !== 'vault' || verb !== 'serve' || !role || !directory?.startsWith('/')) {
        throw new failure_Failure('usage', 'expected: vault serve --role writer|reader|owner --path DIRECTORY [WORD…]', 'DIRECTORY is absolute; without words the request is taken from SSH_ORIGINAL_COMMAND.');
    }
    if (rest.length > 0)
        return { role, directory, words: rest };
    return { role, directory, words: splitCommand(command ?? '') };
}
function logTo(complain) {
    const line = (level) => (message) => complain(`skills-vault: ${level}: ${message}`);
    return { debug() { }, info() { }, progress() { }, warning: line('warning'), error: line('refused or failed') };
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(193);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
