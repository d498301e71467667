import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 421:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");

/***/ }),

/***/ 598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 24:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 75:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:stream");

/***/ }),

/***/ 975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 522:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");

/***/ }),

/***/ 193:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _src_vault_server_serve_command_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(993);

// Started for every request, at times twice: nothing is loaded but what answers it.
const checkDump = async (...dump) => {
    const { checkDump: check } = await Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 203));
    return await check(...dump);
};
const surveyDump = async (content) => {
    const { surveyDump: survey } = await Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 580));
    return await survey(content);
};
process.exitCode = await (0,_src_vault_server_serve_command_js__WEBPACK_IMPORTED_MODULE_0__/* .serveCommandLine */ .H)({
    words: process.argv.slice(2),
    command: process.env['SSH_ORIGINAL_COMMAND'],
    connection: process.env['SSH_CONNECTION'],
    program: process.argv[1],
    // Not touched before they are needed: rsync and the keeper take the descriptors over as they are.
    streams: () => ({ input: process.stdin, output: process.stdout }),
    checkDump,
    surveyDump,
    complain: (line) => void process.stderr.write(`${line}\n`),
});

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 574:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   AO: () => (/* binding */ ALIGNMENT),
/* harmony export */   B5: () => (/* binding */ README_NAME),
/* harmony export */   EC: () => (/* binding */ CHUNK_BYTES),
/* harmony export */   Is: () => (/* binding */ gapTo),
/* harmony export */   OY: () => (/* binding */ DUMP_FOLDER),
/* harmony export */   Qv: () => (/* binding */ MAX_EXTENT_CONTENT_BYTES),
/* harmony export */   R5: () => (/* binding */ MANIFEST_NAME),
/* harmony export */   Tj: () => (/* binding */ TEXT_NAMES),
/* harmony export */   VX: () => (/* binding */ INDEX_NAME),
/* harmony export */   d5: () => (/* binding */ CARD_NAME),
/* harmony export */   mv: () => (/* binding */ TAR_BLOCK),
/* harmony export */   sl: () => (/* binding */ KIT_FOLDER),
/* harmony export */   xR: () => (/* binding */ MAX_CHUNK_BYTES)
/* harmony export */ });
/* unused harmony exports WRITER_VERSION, SMALL_EXTENT_BYTES, KIT_SECRETS_NAME, KIT_PARTS, isTailName, isKitEntry */
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
/** No extent decompresses to more than this: the content of a chunk or of small files, and the headers of many entries. */
const MAX_EXTENT_CONTENT_BYTES = 8 * CHUNK_BYTES;
const TAR_BLOCK = 512;
const INDEX_NAME = 'stargz.index.json';
const MANIFEST_NAME = 'manifest.json';
const README_NAME = 'LISEZMOI.txt';
/** The emergency card; archives of earlier versions have none. */
const CARD_NAME = 'CARTE-URGENCE.md';
const DUMP_FOLDER = 'db/';
/** The recovery kit: plain files by where they lie, and one encrypted entry with the secrets. */
const KIT_FOLDER = 'kit/';
const KIT_SECRETS_NAME = 'kit/secrets.tar.age';
/** Below its folder: what lies in the platform's root, elsewhere on the host, and in volumes. */
const KIT_PARTS = { root: 'files', host: 'host', volume: 'volumes' };
/** Bytes from `length` up to the next multiple of `unit`. */
function gapTo(unit, length) {
    return (unit - (length % unit)) % unit;
}
/** The texts at the top of every archive, beside the folders. */
const TEXT_NAMES = [CARD_NAME, README_NAME, MANIFEST_NAME];
/** Whether a name belongs to the part after the file sources: dumps, the recovery kit, the texts. */
function isTailName(name) {
    const text = name.toString('latin1');
    return text.startsWith(DUMP_FOLDER) || isKitEntry(text) || TEXT_NAMES.includes(text);
}
/** Whether a name is one of the kit's. Earlier versions allowed a file source named `kit`, which begins otherwise. */
function isKitEntry(name) {
    if (!name.startsWith(KIT_FOLDER))
        return false;
    return name === KIT_SECRETS_NAME || Object.values(KIT_PARTS).some((part) => name.startsWith(`${KIT_FOLDER}${part}/`));
}


/***/ }),

/***/ 334:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Lz: () => (/* binding */ parseArchiveName)
/* harmony export */ });
/* unused harmony exports nightlyName, timedName, selectArchive */
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(619);

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


/***/ }),

/***/ 619:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   HR: () => (/* binding */ Failure),
/* harmony export */   bD: () => (/* binding */ messageOf)
/* harmony export */ });
/* unused harmony exports exitCodes, toFailure */
/** Documented exit codes of the command line: one per thing that an operator would do next. */
const exitCodes = {
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
class Failure extends Error {
    name = 'Failure';
    kind;
    next;
    constructor(kind, message, next, options) {
        super(message, options);
        this.kind = kind;
        this.next = next;
    }
}
/** What the system says where a disk of this host takes no more: full, over its quota, read-only. */
const diskFaults = {
    ENOSPC: 'a disk of this host is full',
    EDQUOT: 'a disk quota of this host is used up',
    EROFS: 'a disk of this host is mounted read-only',
};
/** Anything that was thrown as a failure; `seeMore` says how to see more of what nobody foresaw. */
function toFailure(error, seeMore) {
    if (error instanceof Failure)
        return error;
    const { code, path } = (error ?? {});
    const fault = code !== undefined && Object.hasOwn(diskFaults, code) ? diskFaults[code] : undefined;
    if (fault === undefined) {
        return new Failure('failed', `unexpected: ${messageOf(error)}`, `${seeMore}, and report this as a fault.`, {
            cause: error,
        });
    }
    return new Failure('space', `${fault}${path === undefined ? '' : `, for ${path}`}: ${messageOf(error)}`, 'Look at it with df -h and df -i: the folder of state: in continuity.yml, the temporary folder, the sources. Then run it again.', { cause: error });
}
/** The message of anything that was thrown. */
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}


/***/ }),

/***/ 730:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   g: () => (/* binding */ printable)
/* harmony export */ });
/* unused harmony export printableLines */
/** Text of the other side as it may reach a terminal or a log: one line, no control characters. */
function printable(text) {
    return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
/**
 * A text of ours of several lines, in which names and messages of others may stand, as it may reach a terminal: whatever
 * that obeys is taken out. Its own line ends stay.
 */
function printableLines(text) {
    return text.replace(/(?!\n)[\p{Cc}\u2028\u2029]/gu, ' ');
}


/***/ }),

/***/ 534:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   B4: () => (/* binding */ formatCount),
/* harmony export */   pq: () => (/* binding */ countOf),
/* harmony export */   z3: () => (/* binding */ formatBytes)
/* harmony export */ });
/* unused harmony export formatDuration */
const sizeSteps = ['B', 'kB', 'MB', 'GB', 'TB'];
/** A size in bytes as people read it: `0 B`, `1.5 kB`, `120 MB`; decimal units. */
function formatBytes(bytes) {
    let amount = bytes;
    let step = 0;
    while (amount >= 999.5 && step < sizeSteps.length - 1) {
        amount /= 1000;
        step += 1;
    }
    return `${step > 0 && amount < 9.95 ? amount.toFixed(1) : amount.toFixed(0)} ${sizeSteps[step]}`;
}
/** A duration in milliseconds as people read it: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
function formatDuration(milliseconds) {
    if (milliseconds < 9_950)
        return `${(milliseconds / 1000).toFixed(1)} s`;
    const seconds = Math.round(milliseconds / 1000);
    if (seconds < 60)
        return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60)
        return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
    const hours = Math.floor(minutes / 60);
    if (hours < 48)
        return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
/** `12,345`. */
function formatCount(count) {
    return count.toLocaleString('en-US');
}
/** `1 file`, `12,345 files`; `plural` where no s makes it. */
function countOf(count, noun, plural = `${noun}s`) {
    return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}


/***/ }),

/***/ 203:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   checkDump: () => (/* binding */ checkDump)
/* harmony export */ });
/* harmony import */ var _fingerprints_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(281);

/** The last line of every dump of roles. */
const ROLES_TRAILER = '-- PostgreSQL database cluster dump complete';
const TAIL_BYTES = 4096;
/**
 * Judges a dump by its content: whole to its last line, and table by table, sequence by sequence and large object by
 * large object what the manifest recorded when it was made. Returns what is wrong, naming the table.
 */
async function checkDump(name, content, manifest) {
    const record = Object.values(manifest.databases).find(({ dump }) => dump === name);
    if (!record)
        return await checkRoles(content);
    const { fingerprints, trailer } = await (0,_fingerprints_js__WEBPACK_IMPORTED_MODULE_0__/* .fingerprintDump */ .LB)(content);
    const cut = trailer ? [] : ['it is cut off: its first or its last line is missing'];
    return [...cut, ...(0,_fingerprints_js__WEBPACK_IMPORTED_MODULE_0__/* .compareFingerprints */ .tS)(record.fingerprints, fingerprints)];
}
async function checkRoles(content) {
    let tail = Buffer.alloc(0);
    for await (const chunk of content)
        tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
    return tail.includes(ROLES_TRAILER) ? [] : ['it is cut off: its last line is missing'];
}


/***/ }),

/***/ 368:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   u: () => (/* binding */ joinEvents)
/* harmony export */ });
/** The lexer's events for whoever wants them: the fingerprints, the cuts, or both. */
function joinEvents(taker, cutter) {
    return {
        copyBegins(table, at, statementAt) {
            taker?.copyBegins(table, statementAt);
            cutter?.copyBegins(table, at);
        },
        copyRows: (bytes) => taker?.copyRows(bytes),
        copyEnds(table, rows, at) {
            taker?.copyEnds(table, rows, at);
            cutter?.copyEnds(table, at);
        },
        unitEnds: (at) => cutter?.unitEnds(at),
        statement: (text, end) => taker?.statement(text, end),
        metaBegins: (at) => cutter?.metaBegins(at),
        metaEnds: (_text, at) => cutter?.metaEnds(at),
    };
}


/***/ }),

/***/ 3:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  V: () => (/* binding */ DumpLexer)
});

;// CONCATENATED MODULE: ./.build/src/sources/postgres/sql-bytes.js
/** The bytes that mean something in SQL and in psql's input; the same in every encoding of a server. */
const newline = 0x0a;
const doubleQuote = 0x22;
const dollar = 0x24;
const quote = 0x27;
const star = 0x2a;
const minus = 0x2d;
const solidus = 0x2f;
const semicolon = 0x3b;
const backslash = 0x5c;
/** Whether a byte may be part of an identifier: letters, digits, `_`, `$` and whatever is not ASCII. */
function isWordByte(byte) {
    const lower = byte | 0x20;
    if (lower >= 0x61 && lower <= 0x7a)
        return true;
    return isDigit(byte) || byte === 0x5f || byte === dollar || byte >= 0x80;
}
function isDigit(byte) {
    return byte >= 0x30 && byte <= 0x39;
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/copy-rows.js

const terminator = Buffer.from('\\.\n');
/** The rows of one COPY block, up to the line `\.`, from pieces of any size; touches each byte only to find line ends. */
class CopyRows {
    #events;
    #table = '';
    #rows = 0;
    /** How many bytes of the terminator the line has matched so far; -1 once it cannot be one. */
    #matched = 0;
    /** How many of them came in earlier pieces: not reported yet. */
    #held = 0;
    ended = true;
    constructor(events) {
        this.#events = events;
    }
    /** Rows of a table begin at `at`, behind the statement that began at `statementAt`. */
    begin(table, at, statementAt) {
        this.#table = table;
        this.#rows = this.#matched = this.#held = 0;
        this.ended = false;
        this.#events.copyBegins(table, at, statementAt);
    }
    /** Reads from index `from`; `base` is the piece's offset in the stream. Gives the index where it stopped. */
    read(buffer, from, base) {
        let at = from;
        while (at < buffer.length) {
            if (this.#matched >= 0 && buffer[at] === terminator[this.#matched]) {
                at++;
                if (++this.#matched < terminator.length)
                    continue;
                this.#report(buffer, from, at - terminator.length);
                this.ended = true;
                this.#events.copyEnds(this.#table, this.#rows, base + at);
                return at;
            }
            // To psql this line would be the end as well.
            if (this.#matched === 2 && buffer[at] === 0x0d)
                this.#events.anyStatement?.('\\.', false, base + at);
            if (this.#held > 0)
                this.#events.copyRows(terminator.subarray(0, this.#held));
            this.#held = 0;
            this.#matched = -1;
            const end = buffer.indexOf(newline, at);
            if (end < 0)
                break;
            at = end + 1;
            this.#rows++;
            this.#matched = 0;
            this.#events.unitEnds(base + at);
        }
        this.#held = Math.max(0, this.#matched);
        this.#report(buffer, from, buffer.length - this.#held);
        return buffer.length;
    }
    #report(buffer, start, end) {
        if (end > start)
            this.#events.copyRows(buffer.subarray(start, end));
    }
}

// EXTERNAL MODULE: ./.build/src/sources/postgres/dump-statements.js
var dump_statements = __nccwpck_require__(779);
;// CONCATENATED MODULE: ./.build/src/sources/postgres/sql-span.js

/**
 * A stretch of SQL in which semicolons and line ends mean nothing: a text, a quoted name, a `$tag$` body, a nested
 * comment. Begun behind its first mark; reads pieces of any size until it has ended.
 */
class SqlSpan {
    #kind = 'quoted';
    #escape = false;
    #maybeEnded = false;
    #tag = [];
    #tagIsWhole = false;
    #matched = 0;
    #depth = 0;
    #previous = 0;
    ended = true;
    /** What was begun as `$tag$` was none, but a parameter as in `$1`. */
    wasParameter = false;
    /** It was neither of them. */
    wasBroken = false;
    begin(kind) {
        this.#kind = kind;
        this.ended = false;
        this.#escape = this.#maybeEnded = this.#tagIsWhole = this.wasParameter = this.wasBroken = false;
        this.#tag = [dollar];
        this.#matched = 0;
        this.#depth = 1;
        this.#previous = 0;
    }
    /** Reads from `at`; gives the index behind the span's end, or the piece's length where it goes on. */
    read(buffer, at) {
        if (this.#kind === 'quoted')
            return this.#findMark(buffer, quote, at);
        if (this.#kind === 'identifier')
            return this.#findMark(buffer, doubleQuote, at);
        let index = at;
        while (index < buffer.length && !this.ended) {
            const byte = buffer[index];
            if (this.#kind === 'escaped')
                index = this.#readEscaped(byte, index);
            else if (this.#kind === 'comment')
                index = this.#readComment(byte, index);
            else if (this.#tagIsWhole)
                index = this.#readBody(buffer, byte, index);
            else
                index = this.#readTag(byte, index);
        }
        return index;
    }
    /** Two marks in a row are one of the text: as if the span had ended and another begun. */
    #findMark(buffer, mark, from) {
        const found = buffer.indexOf(mark, from);
        this.ended = found >= 0;
        return found < 0 ? buffer.length : found + 1;
    }
    #readEscaped(byte, at) {
        if (this.#maybeEnded) {
            this.#maybeEnded = false;
            this.ended = byte !== quote;
            return this.ended ? at : at + 1;
        }
        if (this.#escape)
            this.#escape = false;
        else if (byte === backslash)
            this.#escape = true;
        else
            this.#maybeEnded = byte === quote;
        return at + 1;
    }
    #readComment(byte, at) {
        const opens = this.#previous === solidus && byte === star;
        const closes = this.#previous === star && byte === solidus;
        this.#previous = opens || closes ? 0 : byte;
        this.#depth += opens ? 1 : closes ? -1 : 0;
        this.ended = this.#depth === 0;
        return at + 1;
    }
    #readTag(byte, at) {
        if (byte === dollar)
            this.#tagIsWhole = true;
        else if (!isWordByte(byte) || (this.#tag.length === 1 && isDigit(byte))) {
            this.ended = this.wasParameter = true;
            this.wasBroken = !isDigit(byte);
            return at;
        }
        this.#tag.push(byte);
        return at + 1;
    }
    #readBody(buffer, byte, at) {
        if (this.#matched === 0) {
            const found = buffer.indexOf(dollar, at);
            this.#matched = found < 0 ? 0 : 1;
            return found < 0 ? buffer.length : found + 1;
        }
        if (byte === this.#tag[this.#matched])
            this.#matched++;
        // The mark that broke this match may begin the next one.
        else
            this.#matched = byte === dollar ? 1 : 0;
        this.ended = this.#matched === this.#tag.length;
        return at + 1;
    }
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/statement-text.js
/** A longer statement (a function, a comment) is none that we read; a COPY of 1,600 long columns stays below. */
const MAX_BYTES = 1 << 20;
/** What is told of a statement that is not read. */
const BEGINNING_BYTES = 256;
/** The text of the statement at hand, from pieces of any size; bytes as latin1 characters. */
class StatementText {
    #pieces = [];
    #bytes = 0;
    /** Where in the piece at hand it goes on. */
    #start = 0;
    beginning = '';
    begin(at) {
        this.#pieces = [];
        this.#bytes = 0;
        this.#start = at;
        this.beginning = '';
    }
    /** Another piece comes. */
    resume() {
        this.#start = 0;
    }
    keep(buffer, end) {
        const piece = buffer.subarray(this.#start, end);
        this.#bytes += piece.length;
        if (this.#bytes > MAX_BYTES)
            this.#pieces = [];
        else
            this.#pieces.push(piece);
        this.beginning += piece.toString('latin1', 0, BEGINNING_BYTES - this.beginning.length);
    }
    /** All of it; empty where it is too long. */
    whole() {
        return Buffer.concat(this.#pieces).toString('latin1');
    }
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/statement-words.js

/** The first words of a statement that may have a body, by their first letters; a dot stands for any other word. */
const ROUTINE = /^c(?:or)?[fp]/;
const HEAD_WORDS = new Set(['create', 'or', 'replace', 'function', 'procedure']);
const HEAD_COUNT = 4;
/** `procedure`: no longer word means anything here. */
const LONGEST_WORD = 9;
const [colon, dot, lowerE] = [0x3a, 0x2e, 0x65];
/**
 * The words of one statement, outside of quotes and comments, byte by byte: a semicolon in the BEGIN ATOMIC … END of a
 * function ends nothing. And whether all that read it are sure to agree where it ends: psql, which divides the text,
 * servers of all versions, which divide once more what psql sends them, and the lexer. What pg_dump writes is sure, but
 * for what a function has in its signature or its body and is called `begin`: psql counts that, and reads on, unless it
 * is quoted. Of the words that psql counts (CASE and END are the others) it is the only one that pg_dump never quotes.
 */
class StatementWords {
    isSure = true;
    /** How many of BEGIN ATOMIC, and of CASE in it, are open. */
    #depth = 0;
    #heads = '';
    #findName;
    /** Where BEGIN stands, which was the last word: nothing but space has followed it. */
    #begunAt;
    // The word at hand.
    #length = 0;
    #wordAt = 0;
    #word = '';
    #isNumber = false;
    #hasExponent = false;
    #last = 0;
    #isBehindNumber = false;
    /** A text has ended: 1, and space has followed it: 2. */
    #textEnded = 0;
    /** `findName` is told where in the stream a BEGIN stands that is a name to the server. */
    constructor(findName) {
        this.#findName = findName;
    }
    begin() {
        this.isSure = true;
        this.#depth = this.#length = this.#last = this.#textEnded = 0;
        this.#heads = '';
        this.#isBehindNumber = false;
        this.#begunAt = undefined;
    }
    /** Whether a word is under way, of which a `$` is a part. */
    get isOpen() {
        return this.#length > 0;
    }
    /** Where a BEGIN stands, or may be under way, of which what follows says whether it is a name. */
    get undecidedAt() {
        return this.#begunAt ?? (this.isOpen && ROUTINE.test(this.#heads) ? this.#wordAt : undefined);
    }
    /** A byte outside of quotes, `at` its offset; `parentheses`: how many are open, in which blocks are not counted. */
    read(byte, parentheses, at) {
        // psql puts the value of a variable of its own there.
        if (this.#last === colon && /[A-Z"'{]/.test(String.fromCharCode(byte)))
            this.isSure = false;
        if (isWordByte(byte))
            this.#lengthen(byte, at);
        else {
            this.#isBehindNumber = byte === dot && this.#length > 0 && this.#isNumber;
            this.end(parentheses);
            if (isSpace(byte))
                this.leaveSpace();
            else
                this.interrupt(byte);
        }
        // Two of them are a cast.
        this.#last = byte === colon && this.#last === colon ? 0 : byte;
    }
    /** A text begins with the quote that was not read yet: by what stands before it, its backslashes escape or not. */
    beginText(parentheses, at) {
        const mark = this.#length === 1 ? String.fromCharCode(this.#last | 0x20) : '';
        // To the server a text that goes on in another line goes on as the kind that it was, to psql as a plain one.
        if (this.#textEnded === 2)
            this.isSure = false;
        // One digit, or a parameter, before an `E'`: not all read that as we do.
        if (this.#length > 0 && !'ebxn'.includes(mark || '-'))
            this.isSure = false;
        if (mark !== '')
            this.#length = 0;
        this.read(quote, parentheses, at);
        return mark === 'e' ? 'escaped' : 'bx'.includes(mark || '-') ? 'quoted' : undefined;
    }
    endText() {
        this.#textEnded = 1;
    }
    /** What was begun as a `$tag$` is a parameter such as `$1`; `isSure`: it is. */
    beginParameter(isSure) {
        this.isSure &&= isSure;
        this.#length = 1;
        this.#isNumber = this.#hasExponent = true;
        this.#last = 0;
    }
    /** Space, or a comment to the end of its line. */
    leaveSpace() {
        if (this.#textEnded > 0)
            this.#textEnded = 2;
    }
    /** What is no word and no space: `byte` is its first. */
    interrupt(byte) {
        if (byte !== quote)
            this.#textEnded = 0;
        this.#expectAtomic('');
    }
    /** Whether a semicolon outside of parentheses ends the statement. */
    endsAtSemicolon() {
        if (this.#depth === 0)
            return true;
        // Only here, between two statements of its body, may the block end for the server: then it must end for psql.
        if (this.#depth !== 1)
            this.isSure = false;
        return false;
    }
    /** The word at hand ends, if there is one. */
    end(parentheses) {
        if (this.#length === 0)
            return;
        if (!this.#isNumber)
            this.#see(this.#length > LONGEST_WORD ? '' : this.#word.toLowerCase(), parentheses);
        this.#length = 0;
    }
    #lengthen(byte, at) {
        if (this.#length === 0) {
            this.#wordAt = at;
            this.#word = '';
            this.#isNumber = isDigit(byte);
            this.#hasExponent = false;
            if (this.#isNumber)
                this.#expectAtomic('');
            // `1.e` is a number to some, and then a word.
            else if (this.#isBehindNumber)
                this.isSure = false;
            this.#isBehindNumber = false;
        }
        else if (this.#isNumber && !isDigit(byte)) {
            // Where the number ends depends on the version.
            if (this.#hasExponent || (byte | 0x20) !== lowerE)
                this.isSure = false;
            this.#hasExponent = true;
        }
        this.#textEnded = 0;
        if (++this.#length <= LONGEST_WORD)
            this.#word += String.fromCharCode(byte);
    }
    #see(word, parentheses) {
        if (this.#heads.length < HEAD_COUNT)
            this.#heads += HEAD_WORDS.has(word) ? word.charAt(0) : '.';
        if (parentheses > 0 || !ROUTINE.test(this.#heads))
            return;
        const begins = this.#expectAtomic(word);
        if (word === 'begin')
            this.#begunAt = this.#wordAt;
        if (begins)
            this.#depth++;
        else if (this.#depth > 0)
            this.#depth += word === 'case' ? 1 : word === 'end' ? -1 : 0;
    }
    /** Whether ATOMIC follows BEGIN: to the server any other BEGIN is a name, to psql it opens a block all the same. */
    #expectAtomic(word) {
        const at = this.#begunAt;
        if (at === undefined)
            return false;
        this.#begunAt = undefined;
        if (word === 'atomic' && this.#depth === 0)
            return true;
        this.isSure = false;
        this.#findName?.(at);
        return false;
    }
}
function isSpace(byte) {
    return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/dump-lexer.js






const trailer = Buffer.from('-- PostgreSQL database dump complete');
/**
 * Reads pg_dump's plain output as it passes, in pieces of any size: finds COPY blocks, statements and the trailer at
 * the top level only, whatever quotes, bodies and comments hold. Memory is bounded by the longest statement that it
 * keeps.
 */
class DumpLexer {
    #events;
    #rows;
    #span = new SqlSpan();
    #words;
    #text = new StatementText();
    #state = 'top';
    /** Offset in the stream of the piece at hand. */
    #base = 0;
    // The statement at hand: its bytes, and whether it began a line.
    #open = false;
    #statementAt = 0;
    #atLineStart = true;
    #parentheses = 0;
    /** A statement has ended on this line. */
    #ended = false;
    #spanKind = 'quoted';
    #backslashEscapes = false;
    #encoding = 'UTF8';
    #table = '';
    /** How far a comment has matched the trailer; -1: it cannot be it. */
    #matched = -1;
    #line = [];
    #trailerSeen = false;
    #restrictKey;
    constructor(events) {
        this.#events = events;
        this.#rows = new CopyRows(events);
        this.#words = new StatementWords(events.nameFound?.bind(events));
    }
    /**
     * Whether the dump is whole so far: its trailer stood at the top level, nothing but psql's `\unrestrict` after it,
     * with the key that the beginning gave.
     */
    get complete() {
        return this.#trailerSeen && this.#restrictKey === undefined && this.#state === 'top';
    }
    /** From where on `nameFound` may still be told of what was pushed. */
    get undecidedAt() {
        return this.#open ? this.#words.undecidedAt : undefined;
    }
    push(buffer) {
        this.#text.resume();
        for (let at = 0; at < buffer.length;)
            at = this.#read(buffer, at);
        if (this.#open)
            this.#text.keep(buffer, buffer.length);
        this.#base += buffer.length;
    }
    /** Reads one byte, or as many as mean the same; gives where it stopped. */
    #read(buffer, at) {
        if (this.#state === 'rows') {
            const end = this.#rows.read(buffer, at, this.#base);
            if (this.#rows.ended)
                this.#state = 'top';
            return end;
        }
        if (this.#state === 'span') {
            const end = this.#span.read(buffer, at);
            if (this.#span.ended)
                this.#leaveSpan();
            return end;
        }
        const byte = buffer[at];
        if (this.#state === 'minus' || this.#state === 'solidus')
            return this.#readSymbol(byte, at);
        if (this.#state === 'comment')
            this.#readComment(byte);
        else if (this.#state === 'meta')
            this.#readMetaLine(byte, at);
        else if (this.#state === 'top')
            this.#readTop(buffer, byte, at);
        else if (byte === newline) {
            this.#state = 'rows';
            this.#atLineStart = true;
            this.#rows.begin(this.#table, this.#base + at + 1, this.#statementAt);
        }
        // After the rows psql would go on with the rest of this line.
        else if (byte !== 0x0d)
            this.#events.anyStatement?.(String.fromCharCode(byte), false, this.#base + at);
        return at + 1;
    }
    #readTop(buffer, byte, at) {
        if (byte === newline)
            return this.#readLineEnd(at);
        if (byte === minus || byte === solidus) {
            // Maybe a comment: the next byte tells.
            this.#matched = byte === minus && this.#atLineStart && !this.#open ? 1 : -1;
            this.#state = byte === minus ? 'minus' : 'solidus';
            return;
        }
        if (!this.#open) {
            if (byte === backslash && this.#atLineStart) {
                this.#state = 'meta';
                this.#line = [];
                return this.#events.metaBegins(this.#base + at);
            }
            if (byte === 0x20 || byte === 0x09 || byte === 0x0d) {
                this.#atLineStart = false;
                return;
            }
            this.#openStatement(at);
        }
        if (byte === quote)
            return this.#enterText(at);
        if (byte === dollar && !this.#words.isOpen) {
            this.#words.interrupt(byte);
            return this.#enterSpan('dollar');
        }
        this.#words.read(byte, this.#parentheses, this.#base + at);
        if (byte === doubleQuote)
            this.#enterSpan('identifier');
        else if (byte === 0x28)
            this.#parentheses++;
        else if (byte === 0x29)
            this.#parentheses = Math.max(0, this.#parentheses - 1);
        // For psql it begins a command of its own, wherever it stands.
        else if (byte === backslash)
            this.#events.anyStatement?.('\\', false, this.#base + at);
        // Inside parentheses it separates the actions of a rule.
        else if (byte === semicolon && this.#parentheses === 0 && this.#words.endsAtSemicolon()) {
            this.#closeStatement(buffer, at + 1);
        }
    }
    #readLineEnd(at) {
        if (this.#open)
            this.#words.read(newline, this.#parentheses, this.#base + at);
        else
            this.#atLineStart = true;
        if (!this.#ended)
            return;
        this.#ended = false;
        this.#events.unitEnds(this.#base + at + 1);
    }
    #enterText(at) {
        const kind = this.#words.beginText(this.#parentheses, this.#base + at);
        this.#enterSpan(kind ?? (this.#backslashEscapes ? 'escaped' : 'quoted'));
    }
    #enterSpan(kind) {
        this.#state = 'span';
        this.#spanKind = kind;
        this.#span.begin(kind);
    }
    #leaveSpan() {
        this.#state = 'top';
        if (this.#span.wasParameter)
            this.#words.beginParameter(!this.#span.wasBroken);
        else if (this.#spanKind === 'quoted' || this.#spanKind === 'escaped')
            this.#words.endText();
    }
    #readSymbol(byte, at) {
        if (this.#state === 'minus' && byte === minus) {
            this.#words.end(this.#parentheses);
            this.#words.leaveSpace();
            this.#state = 'comment';
            if (this.#matched === 1)
                this.#matched = 2;
            return at + 1;
        }
        if (this.#state === 'solidus' && byte === star) {
            this.#words.end(this.#parentheses);
            this.#words.leaveSpace();
            this.#enterSpan('comment');
            if (!this.#open)
                this.#atLineStart = false;
            return at + 1;
        }
        // No comment, but a symbol; no statement that we read begins with one.
        if (!this.#open) {
            this.#openStatement(at);
            this.#atLineStart = false;
        }
        this.#words.read(this.#state === 'minus' ? minus : solidus, this.#parentheses, this.#base + at);
        this.#state = 'top';
        return at;
    }
    #readComment(byte) {
        // To psql and the server a carriage return ends it as well, whatever comes behind; no trailer has one.
        if (byte === 0x0d) {
            this.#matched = -1;
            this.#state = 'top';
            return;
        }
        if (byte !== newline) {
            if (this.#matched >= 0)
                this.#matched = byte === trailer[this.#matched] ? this.#matched + 1 : -1;
            return;
        }
        if (this.#matched === trailer.length)
            this.#trailerSeen = true;
        this.#state = 'top';
        if (!this.#open)
            this.#atLineStart = true;
    }
    #readMetaLine(byte, at) {
        if (byte !== newline) {
            if (this.#line.length < 1024)
                this.#line.push(byte);
            return;
        }
        this.#state = 'top';
        const text = `\\${Buffer.from(this.#line).toString('latin1')}`;
        const [word, key] = text.split(' ');
        if (word === '\\restrict')
            this.#restrictKey = key ?? '';
        // One without its \restrict stands in a dump that lacks its beginning.
        else if (word === '\\unrestrict')
            this.#restrictKey = key === this.#restrictKey ? undefined : '';
        this.#events.metaEnds(text, this.#base + at + 1);
    }
    #openStatement(at) {
        this.#open = true;
        this.#statementAt = this.#base + at;
        this.#trailerSeen = false;
        this.#parentheses = 0;
        this.#words.begin();
        this.#text.begin(at);
    }
    #closeStatement(buffer, end) {
        this.#text.keep(buffer, end);
        const isSure = this.#atLineStart && this.#words.isSure;
        // What does not begin a line is part of something that we do not read, such as a function's body.
        const text = this.#atLineStart ? this.#text.whole() : '';
        this.#events.anyStatement?.(text || this.#text.beginning, isSure, this.#base + end);
        this.#open = false;
        this.#ended = true;
        this.#atLineStart = false;
        if (text === '')
            return;
        if (text.startsWith('SET '))
            this.#readSetting(text);
        this.#events.statement(text, this.#base + end);
        const table = (0,dump_statements/* parseCopyTable */.$s)(text);
        if (table === undefined)
            return;
        this.#table = (0,dump_statements/* decodeName */.e4)(table, this.#encoding);
        this.#ended = false;
        this.#state = 'copyHead';
    }
    #readSetting(text) {
        const setting = /^SET (client_encoding|standard_conforming_strings) = '?(\w+)'?;$/.exec(text);
        if (setting?.[1] === 'client_encoding')
            this.#encoding = setting[2];
        else if (setting)
            this.#backslashEscapes = setting[2] === 'off';
    }
}


/***/ }),

/***/ 779:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   $s: () => (/* binding */ parseCopyTable),
/* harmony export */   Rz: () => (/* binding */ parseSetval),
/* harmony export */   e4: () => (/* binding */ decodeName),
/* harmony export */   wi: () => (/* binding */ parseLargeObjectStep),
/* harmony export */   yU: () => (/* binding */ splitQualifiedName)
/* harmony export */ });
/* unused harmony export parseForeignKey */
/** The statements of pg_dump's plain output that fingerprints are taken from; all texts hold bytes as latin1 characters. */
const name = '(?:"(?:[^"]|"")*"|[^\\s".(]+)';
const qualifiedName = `${name}(?:\\.${name})?`;
const copyPattern = new RegExp(`^COPY (${qualifiedName}) [^]*FROM stdin;$`);
const foreignKeyPattern = new RegExp(`^ALTER TABLE (?:ONLY )?(${qualifiedName})\\s+ADD CONSTRAINT (${name}) FOREIGN KEY \\([^]*\\) REFERENCES (${qualifiedName})\\(`);
const setvalPattern = /^SELECT pg_catalog\.setval\('((?:[^']|'')*)', (-?\d+), (true|false)\);$/;
const largeObjectPattern = /^SELECT pg_catalog\.lo_(create|open|close)\('?(\d+)'?/;
const writePattern = /^SELECT pg_catalog\.lowrite\(0, '\\{1,2}x([0-9a-f]*)'\);$/;
/** The table of a `COPY … FROM stdin;`, as written. */
function parseCopyTable(text) {
    return text.startsWith('COPY ') ? copyPattern.exec(text)?.[1] : undefined;
}
/** The foreign key that a statement adds. */
function parseForeignKey(statement) {
    const found = statement.startsWith('ALTER TABLE ') ? foreignKeyPattern.exec(statement) : null;
    if (!found)
        return undefined;
    const [, table, constraint, references] = found;
    return { table, constraint, references, statement };
}
function parseSetval(text) {
    const found = setvalPattern.exec(text);
    if (!found)
        return undefined;
    return {
        sequence: found[1].replaceAll("''", "'"),
        value: found[2],
        called: found[3] === 'true',
    };
}
function parseLargeObjectStep(text) {
    if (!text.startsWith('SELECT pg_catalog.lo'))
        return undefined;
    const written = writePattern.exec(text);
    if (written)
        return { step: 'write', content: Buffer.from(written[1], 'hex') };
    const found = largeObjectPattern.exec(text);
    if (!found)
        return undefined;
    return found[1] === 'close' ? { step: 'close' } : { step: found[1], oid: found[2] };
}
/** The parts of a qualified name without their quotes: `public."Été"` gives `['public', 'Été']`. */
function splitQualifiedName(text) {
    const parts = text.match(/"(?:[^"]|"")*"|[^".]+/g) ?? [];
    return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}
/**
 * A name of the dump as text: its bytes in the dump's encoding (`SET client_encoding`). SQL_ASCII, or bytes that do
 * not fit: UTF-8 where they are valid, else latin1.
 */
function decodeName(text, encoding) {
    if (/^[\x00-\x7f]*$/.test(text))
        return text;
    const bytes = Buffer.from(text, 'latin1');
    for (const label of [nameEncoding(encoding), 'utf-8']) {
        try {
            return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
        }
        catch {
            // Not this one: the label is unknown here, or the bytes do not fit.
        }
    }
    return text;
}
/** PostgreSQL's name of an encoding as the WHATWG calls it. */
function nameEncoding(encoding) {
    const latin = /^LATIN(\d+)$/.exec(encoding)?.[1];
    const parts = { 5: 9, 6: 10, 7: 13, 8: 14, 9: 15, 10: 16 };
    if (latin)
        return `iso-8859-${parts[latin] ?? latin}`;
    const windows = /^WIN(\d+)$/.exec(encoding)?.[1];
    if (windows)
        return windows === '866' ? 'ibm866' : `windows-${windows}`;
    const others = { UTF8: 'utf-8', KOI8R: 'koi8-r', KOI8U: 'koi8-u', SQL_ASCII: 'utf-8' };
    return others[encoding] ?? encoding.toLowerCase().replaceAll('_', '-');
}


/***/ }),

/***/ 281:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Ye: () => (/* binding */ FingerprintTaker),
  tS: () => (/* binding */ compareFingerprints),
  LB: () => (/* binding */ fingerprintDump)
});

// UNUSED EXPORTS: overlookContent

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
// EXTERNAL MODULE: ./.build/src/sources/postgres/dump-events.js
var dump_events = __nccwpck_require__(368);
// EXTERNAL MODULE: ./.build/src/sources/postgres/dump-lexer.js + 5 modules
var dump_lexer = __nccwpck_require__(3);
// EXTERNAL MODULE: ./.build/src/sources/postgres/dump-statements.js
var dump_statements = __nccwpck_require__(779);
;// CONCATENATED MODULE: ./.build/src/sources/postgres/table-name.js

/**
 * A qualified name, or its parts, as names are compared: without quotes, since which words need them depends on the
 * client's version.
 */
function table_name_tableKey(name) {
    return (typeof name === 'string' ? (0,dump_statements/* splitQualifiedName */.yU)(name) : name).join('\0');
}
/** Parts of a qualified name as PostgreSQL reads them, without their quotes; undefined where it can be none. */
function readQualifiedName(text) {
    const parts = [];
    const pattern = /"((?:[^"]|"")+)"|([^".\s]+)/y;
    for (let at = 0;;) {
        pattern.lastIndex = at;
        const found = pattern.exec(text);
        if (!found)
            return undefined;
        const [whole, quoted, plain = ''] = found;
        parts.push(quoted === undefined ? { text: plain, isQuoted: false } : { text: quoted.replaceAll('""', '"'), isQuoted: true });
        at += whole.length;
        if (at === text.length)
            return parts;
        if (text[at] !== '.')
            return undefined;
        at++;
    }
}
/** A name as PostgreSQL takes it without quotes: small ASCII letters. */
function foldName(name) {
    return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
/** A name as somebody types it: with quotes only where it needs them. */
function showIdentifier(name) {
    return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/fingerprints.js





/** Takes the fingerprints of a dump, and the places of its parts, from what the lexer finds in it. */
class FingerprintTaker {
    #tables = new Map();
    #sequences = new Map();
    #largeObjects = { count: 0, bytes: 0, hash: (0,external_node_crypto_.createHash)('sha256') };
    #objectBytes = 0;
    #rowsHash;
    #encoding = 'UTF8';
    #blockAt = 0;
    /** Where the first block of rows begins, and where the last statement ended that brought content. */
    #headBytes;
    #contentEnd = 0;
    copyBegins(table, statementAt) {
        // A table may have several blocks, where its partitions are loaded through their root.
        const known = this.#tables.get(table) ?? { rows: 0, hash: (0,external_node_crypto_.createHash)('sha256'), places: [] };
        this.#tables.set(table, known);
        this.#rowsHash = known.hash;
        this.#blockAt = statementAt;
        this.#headBytes ??= statementAt;
    }
    copyRows(bytes) {
        this.#rowsHash?.update(bytes);
    }
    copyEnds(table, rows, at) {
        this.#contentEnd = at;
        const known = this.#tables.get(table);
        if (!known)
            return;
        known.rows += rows;
        known.places.push({ offset: this.#blockAt, length: at - this.#blockAt });
    }
    statement(text, end) {
        if (text.startsWith('SET client_encoding'))
            this.#encoding = /'(\w+)'/.exec(text)?.[1] ?? 'UTF8';
        if (!text.startsWith('SELECT pg_catalog.'))
            return;
        // Of these, there are some before the rows as well.
        if (/^SELECT pg_catalog\.(setval|lo)/.test(text))
            this.#contentEnd = end;
        const found = (0,dump_statements/* parseSetval */.Rz)(text);
        if (found) {
            const name = (0,dump_statements/* decodeName */.e4)(found.sequence, this.#encoding);
            this.#sequences.set(name, { value: found.value, called: found.called });
        }
        else
            this.#readLargeObject(text);
    }
    #readLargeObject(text) {
        const found = (0,dump_statements/* parseLargeObjectStep */.wi)(text);
        const { hash } = this.#largeObjects;
        if (found?.step === 'create')
            this.#largeObjects.count++;
        if (found?.step === 'open') {
            this.#objectBytes = 0;
            hash.update(`${found.oid}:`);
        }
        if (found?.step === 'write') {
            this.#objectBytes += found.content.length;
            hash.update(found.content);
        }
        if (found?.step !== 'close')
            return;
        // The length behind the content keeps one object's end from passing for the next one's beginning.
        hash.update(`:${this.#objectBytes}\n`);
        this.#largeObjects.bytes += this.#objectBytes;
    }
    /** The fingerprints of all that was seen; to be called once, at the end. */
    finish() {
        const { count, bytes, hash } = this.#largeObjects;
        const headBytes = this.#headBytes;
        return {
            ...(headBytes === undefined ? {} : { structure: { headBytes, tailOffset: this.#contentEnd } }),
            tables: sortByName(this.#tables, ({ rows, hash: rowsHash, places }) => ({
                rows,
                sha256: rowsHash.digest('hex'),
                places,
            })),
            sequences: sortByName(this.#sequences, (sequence) => sequence),
            largeObjects: { count, bytes, sha256: hash.digest('hex') },
        };
    }
}
/** Reads a dump, in pieces of any size: its fingerprints, and whether it is whole (its trailer at the top level). */
async function fingerprintDump(chunks) {
    const taker = new FingerprintTaker();
    const lexer = new dump_lexer/* DumpLexer */.V((0,dump_events/* joinEvents */.u)(taker));
    for await (const chunk of chunks)
        lexer.push(chunk);
    return { fingerprints: taker.finish(), trailer: lexer.complete };
}
/** What differs between two fingerprints, one line each, for people; empty where all is equal. Places are no matter. */
function compareFingerprints(expected, found) {
    const tables = compareByName('table', expected.tables, found.tables, (table) => `${table.rows} rows`, (a, b) => {
        if (a.rows !== b.rows)
            return `${a.rows} rows expected, ${b.rows} found`;
        return a.sha256 === b.sha256 ? undefined : `${a.rows} rows as expected, but their content differs`;
    });
    const describe = ({ value, called }) => `${value}${called ? '' : ' (not used yet)'}`;
    const sequences = compareByName('sequence', expected.sequences, found.sequences, describe, (a, b) => a.value === b.value && a.called === b.called ? undefined : `${describe(a)} expected, ${describe(b)} found`);
    const [a, b] = [expected.largeObjects, found.largeObjects];
    const differences = [...tables, ...sequences];
    if (a.count !== b.count)
        differences.push(`large objects: ${a.count} expected, ${b.count} found`);
    else if (a.bytes !== b.bytes)
        differences.push(`large objects: ${a.bytes} bytes expected, ${b.bytes} found`);
    else if (a.sha256 !== b.sha256)
        differences.push(`large objects: ${a.count} as expected, but their content differs`);
    return differences;
}
/**
 * Fingerprints as found, without what may only be another way to write the same: tables with as many rows as expected
 * have the expected digest, and are named.
 */
function overlookContent(expected, found) {
    const wanted = new Map(Object.entries(expected.tables).map(([name, table]) => [tableKey(name), table]));
    const overlooked = [];
    const tables = Object.entries(found.tables).map(([name, table]) => {
        const other = wanted.get(tableKey(name));
        if (!other || other.rows !== table.rows || other.sha256 === table.sha256)
            return [name, table];
        overlooked.push(name);
        return [name, other];
    });
    return { fingerprints: { ...found, tables: Object.fromEntries(tables) }, overlooked };
}
function compareByName(kind, expected, found, describe, compare) {
    const index = (all) => new Map(Object.entries(all).map(([name, value]) => [table_name_tableKey(name), { name, value }]));
    const [left, right] = [index(expected), index(found)];
    const differences = [];
    for (const [key, { name, value }] of left) {
        const other = right.get(key);
        const difference = other ? compare(value, other.value) : `missing (${describe(value)} expected)`;
        if (difference)
            differences.push(`${kind} ${name}: ${difference}`);
    }
    for (const [key, { name, value }] of right) {
        if (!left.has(key))
            differences.push(`${kind} ${name}: not expected (${describe(value)} found)`);
    }
    return differences;
}
function sortByName(all, map) {
    const names = [...all.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(names.map((name) => [name, map(all.get(name))]));
}


/***/ }),

/***/ 580:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  surveyDump: () => (/* binding */ surveyDump)
});

;// CONCATENATED MODULE: ./.build/src/sources/postgres/dump-beginnings.js
/**
 * What a plain dump of pg_dump consists of, with --clean too. A dump that somebody else made is loaded with the rights
 * of the configured user, often a superuser's: any other statement may do harm outside of the database that it is
 * loaded into (roles, files and programs of the server, other databases), and has no business in it. Functions, rules,
 * defaults and the like pass, whatever they hold.
 */
const NAME = '(?:"(?:[^"]|"")*"|[\\w$\\x80-\\xff]+)';
const QUALIFIED = `${NAME}(?:\\.${NAME})?`;
const LITERAL = "'(?:[^']|'')*'";
const PRIVILEGE = '(?:ALL|SELECT|INSERT|UPDATE|DELETE|TRUNCATE|REFERENCES|TRIGGER|MAINTAIN|USAGE|CREATE|CONNECT|TEMPORARY|EXECUTE)';
const COLUMNS = `\\(${NAME}(?:,\\s*${NAME})*\\)`;
/** The server's own tables are in pg_catalog, by that name or, since a dump sets no search path, by none. */
const NOT_SYSTEM = '(?!"?[pP][gG]_)';
/** What privileges are given on within one database. */
const GRANTED = 'TABLE|SEQUENCE|SCHEMA|FUNCTION|PROCEDURE|TYPE|DOMAIN|LARGE OBJECT|LANGUAGE';
/** Of one database. Languages, servers, subscriptions, event triggers, databases, roles and tablespaces are not here. */
const KINDS = [
    'AGGREGATE',
    'CAST',
    'COLLATION',
    'CONVERSION',
    'DEFAULT PRIVILEGES',
    'DOMAIN',
    'LARGE OBJECT',
    'MATERIALIZED VIEW',
    'OPERATOR',
    'POLICY',
    'PUBLICATION',
    'RULE',
    'SEQUENCE',
    'STATISTICS',
    'TABLE',
    'TEXT SEARCH',
    'TRIGGER',
    'TYPE',
    'VIEW',
].join('|');
/** What has a comment, besides; of the whole server not: databases, roles, tablespaces, parameters. */
const COMMENTED = [
    'COLUMN',
    'CONSTRAINT',
    'EVENT TRIGGER',
    'EXTENSION',
    'FUNCTION',
    'INDEX',
    '(?:PROCEDURAL )?LANGUAGE',
    'PROCEDURE',
].join('|');
/** They reach files, programs or other servers, or are languages that do. */
const FAR_REACHING = 'adminpack|dblink|file_fdw|plperlu|plpython\\w*u|pltclu|plsh|pg_cron|pg_background|postgres_fdw';
/** Bytes that no quote and no comment ends before it should: none of these can be a server's encoding. */
const ENCODING = "'(?:UTF8|SQL_ASCII|LATIN\\d+|ISO_8859_\\d|WIN\\d+|KOI8[RU]|EUC_\\w+|MULE_INTERNAL)'";
const plain = new RegExp(`^(?:${[
    ';$',
    '(?:BEGIN|COMMIT);$',
    'SET (?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout) = \\d+;$',
    // Off, a backslash would mean one thing in some quotes, and another in others.
    'SET standard_conforming_strings = on;$',
    'SET (?:escape_string_warning|row_security) = (?:on|off);$',
    'SET (?:check_function_bodies|default_with_oids) = (?:true|false);$',
    'SET (?:xmloption|client_min_messages) = \\w+;$',
    'SET (?:default_tablespace|default_table_access_method|search_path) = [\\w$"\', -]*;$',
    `SET client_encoding = ${ENCODING};$`,
    "SELECT pg_catalog\\.set_config\\('search_path', '', false\\);$",
    `SELECT pg_catalog\\.setval\\(${LITERAL}, -?\\d+, (?:true|false)\\);$`,
    "SELECT pg_catalog\\.lo_(?:create|open|close|unlink)\\('?\\d+'?(?:, \\d+)?\\);$",
    "SELECT pg_catalog\\.lo_unlink\\(oid\\) FROM pg_catalog\\.pg_largeobject_metadata WHERE oid = '\\d+';$",
    "SELECT pg_catalog\\.lowrite\\(0, '\\\\{1,2}x[0-9a-f]*'\\);$",
    // Of a table without columns with a second space in their place.
    `COPY ${NOT_SYSTEM}${QUALIFIED} (?:(?:\\(${NAME}(?:, ${NAME})*\\))? )?FROM stdin;$`,
    `INSERT INTO ${NOT_SYSTEM}`,
    // With --use-set-session-authorization: never more rights than whoever loads it has.
    `SET SESSION AUTHORIZATION (?:DEFAULT|${LITERAL});$`,
    `COMMENT ON (?:${KINDS}|${COMMENTED}|SCHEMA) `,
    `(?:ALTER|DROP) (?:${KINDS}|CONSTRAINT|FUNCTION|INDEX|PROCEDURE|ROUTINE|SCHEMA) `,
    'DROP EXTENSION ',
    // What may follow its name are statements of their own.
    `CREATE SCHEMA ${NAME}(?: AUTHORIZATION ${NAME})?;$`,
    `CREATE (?:OR REPLACE )?(?:CONSTRAINT TRIGGER|UNIQUE INDEX|INDEX|UNLOGGED (?:TABLE|SEQUENCE)|DEFAULT CONVERSION|${KINDS}) `,
    `CREATE EXTENSION (?:IF NOT EXISTS )?(?!"?(?:${FAR_REACHING})\\b)(?:"[a-z0-9_-]+"|[a-z0-9_]+)(?: WITH SCHEMA ${NAME})?;$`,
    'REFRESH MATERIALIZED VIEW ',
    // With ON only: otherwise it is a role that is given.
    `(?:GRANT|REVOKE)(?: GRANT OPTION FOR)? ${PRIVILEGE}(?: PRIVILEGES)?(?:${COLUMNS})?(?:,\\s*${PRIVILEGE}(?:${COLUMNS})?)* ON (?:${GRANTED}) `,
].join('|')})`);
const routine = /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE) /;
/** What stands in its signature, one by one; a language's line first. A `$` may be in a name, and begins none. */
const inSignature = /\n    LANGUAGE (\w+)|[eE]'(?:[^'\\]|''|\\[^])*'(?!')|'[^']*'|"[^"]*"|[()]|(?!--|\/\*|[eE]')(?:(?<![\w$\x80-\xff])[A-Za-z_\x80-\xff][\w$\x80-\xff]*|[^'"$;])/y;
/** The language stands near the beginning; a body may be long. */
const SIGNATURE_BYTES = 64 * 1024;
/** Whether pg_dump would write such a statement; bytes as latin1 characters. Of a long one its beginning is enough. */
function isOfDump(statement) {
    return plain.test(statement) || (routine.test(statement) && isGuarded(statement.slice(0, SIGNATURE_BYTES)));
}
/** By its language, which pg_dump writes before the body: one that the database itself guards. */
function isGuarded(signature) {
    let parentheses = 0;
    inSignature.lastIndex = 0;
    for (let found = inSignature.exec(signature); found; found = inSignature.exec(signature)) {
        const [token, language] = found;
        if (token === '(')
            parentheses++;
        else if (token === ')')
            parentheses--;
        // Inside of parentheses it is an argument of that name.
        else if (language !== undefined && parentheses === 0)
            return language === 'sql' || language === 'plpgsql';
    }
    return false;
}

// EXTERNAL MODULE: ./.build/src/sources/postgres/dump-events.js
var dump_events = __nccwpck_require__(368);
// EXTERNAL MODULE: ./.build/src/sources/postgres/dump-lexer.js + 5 modules
var dump_lexer = __nccwpck_require__(3);
// EXTERNAL MODULE: ./.build/src/sources/postgres/dump-statements.js
var dump_statements = __nccwpck_require__(779);
// EXTERNAL MODULE: ./.build/src/sources/postgres/fingerprints.js + 1 modules
var fingerprints = __nccwpck_require__(281);
// EXTERNAL MODULE: ./.build/src/logging/failure.js
var failure = __nccwpck_require__(619);
;// CONCATENATED MODULE: ./.build/src/sources/postgres/restore-guard.js


/** Held back at most, from a word on of which the next one says whether it is a name: pg_dump puts a space between. */
const MAX_HELD_BYTES = (/* unused pure expression or super */ null && (1 << 20));
const BEGIN_BYTES = 'begin'.length;
/**
 * Passes a dump on to psql without psql's own commands in it: pg_dump's `\restrict` and `\unrestrict` are left out
 * (the loader sets one of its own, with a key that whoever wrote the dump cannot know), any other is refused. A name
 * `begin` in a routine, which pg_dump writes bare, is quoted: psql would wait for an END, and read rows as SQL. All else
 * passes unchanged, in bounded memory. Of a part of a dump the trailer is not asked for.
 * @throws Failure `damaged` for a foreign command, or where the dump ends before its trailer.
 */
async function* guardDump(chunks, database, { isPart = false } = {}) {
    const edits = new Edits(database);
    const nothing = () => undefined;
    const lexer = new DumpLexer({
        copyBegins: nothing,
        copyRows: nothing,
        copyEnds: nothing,
        unitEnds: nothing,
        statement: nothing,
        metaBegins: (at) => edits.begin(at),
        metaEnds: (text, at) => edits.end(text, at),
        nameFound: (at) => edits.quote(at),
    });
    for await (const chunk of chunks) {
        lexer.push(chunk);
        yield* edits.pass(chunk, lexer.undecidedAt);
    }
    yield* edits.pass(Buffer.alloc(0), undefined);
    if (lexer.complete || isPart)
        return;
    const message = `the dump of database "${database}" is cut off: its last line is missing after ${edits.passedBytes} bytes`;
    throw new Failure('damaged', message, 'Restore another archive; verify this one to see what else it lacks.');
}
/** Which lines of psql's own a dump may hold: pg_dump's `\restrict` before all others, and `\unrestrict` with its key. */
class OwnCommands {
    #key;
    #count = 0;
    /** Whether the next such line may be there. */
    admits(text) {
        this.#count++;
        if (this.#count > 1)
            return this.#count === 2 && text === `\\unrestrict ${this.#key}`;
        this.#key = /^\\restrict (\w+)$/.exec(text)?.[1];
        return this.#key !== undefined;
    }
}
/** What is not to reach psql as it stands in the stream: its own lines, of which few may be there, and names. */
class Edits {
    #database;
    #own = new OwnCommands();
    #begun;
    #edits = [];
    #held = Buffer.alloc(0);
    /** Offset in the stream of what is held. */
    passedBytes = 0;
    constructor(database) {
        this.#database = database;
    }
    begin(at) {
        this.#begun = at;
    }
    end(text, at) {
        if (!this.#own.admits(text)) {
            const shown = JSON.stringify(text.slice(0, 40));
            const message = `the dump of database "${this.#database}" holds a command for psql, which no dump does: ${shown}`;
            throw new Failure('damaged', message, 'Do not load it: find out who changed the archive; restore another one.');
        }
        this.#edits.push({ from: this.#begun ?? at, to: at });
        this.#begun = undefined;
    }
    /** The same identifier; spaces, lest it grow together with what stands beside it. */
    quote(at) {
        this.#edits.push({ from: at, to: at + BEGIN_BYTES, text: ' "begin" ' });
    }
    /** The next piece of the stream, of which the lexer has seen all, with what is held of those before: up to `until`. */
    *pass(chunk, until) {
        this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
        const start = this.passedBytes;
        const end = start + this.#held.length;
        const last = until === undefined || end - until > MAX_HELD_BYTES ? end : until;
        const open = this.#begun === undefined ? [] : [{ from: this.#begun, to: last }];
        let at = start;
        for (const { from, to, text } of [...this.#edits, ...open]) {
            if (from > at)
                yield this.#held.subarray(at - start, from - start);
            if (text !== undefined && from >= at)
                yield Buffer.from(text);
            at = Math.max(at, to);
        }
        this.#edits = [];
        if (at < last)
            yield this.#held.subarray(at - start, last - start);
        this.#held = this.#held.subarray(Math.max(at, last) - start);
        this.passedBytes = Math.max(at, last);
    }
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/roles-tokens.js
const pattern = /\s+|--[^\n]*|(?<name>"(?:[^"]|"")*")|(?<escaped>[eE]'(?:[^'\\]|''|\\[^])*')|(?<text>'(?:[^']|'')*')|(?<number>-?\d+)|(?<word>[A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*)|(?<symbol>[^])/uy;
/**
 * Divides the SQL of a dump of roles into statements of tokens, without their semicolons; words in lower case, names
 * and texts without their quotes. Lines of psql's own (`\restrict`) are left out.
 */
function tokenizeStatements(sql) {
    const text = sql.replace(/^\\(?:un)?restrict \w+$/gm, '');
    const statements = [];
    let current = [];
    pattern.lastIndex = 0;
    for (let found = pattern.exec(text); found && found[0] !== ''; found = pattern.exec(text)) {
        const token = readToken(found.groups ?? {});
        if (!token)
            continue;
        if (token.kind !== 'symbol' || token.value !== ';')
            current.push(token);
        else {
            statements.push(current);
            current = [];
        }
    }
    return statements;
}
function readToken({ name, escaped, text, number, word, symbol }) {
    const token = (kind, value) => ({ kind, value });
    if (name !== undefined)
        return token('name', name.slice(1, -1).replaceAll('""', '"'));
    // pg_dumpall escapes nothing but quotes and backslashes.
    if (escaped !== undefined)
        return token('text', escaped
            .slice(2, -1)
            .replaceAll("''", "'")
            .replace(/\\([^])/g, '$1'));
    if (text !== undefined)
        return token('text', text.slice(1, -1).replaceAll("''", "'"));
    if (number !== undefined)
        return token('number', number);
    if (word !== undefined)
        return token('word', word.toLowerCase());
    return symbol === undefined ? undefined : token('symbol', symbol);
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/role-finder.js

/** Statements of a dump that name roles begin with one of these. */
const STARTS = ['GRANT ', 'REVOKE ', 'ALTER ', 'CREATE POLICY ', 'CREATE SCHEMA ', 'CREATE USER MAPPING ', 'SET '];
const NAMES_ROLES = /\b(?:OWNER TO|TO|FROM|ROLE|AUTHORIZATION|MAPPING FOR)\b/;
/** Words where a role's name could stand that are none. */
const NO_ROLES = new Set(['public', 'current_user', 'session_user', 'current_role', 'default']);
/**
 * Finds the roles without which a dump cannot be loaded: owners of what it makes, and whoever it gives privileges to.
 * Roles of PostgreSQL's own (`pg_…`) are left aside: nobody creates them.
 */
class RoleFinder {
    #roles = new Set();
    #owned = new Map();
    /** Whether a statement may name a role; bytes as latin1 characters, or text. */
    static concerns(statement) {
        return STARTS.some((start) => statement.startsWith(start)) && NAMES_ROLES.test(statement);
    }
    read(statement) {
        for (const tokens of tokenizeStatements(statement))
            this.#readTokens(tokens);
    }
    finish() {
        const [first] = [...this.#owned].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
        return { roles: [...this.#roles].sort(), ...(first ? { owner: first[0] } : {}) };
    }
    #readTokens(tokens) {
        const words = tokens.map(({ kind, value }) => (kind === 'word' ? value : kind === 'symbol' ? value : ''));
        const [first, second] = words;
        if (first === 'alter' && second === 'default' && words[2] === 'privileges') {
            this.#takeBehind(tokens, words, ['for', 'role']);
            this.#takeLast(tokens, words, words.includes('revoke') ? 'from' : 'to');
        }
        else if (first === 'alter')
            this.#noteOwner(this.#takeBehind(tokens, words, ['owner', 'to']));
        else if (first === 'grant')
            this.#takeLast(tokens, words, 'to');
        else if (first === 'revoke')
            this.#takeLast(tokens, words, 'from');
        else if (second === 'policy')
            this.#takeBehind(tokens, words, ['to']);
        else if (second === 'user')
            this.#takeBehind(tokens, words, ['mapping', 'for']);
        else if (second === 'session')
            this.#noteOwner(this.#takeBehind(tokens, words, ['authorization']));
        else if (second === 'schema')
            this.#takeBehind(tokens, words, ['authorization']);
    }
    #noteOwner(owner) {
        if (owner !== undefined)
            this.#owned.set(owner, (this.#owned.get(owner) ?? 0) + 1);
    }
    /** The names behind the first place where these words stand; the first of them. */
    #takeBehind(tokens, words, wanted) {
        const at = words.findIndex((_, place) => wanted.every((word, step) => words[place + step] === word));
        return at === -1 ? undefined : this.#takeList(tokens, at + wanted.length);
    }
    /** The names behind the last of a word: names of tables and columns come before. */
    #takeLast(tokens, words, word) {
        const at = words.lastIndexOf(word);
        if (at !== -1)
            this.#takeList(tokens, at + 1);
    }
    #takeList(tokens, from) {
        let first;
        for (let at = from;; at += 2) {
            const token = tokens[at];
            if (!token || token.kind === 'number' || token.kind === 'symbol')
                return first;
            const { kind, value } = token;
            const isRole = value !== '' && !value.startsWith('pg_') && !(kind === 'word' && NO_ROLES.has(value));
            if (isRole) {
                this.#roles.add(value);
                first ??= value;
            }
            if (tokens[at + 1]?.value !== ',' || tokens[at + 1]?.kind !== 'symbol')
                return first;
        }
    }
}

;// CONCATENATED MODULE: ./.build/src/sources/postgres/survey-dump.js







/** Where pg_dump says what it is, and which versions made the dump. */
const HEAD_BYTES = 16 * 1024;
const TITLE = /^-- PostgreSQL database dump(\r?)$/m;
/** Whoever forges a dump of more tables and statements that count wants memory, not a database. */
const MAX_FINDINGS = 500_000;
const MAX_NOTED_BYTES = 64 * 1024 * 1024;
/**
 * Reads a dump that somebody else made, in pieces of any size: whether it is whole, its fingerprints, and what a restore
 * has to know before it begins. Undefined where it does not begin as a plain dump of pg_dump does.
 */
async function surveyDump(content) {
    const pieces = content[Symbol.asyncIterator]();
    const head = [];
    let headBytes = 0;
    while (headBytes < HEAD_BYTES) {
        const next = await pieces.next();
        if (next.done)
            break;
        head.push(next.value);
        headBytes += next.value.length;
    }
    const start = Buffer.concat(head);
    const text = start.toString('latin1', 0, HEAD_BYTES);
    const title = TITLE.exec(text);
    if (!title)
        return undefined;
    const reading = new DumpReading();
    reading.push(start);
    for (let next = await pieces.next(); !next.done; next = await pieces.next())
        reading.push(next.value);
    return reading.finish({
        serverVersion: versionIn(text, 'from database'),
        clientVersion: versionIn(text, 'by pg_dump'),
        ...(title[1] === '' ? {} : { hasWindowsLines: true }),
    });
}
function versionIn(head, by) {
    return new RegExp(`^-- Dumped ${by} version ([^\\r\\n]{1,100})`, 'm').exec(head)?.[1] ?? '';
}
class DumpReading {
    #taker = new fingerprints/* FingerprintTaker */.Ye();
    #lexer;
    #own = new OwnCommands();
    #roles = new RoleFinder();
    #extensions = new Set();
    #encoding = 'UTF8';
    #hasInserts = false;
    #lines = new LineCount();
    #command;
    #statement;
    #findings = 0;
    #notedBytes = 0;
    constructor() {
        const events = (0,dump_events/* joinEvents */.u)(this.#taker);
        this.#lexer = new dump_lexer/* DumpLexer */.V({
            ...events,
            copyBegins: (...block) => this.#note(block[0]) && events.copyBegins(...block),
            statement: (text, end) => this.#read(text) && events.statement(text, end),
            anyStatement: (text, isSure, end) => {
                // However long it is.
                if (text.startsWith('INSERT INTO '))
                    this.#hasInserts = true;
                if (!isSure || !isOfDump(text))
                    this.#statement ??= this.#lines.find(text, end);
            },
            metaEnds: (text, at) => this.#own.admits(text) || (this.#command ??= this.#lines.find(text, at - 1)),
        });
    }
    push(piece) {
        this.#lines.begin(piece);
        // psql leaves out the rest of a line with one.
        const nul = piece.indexOf(0);
        if (nul >= 0)
            this.#statement ??= this.#lines.find('\0', this.#lines.offset + nul);
        this.#lexer.push(piece);
        this.#lines.end();
    }
    finish(head) {
        const { roles, owner } = this.#roles.finish();
        return {
            isWhole: this.#lexer.complete,
            fingerprints: this.#taker.finish(),
            ...head,
            encoding: this.#encoding,
            roles,
            ...(owner === undefined ? {} : { owner }),
            extensions: [...this.#extensions].sort(),
            hasInserts: this.#hasInserts,
            ...(this.#command === undefined ? {} : { command: this.#command }),
            ...(this.#statement === undefined ? {} : { statement: this.#statement }),
            ...(this.#isExcessive ? { isExcessive: true } : {}),
        };
    }
    /** Whether there is room for one more of whatever takes memory. */
    #note(text) {
        this.#findings++;
        this.#notedBytes += text.length;
        return !this.#isExcessive;
    }
    get #isExcessive() {
        return this.#findings > MAX_FINDINGS || this.#notedBytes > MAX_NOTED_BYTES;
    }
    /** Whether it is one that fingerprints are taken from. */
    #read(text) {
        if (text.startsWith('SET client_encoding'))
            this.#encoding = /'(\w+)'/.exec(text)?.[1] ?? 'UTF8';
        if (text.startsWith('SELECT pg_catalog.setval'))
            return this.#note(text);
        const extension = /^CREATE EXTENSION (?:IF NOT EXISTS )?("(?:[^"]|"")+"|[\w$]+)/.exec(text)?.[1];
        if (extension !== undefined && this.#note(extension)) {
            const name = extension.startsWith('"') ? extension.slice(1, -1).replaceAll('""', '"') : extension;
            this.#extensions.add((0,dump_statements/* decodeName */.e4)(name, this.#encoding));
        }
        if (RoleFinder.concerns(text) && this.#note(text))
            this.#roles.read((0,dump_statements/* decodeName */.e4)(text, this.#encoding));
        return true;
    }
}
/** Says in which line of a stream something stands, of which only the piece at hand is known. */
class LineCount {
    #piece = Buffer.alloc(0);
    #before = 0;
    /** Offset of the piece in the stream. */
    offset = 0;
    begin(piece) {
        this.#piece = piece;
    }
    end() {
        this.#before += countLines(this.#piece);
        this.offset += this.#piece.length;
    }
    /** The beginning of a text, and the line of the byte before offset `end`. */
    find(text, end) {
        const line = this.#before + countLines(this.#piece.subarray(0, Math.max(0, end - this.offset))) + 1;
        return { text: text.slice(0, 200), line };
    }
}
function countLines(bytes) {
    let count = 0;
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1))
        count++;
    return count;
}


/***/ }),

/***/ 98:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   PI: () => (/* binding */ isReadOnly),
/* harmony export */   b$: () => (/* binding */ isDiskFull),
/* harmony export */   "in": () => (/* binding */ hasFewFiles),
/* harmony export */   l5: () => (/* binding */ describeRoom),
/* harmony export */   qC: () => (/* binding */ measureRoom)
/* harmony export */ });
/* unused harmony export RESERVE_BYTES */
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(455);
/* harmony import */ var _logging_quantity_text_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(534);


/** What must be left of a disk besides what is to be put on it. */
const RESERVE_BYTES = (/* unused pure expression or super */ null && (64 * 1024 * 1024));
/** Fewer free inodes than this, and a disk takes no more whatever its bytes: one request needs some at once. */
const FEW_FILES = 16;
/** The room on the file system of `path`. Rejects with the system's error. */
async function measureRoom(path) {
    const { bavail, blocks, bsize, files, ffree } = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.statfs)(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, ...(files > 0 ? { freeFiles: ffree } : {}) };
}
function hasFewFiles({ freeFiles }) {
    return freeFiles !== undefined && freeFiles < FEW_FILES;
}
/** `12 kB free`; also how few inodes, where these are what is missing. */
function describeRoom(room) {
    const bytes = `${(0,_logging_quantity_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(room.freeBytes)} free`;
    return hasFewFiles(room) ? `${bytes}, ${room.freeFiles} inodes free (df -i)` : bytes;
}
/** Whether a system's error says that a disk, or a quota on it, is used up. */
function isDiskFull(error) {
    const { code } = (error ?? {});
    return code === 'ENOSPC' || code === 'EDQUOT';
}
/** Whether it says that a disk takes no writes at all. */
function isReadOnly(error) {
    return (error ?? {}).code === 'EROFS';
}


/***/ }),

/***/ 940:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   d: () => (/* binding */ runCommand)
/* harmony export */ });
/* unused harmony export requireProgram */
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(421);
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(619);


const graceMs = 2_000;
/**
 * Runs a short program, without a shell, and returns what came of it, whatever its exit code.
 * @throws Failure `failed` where the program cannot be started at all.
 */
function runCommand(program, args, options = {}) {
    const limit = options.maximumOutputBytes ?? 1_048_576;
    return new Promise((resolve, reject) => {
        const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, args, {
            cwd: options.cwd,
            env: options.env,
            stdio: ['pipe', 'pipe', 'pipe'],
            detached: options.isDetached ?? false,
        });
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
            reject(new _logging_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .Failure */ .HR('failed', `cannot run ${program}: ${(0,_logging_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .bD)(error)}`, `Install ${program}.`, { cause: error }));
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


/***/ }),

/***/ 379:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  yJ: () => (/* binding */ MAX_ARCHIVE_EXTENTS),
  zg: () => (/* binding */ MAX_DAYS_OFF),
  GR: () => (/* binding */ MAX_EXTENT_BYTES),
  w2: () => (/* binding */ MAX_INDEX_BYTES),
  WE: () => (/* binding */ MAX_RECIPE_BYTES),
  lN: () => (/* reexport */ MAX_SEGMENT_BYTES),
  wN: () => (/* reexport */ SEGMENT_NAME)
});

// EXTERNAL MODULE: ./.build/src/archive/layout.js
var layout = __nccwpck_require__(574);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __nccwpck_require__(522);
;// CONCATENATED MODULE: ./.build/src/system/crc32.js

let table;
/** CRC-32 in plain TypeScript, for Node older than 20.15; `seed` is the CRC of what came before. */
function computeCrc32(bytes, seed = 0) {
    table ??= Uint32Array.from({ length: 256 }, (_, index) => {
        let value = index;
        for (let bit = 0; bit < 8; bit++)
            value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
        return value;
    });
    let crc = ~seed;
    for (const byte of bytes)
        crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
    return ~crc >>> 0;
}
/** CRC-32 as gzip has it: zlib's own where this Node offers it. */
const crc32_crc32 = external_node_zlib_.crc32 ?? computeCrc32;

;// CONCATENATED MODULE: ./.build/src/archive/gzip-member.js




const gzipAsync = (0,external_node_util_.promisify)(external_node_zlib_.gzip);
/** Below this the way to the thread pool and back costs more than the compression. */
const SYNC_LIMIT_BYTES = (/* unused pure expression or super */ null && (2 * 1024));
/**
 * Of deflate. Level 6 takes up to twice the time for 2 to 5 % less (source text, programs), and was the largest single
 * part of a first night's processor time.
 */
const PAYLOAD_LEVEL = 4;
const SAMPLE_BYTES = (/* unused pure expression or super */ null && (4 * 1024));
/** A sample that deflate cannot bring below this part of its size is called incompressible. */
const INCOMPRESSIBLE_RATIO = 0.95;
/** The most that a block of deflate holds uncompressed. */
const STORED_BLOCK_BYTES = 65_535;
/** An empty member with an extra field of no bytes. */
const SMALLEST_FILLER = 22;
/** Compresses a tar header (with its extended records) into a member of its own; a small window keeps set-up cheap. */
function headerMember(bytes) {
    return plainHeader(gzipSync(bytes, { level: 6, windowBits: 12, memLevel: 5, chunkSize: roomFor(bytes) }));
}
/**
 * Compresses a payload chunk: stored where a sample shows that deflate would gain nothing. Same input, same bytes. The
 * pieces are to be written one behind the other; those of a stored chunk are the given bytes themselves.
 */
async function payloadMember(bytes) {
    if (isIncompressible(bytes))
        return storedMember(bytes);
    const options = { level: PAYLOAD_LEVEL, chunkSize: roomFor(bytes) };
    const isSmall = bytes.length <= SYNC_LIMIT_BYTES;
    return [plainHeader(isSmall ? gzipSync(bytes, options) : await gzipAsync(bytes, options))];
}
/** What zlib writes at level 0 (RFC 1951, 3.2.4), without copying a byte of the content. */
function storedMember(bytes) {
    const pieces = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
    for (let at = 0; at < bytes.length; at += STORED_BLOCK_BYTES) {
        const content = bytes.subarray(at, at + STORED_BLOCK_BYTES);
        const isLast = at + content.length === bytes.length;
        const head = Buffer.from([isLast ? 1 : 0, 0, 0, 0, 0]);
        head.writeUInt16LE(content.length, 1);
        head.writeUInt16LE(~content.length & 0xffff, 3);
        pieces.push(head, content);
    }
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(bytes), 0);
    trailer.writeUInt32LE(bytes.length, 4);
    return [...pieces, trailer];
}
/** One output buffer that surely holds the result, and little more: zlib is then called once, and thousands may wait. */
function roomFor(bytes) {
    return Math.max(constants.Z_MIN_CHUNK, bytes.length + (bytes.length >> 9) + 256);
}
/** An empty member of exactly `length` bytes (at least 22), which readers skip: RFC 1952, FEXTRA. */
function fillerMember(length) {
    const extraLength = length - SMALLEST_FILLER;
    const member = Buffer.alloc(length);
    Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff]).copy(member);
    member.writeUInt16LE(extraLength, 10);
    if (extraLength >= 4) {
        // A proper subfield, so that a reader which walks them is not misled.
        member.write('SH', 12, 'latin1');
        member.writeUInt16LE(extraLength - 4, 14);
    }
    member.writeUInt16LE(3, 12 + extraLength);
    return member;
}
/** Appends the filler that brings an extent to a multiple of 4096 bytes. */
function alignMembers(pieces) {
    const length = gzip_member_sumLengths(pieces);
    let gap = gapTo(ALIGNMENT, length);
    if (gap > 0 && gap < SMALLEST_FILLER)
        gap += ALIGNMENT;
    return gap === 0 ? [...pieces] : [...pieces, fillerMember(gap)];
}
/** Bytes of all pieces together. */
function gzip_member_sumLengths(pieces) {
    return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
/** Same bytes on every host: no time, no level, operating system "unknown". */
function plainHeader(member) {
    member.fill(0, 4, 9);
    member[9] = 0xff;
    return member;
}
function isIncompressible(bytes) {
    if (bytes.length < 4 * SAMPLE_BYTES)
        return false;
    const last = bytes.length - SAMPLE_BYTES;
    const sample = Buffer.concat([0, last >> 1, last].map((start) => bytes.subarray(start, start + SAMPLE_BYTES)));
    return deflateRawSync(sample, { level: 1 }).length > sample.length * INCOMPRESSIBLE_RATIO;
}

;// CONCATENATED MODULE: ./.build/src/archive/segment-lane.js





const MEAN_SEGMENT_BYTES = (/* unused pure expression or super */ null && (24 * 1024 * 1024));
const CUT_BYTES = 64 * 1024 * 1024;
/** No segment is larger: a full one, and one more extent of a whole chunk that barely shrank. */
const MAX_SEGMENT_BYTES = CUT_BYTES + layout/* CHUNK_BYTES */.EC + 1024 * 1024;
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
    async append(pieces, sha256) {
        const segment = (this.#open ??= await this.#begin());
        const place = { segment: segment.number, at: segment.sizeBytes };
        const length = sumLengths(pieces);
        const { bytesWritten } = await segment.file.writev(pieces);
        // A disk that is nearly full takes a part, and says why only when it is asked again.
        if (bytesWritten < length)
            await segment.file.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
        segment.sizeBytes += length;
        segment.name.update(sha256);
        const isChosen = Number.parseInt(sha256.slice(0, 8), 16) < 2 ** 32 * (length / MEAN_SEGMENT_BYTES);
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
    /** Closes the segment under way, which nobody will want. */
    async abandon() {
        await this.#open?.file.close();
        this.#open = undefined;
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
const MAX_EXTENT_BYTES = layout/* CHUNK_BYTES */.EC + 1024 * 1024;
/** Extents of one archive: what reads it holds about a hundred bytes for each. */
const MAX_ARCHIVE_EXTENTS = 4_000_000;
/** An index of ten million files with long names. */
const MAX_INDEX_BYTES = 8 * 1024 ** 3;
/** Days that an archive's date may lie before or after the vault's. */
const MAX_DAYS_OFF = 2;
/** The longest recipe that a vault takes, compressed: a first night of ten million files. */
const MAX_RECIPE_BYTES = 4 * 1024 ** 3;


/***/ }),

/***/ 776:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   J9: () => (/* binding */ formatResult),
/* harmony export */   Vu: () => (/* binding */ formatProgress),
/* harmony export */   Wk: () => (/* binding */ formatError)
/* harmony export */ });
/* unused harmony exports MAX_LINE_BYTES, parseMessage */
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(619);


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
    if (error instanceof _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR)
        return error;
    return new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('vault', (0,_logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error), 'Look at the log on the backup server, then try again.', {
        cause: error,
    });
}
function parseError({ kind, message, next }) {
    const isKnown = typeof kind === 'string' && kind !== 'ok' && Object.hasOwn(exitCodes, kind);
    return new Failure(isKnown ? kind : 'vault', shorten(message), shorten(next));
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
    return new Failure('vault', `protocol incompatibility: the backup server says ${JSON.stringify(shorten(line).slice(0, 80))}`, 'Nothing but the toolkit may write to standard output there: look for a banner, an echo in .bashrc, another version.');
}
function shorten(text) {
    return printable(String(text)).slice(0, 2000);
}


/***/ }),

/***/ 376:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Jg: () => (/* binding */ isWord),
/* harmony export */   Ot: () => (/* binding */ roles),
/* harmony export */   TR: () => (/* binding */ parseRequest)
/* harmony export */ });
/* unused harmony export protocolWords */
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(619);

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
    survey: { roles: ['reader', 'owner'], takes: [NAME] },
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
    return new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('refused', message, 'Use the key of the right role, and the toolkit of the same version on both sides.');
}


/***/ }),

/***/ 666:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  answerCommandLine: () => (/* binding */ answerCommandLine)
});

// UNUSED EXPORTS: parseAnswerArguments

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(24);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
// EXTERNAL MODULE: ./.build/src/logging/failure.js
var failure = __nccwpck_require__(619);
// EXTERNAL MODULE: ./.build/src/vault/protocol/wire.js
var wire = __nccwpck_require__(776);
// EXTERNAL MODULE: ./.build/src/vault/settings/serving.js + 4 modules
var settings_serving = __nccwpck_require__(293);
;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(455);
// EXTERNAL MODULE: ./.build/src/system/run-command.js
var run_command = __nccwpck_require__(940);
;// CONCATENATED MODULE: ./.build/src/system/accounts.js



/**
 * Looks an account up by its name: in /etc/passwd, or wherever else this machine keeps accounts.
 * @throws Failure `config` where there is none of that name.
 */
async function findAccount(name) {
    const local = findLine(await (0,promises_.readFile)('/etc/passwd', 'utf8'), name);
    // A directory service answers through getent only; without that program there is none.
    const found = local ?? findLine((await (0,run_command/* runCommand */.d)('getent', ['passwd', name]).catch(() => ({ stdout: '' }))).stdout, name);
    if (found)
        return found;
    throw new failure/* Failure */.HR('config', `this machine has no account ${name}`, 'Provision the vault (infrastructure/vault/provision.sh), or correct accounts: in its settings.');
}
function findLine(lines, name) {
    const line = lines.split('\n').find((each) => each.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(':') ?? [];
    return uid && gid && /^\d+$/.test(uid) && /^\d+$/.test(gid) ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

// EXTERNAL MODULE: ./.build/src/vault/store/layout.js
var layout = __nccwpck_require__(410);
;// CONCATENATED MODULE: ./.build/src/vault/store/open-provisioned.js




/**
 * What the settings say about a store. Segments must belong to the writer's account; everything else is made by, and
 * belongs to, the keeper's, which must be the one that runs.
 * @throws Failure `config`
 */
async function describeStore(settings) {
    const { directory, accounts, budgets, timezone } = settings;
    const { username } = (0,external_node_os_namespaceObject.userInfo)();
    if (username !== accounts.keeper) {
        throw new failure/* Failure */.HR('config', `the vault ${directory} belongs to the account ${accounts.keeper}, and this is ${username}`, `Run it as that account: sudo -u ${accounts.keeper} …`);
    }
    const writer = await findAccount(accounts.writer);
    if (writer.uid === process.getuid?.()) {
        throw new failure/* Failure */.HR('config', `the accounts ${accounts.writer} and ${accounts.keeper} are one: archives would not be safe from the uploader`, 'Give the vault two accounts (infrastructure/vault/provision.sh).');
    }
    return {
        directory,
        expectedUid: writer.uid,
        uploadGid: writer.gid,
        reserveBytes: budgets.reserveBytes,
        dailyLimits: { seals: budgets.sealsPerDay, newBytes: budgets.newBytesPerDay, timezone },
    };
}
/** Opens the vault of these settings, as its keeper. @throws Failure `config` */
async function openProvisionedStore(settings, now) {
    return await openStore({ ...(await describeStore(settings)), ...(now ? { now } : {}) });
}

// EXTERNAL MODULE: ./.build/src/vault/server/hop.js
var hop = __nccwpck_require__(149);
// EXTERNAL MODULE: ./.build/src/vault/server/log-to.js + 1 modules
var log_to = __nccwpck_require__(799);
// EXTERNAL MODULE: ./.build/src/logging/printable.js
var printable = __nccwpck_require__(730);
;// CONCATENATED MODULE: ./.build/src/vault/server/request-log.js



/** However much a client says, a request is a line, and no line is longer. */
const LONGEST_LINE = 1000;
/**
 * The vault's own log: a line for each request. The file belongs to the keeper, and is opened for each line: whoever
 * rotates it need tell nobody. A log that cannot be written is complained of, and stops no backup.
 */
class RequestLog {
    #path;
    #about;
    #log;
    #startedMs = performance.now();
    constructor(path, about, log) {
        this.#path = path;
        this.#about = about;
        this.#log = log;
    }
    /** What came of a request, and how long it took. */
    writeOutcome(words, outcome) {
        const seconds = ((performance.now() - this.#startedMs) / 1000).toFixed(1);
        this.write(`${words.join(' ').slice(0, 200)}: ${outcome.slice(0, 600)}, ${seconds} s`);
    }
    write(text) {
        const { role, client = '-', now } = this.#about;
        const line = (0,printable/* printable */.g)(`${now().toISOString()} ${role} ${client} ${text}`).slice(0, LONGEST_LINE);
        try {
            const flags = external_node_fs_.constants.O_WRONLY | external_node_fs_.constants.O_APPEND | external_node_fs_.constants.O_CREAT | external_node_fs_.constants.O_NOFOLLOW;
            const descriptor = (0,external_node_fs_.openSync)(this.#path, flags, 0o640);
            try {
                (0,external_node_fs_.writeSync)(descriptor, `${line}\n`);
            }
            finally {
                (0,external_node_fs_.closeSync)(descriptor);
            }
        }
        catch (error) {
            this.#log.warning(`the vault's log cannot be written: ${(0,failure/* messageOf */.bD)(error)}`);
        }
    }
}

// EXTERNAL MODULE: ./.build/src/vault/server/serve.js + 99 modules
var serve = __nccwpck_require__(812);
;// CONCATENATED MODULE: ./.build/src/vault/server/answer-command.js










/** The word by which the account of an SSH client has a line written into the log; no client can say it. */
const NOTE = 'note';
/**
 * Answers a request as the keeper, and writes a line about it into the vault's log. Returns the exit code: 0, or one that
 * says that there was an answer, and that it was an error.
 */
async function answerCommandLine(line) {
    const { program, streams, checkDump, surveyDump, complain } = line;
    const log = (0,log_to/* logTo */.k)(complain);
    let requests;
    try {
        const { role, settings, client, words } = parseAnswerArguments(line.words);
        const serving = await (0,settings_serving/* loadServingSettings */.o)(settings, (0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(program ?? '')));
        const store = await describeStore(serving);
        requests = new RequestLog(serving.log, { role, client, now: () => new Date() }, log);
        if (words[0] === NOTE) {
            requests.write(words.slice(1).join(' '));
            return 0;
        }
        const heard = listen(log);
        const dumps = { checkDump, ...(surveyDump ? { surveyDump } : {}) };
        const code = await (0,serve/* serveRequest */.X)({ ...store, role, words, ...streams(), ...dumps, log: heard.log });
        requests.writeOutcome(words, heard.last() ?? 'answered');
        return code === 0 ? 0 : hop/* ANSWERED_WITH_ERROR */.uV;
    }
    catch (error) {
        log.error((0,failure/* messageOf */.bD)(error));
        requests?.write(`failed: ${(0,failure/* messageOf */.bD)(error)}`);
        streams().output.write((0,wire/* formatError */.Wk)(error));
        return hop/* ANSWERED_WITH_ERROR */.uV;
    }
}
/**
 * Options stand where the wrapper puts them and nowhere else: what comes behind is the account's, who must not become
 * another role by words of its own.
 * @throws Failure `usage`
 */
function parseAnswerArguments(all) {
    const [group, verb, roleOption, role, settingsOption, settings, ...rest] = all;
    const isOurs = group === 'vault' && verb === 'answer' && roleOption === '--role' && settingsOption === '--settings';
    if (!isOurs || (role !== 'writer' && role !== 'reader') || !settings?.startsWith('/')) {
        throw new failure/* Failure */.HR('usage', 'expected: vault answer --role writer|reader --settings FILE WORD…', 'The wrappers of a provisioned vault run it; FILE is absolute.');
    }
    if (rest[0] !== '--client')
        return { role, settings, client: undefined, words: rest };
    return { role, settings, client: rest[1], words: rest.slice(2) };
}
/** Passes on what is said, and remembers the last of it. */
function listen(log) {
    let last;
    return {
        log: {
            ...log,
            info: (message) => void (last = message),
            warning(message) {
                last = `warning: ${message}`;
                log.warning(message);
            },
            error(message) {
                last = `refused or failed: ${message}`;
                log.error(message);
            },
        },
        last: () => last,
    };
}


/***/ }),

/***/ 149:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   IR: () => (/* binding */ tellKeeper),
/* harmony export */   RT: () => (/* binding */ hopToKeeper),
/* harmony export */   uV: () => (/* binding */ ANSWERED_WITH_ERROR)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(421);
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(619);
/* harmony import */ var _logging_printable_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(730);



/** The keeper's exit code where its answer was an error; sudo's own failures give 1. */
const ANSWERED_WITH_ERROR = 3;
/** How much of what is said on standard error is kept for a message. */
const KEPT_CHARACTERS = 1000;
/** Fits into a line of the log. */
const LONGEST_NOTE = 600;
/**
 * Has the keeper answer a request on this process's own standard input and output, which nobody here touches.
 * @returns the exit code for the SSH client: 0, or 1 where the answer was an error, or was cut.
 * @throws Failure `vault` where the keeper did not come to answer: sudo is missing, or was not set up.
 */
async function hopToKeeper(hop, words, complain) {
    const { code, signal, stderr } = await run(hop, words, complain);
    if (code === 0)
        return 0;
    if (code === ANSWERED_WITH_ERROR || signal !== null)
        return 1;
    throw new _logging_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .Failure */ .HR('vault', `the backup server is not set up: sudo does not let this account ask ${hop.keeper} (${(0,_logging_printable_js__WEBPACK_IMPORTED_MODULE_2__/* .printable */ .g)(stderr).slice(-300) || `code ${code}`})`, 'Have its administrator provision it again (infrastructure/vault/provision.sh); nothing was changed.');
}
/** Leaves a line in the keeper's log. Nobody waits for it: the answer to the client does not depend on it. */
function tellKeeper(hop, note) {
    const [program, ...args] = commandOf(hop, ['note', (0,_logging_printable_js__WEBPACK_IMPORTED_MODULE_2__/* .printable */ .g)(note).slice(0, LONGEST_NOTE)]);
    const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, args, { stdio: 'ignore', detached: true, env: environmentOf(hop), cwd: '/' });
    child.on('error', () => undefined);
    child.unref();
}
function run(hop, words, complain) {
    return new Promise((resolve, reject) => {
        const [program, ...args] = commandOf(hop, words);
        const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(program, args, { stdio: ['inherit', 'inherit', 'pipe'], env: environmentOf(hop), cwd: '/' });
        let stderr = '';
        let unsaid = '';
        child.stderr.setEncoding('utf8');
        child.stderr.on('data', (text) => {
            stderr = (stderr + text).slice(-KEPT_CHARACTERS);
            const lines = (unsaid + text).split('\n');
            unsaid = (lines.pop() ?? '').slice(-KEPT_CHARACTERS);
            for (const line of lines)
                complain(line);
        });
        child.on('error', (error) => reject(error.code === 'ENOENT' ? noSudo() : error));
        child.on('close', (code, signal) => {
            if (unsaid !== '')
                complain(unsaid);
            resolve({ code, signal, stderr });
        });
    });
}
function commandOf({ keeper, wrapper, client }, words) {
    const from = client === undefined ? [] : ['--client', client];
    return ['sudo', '-n', '-u', keeper, '--', wrapper, ...from, ...words];
}
function environmentOf({ searchPath }) {
    return { PATH: searchPath, LC_ALL: 'C' };
}
function noSudo() {
    return new _logging_failure_js__WEBPACK_IMPORTED_MODULE_1__/* .Failure */ .HR('vault', 'the program sudo is missing on the backup server (Debian package sudo): nobody can ask the keeper', 'Install it there: apt-get install sudo; then provision the vault again (infrastructure/vault/provision.sh).');
}


/***/ }),

/***/ 799:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  k: () => (/* binding */ logTo)
});

;// CONCATENATED MODULE: ./.build/src/logging/logger.js
/** A logger that says nothing. */
const silent = {
    debug() { },
    info() { },
    warning() { },
    error() { },
    phase() { },
    progress() { },
};

// EXTERNAL MODULE: ./.build/src/logging/printable.js
var printable = __nccwpck_require__(730);
;// CONCATENATED MODULE: ./.build/src/vault/server/log-to.js


/** Says warnings and errors in lines that whoever sits at the other end of an SSH session recognises as the vault's. */
function logTo(complain) {
    // Messages may quote what a client sent: a recipe, a name.
    const line = (level) => (message) => complain(`skills-vault: ${level}: ${(0,printable/* printable */.g)(message)}`);
    return { ...silent, warning: line('warning'), error: line('refused or failed') };
}


/***/ }),

/***/ 946:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  receiveSegments: () => (/* binding */ receiveSegments)
});

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __nccwpck_require__(75);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(421);
// EXTERNAL MODULE: ./.build/src/logging/failure.js
var failure = __nccwpck_require__(619);
// EXTERNAL MODULE: ./.build/src/vault/protocol/limits.js + 3 modules
var protocol_limits = __nccwpck_require__(379);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(24);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
// EXTERNAL MODULE: ./.build/src/logging/quantity-text.js
var quantity_text = __nccwpck_require__(534);
;// CONCATENATED MODULE: ./.build/src/vault/server/incoming-budget.js



const BYTES_PER_BLOCK = 512;
/**
 * Which budget is used up, for people; undefined where none is. All that lies in the incoming area counts, whoever of
 * many clients at once has brought it: a file as large as it claims to be or as what it takes, whichever is more.
 */
function findExcess(incoming, budget) {
    const names = (0,external_node_fs_.readdirSync)(incoming);
    if (names.length > budget.incomingFiles) {
        return `${(0,quantity_text/* countOf */.pq)(names.length, 'file')} lie in the incoming area, and no more than ${(0,quantity_text/* formatCount */.B4)(budget.incomingFiles)} may (budgets.incoming-files)`;
    }
    let bytes = 0;
    for (const name of names) {
        const about = (0,external_node_fs_.lstatSync)((0,external_node_path_.join)(incoming, name), { throwIfNoEntry: false });
        bytes += Math.max(about?.size ?? 0, (about?.blocks ?? 0) * BYTES_PER_BLOCK);
    }
    if (bytes > budget.incomingBytes) {
        return `${(0,quantity_text/* formatBytes */.z3)(bytes)} lie in the incoming area, and no more than ${(0,quantity_text/* formatBytes */.z3)(budget.incomingBytes)} may (budgets.incoming)`;
    }
    const { bavail, bsize } = (0,external_node_fs_.statfsSync)(incoming);
    if (bavail * bsize < budget.reserveBytes) {
        return `${(0,quantity_text/* formatBytes */.z3)(bavail * bsize)} are free on its disk, of which ${(0,quantity_text/* formatBytes */.z3)(budget.reserveBytes)} are kept in reserve (budgets.reserve)`;
    }
    return undefined;
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
        throw new failure/* Failure */.HR('refused', 'this account receives segments with rsync, and nothing else', 'Use the toolkit of the same version on both sides.');
    }
    return ['--server', flags, ...options, '.', target];
}

;// CONCATENATED MODULE: ./.build/src/vault/server/watch-budget.js

const SHORTEST_INTERVAL_MS = 200;
const LONGEST_INTERVAL_MS = 1_000;
/** Looking may take a twentieth of the time. */
const REST_PER_LOOK = 20;
/** rsync puts the file that it is at in its place before it ends. */
const GRACE_MS = 2_000;
/**
 * Looks at the incoming area while rsync runs, and ends rsync's process group when a budget is used up. `stop` looks a last
 * time, and says which budget it was.
 */
function watchBudget(group, incoming, budget) {
    let excess;
    let timer;
    const end = (signal) => {
        try {
            process.kill(-group, signal);
        }
        catch {
            // It has ended by itself.
        }
    };
    const look = () => {
        const startedMs = performance.now();
        excess = findExcess(incoming, budget);
        if (excess === undefined) {
            const restMs = (performance.now() - startedMs) * REST_PER_LOOK;
            timer = setTimeout(look, Math.min(Math.max(restMs, SHORTEST_INTERVAL_MS), LONGEST_INTERVAL_MS));
        }
        else {
            end('SIGTERM');
            timer = setTimeout(() => end('SIGKILL'), GRACE_MS);
        }
    };
    timer = setTimeout(look, SHORTEST_INTERVAL_MS);
    return {
        stop() {
            clearTimeout(timer);
            return (excess ??= findExcess(incoming, budget));
        },
    };
}

;// CONCATENATED MODULE: ./.build/src/vault/server/receive-segments.js







/** Far more than any run of ours takes. */
const CPU_SECONDS = 6 * 3600;
const MEMORY_BYTES = 2 * 1024 ** 3;
/**
 * Receives segments into the incoming area. rsync's protocol goes over the streams, its complaints to standard error, and
 * no file may become larger than a segment. Where prlimit is missing, hello says so.
 * @returns rsync's exit code.
 * @throws Failure `refused` for any other form of rsync; `space` where a budget is used up, and rsync was not started or
 * was ended; `vault` where the program is missing.
 */
async function receiveSegments(reception) {
    const { incoming, words, budget } = reception;
    const options = parseRsyncCommand(words, `${incoming}/`);
    const excess = budget && findExcess(incoming, budget);
    if (excess)
        throw refuseExcess(excess);
    const limits = [`--fsize=${protocol_limits/* MAX_SEGMENT_BYTES */.lN}`, '--core=0', `--cpu=${CPU_SECONDS}`, `--as=${MEMORY_BYTES}`];
    const limited = ['prlimit', ...limits, 'rsync', ...options];
    return (await run(limited, reception)) ?? (await run(['rsync', ...options], reception)) ?? failWithoutRsync();
}
/** The exit code; undefined where the program does not exist, and nothing was read or written. */
function run([program = '', ...args], reception) {
    const { incoming, streams, budget, environment } = reception;
    return new Promise((resolve, reject) => {
        const channel = streams === 'inherit' ? 'inherit' : 'pipe';
        // In a group of its own: rsync is two processes, which end together.
        const child = (0,external_node_child_process_.spawn)(program, args, {
            stdio: [channel, channel, 'inherit'],
            detached: true,
            ...(environment ? { env: environment } : {}),
        });
        const watch = budget && child.pid !== undefined ? watchBudget(child.pid, incoming, budget) : undefined;
        child.on('error', (error) => (error.code === 'ENOENT' ? resolve(undefined) : reject(error)));
        child.on('spawn', () => {
            if (streams === 'inherit' || !child.stdin || !child.stdout)
                return;
            // A connection that breaks ends rsync by the end of its input; how it ended is what counts.
            (0,external_node_stream_.pipeline)(streams.input, child.stdin, () => { });
            (0,external_node_stream_.pipeline)(child.stdout, streams.output, () => { });
        });
        child.on('close', (code, signal) => {
            const excess = watch?.stop();
            if (excess)
                reject(refuseExcess(excess));
            else
                resolve(code ?? (signal === 'SIGXFSZ' ? 11 : 20));
        });
    });
}
function refuseExcess(excess) {
    return new failure/* Failure */.HR('space', `not enough space for what is sent: ${excess}`, 'Have the administrator of the backup server look at its incoming area, and clear it: sudo skills-vault vault sweep --after 1h');
}
function failWithoutRsync() {
    throw new failure/* Failure */.HR('vault', 'the program rsync is missing on the backup server (Debian package rsync)', 'Install it there: sudo apt-get install rsync');
}


/***/ }),

/***/ 993:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   H: () => (/* binding */ serveCommandLine)
/* harmony export */ });
/* unused harmony export parseServeArguments */
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(619);
/* harmony import */ var _log_to_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(799);
/* harmony import */ var _protocol_wire_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(776);
/* harmony import */ var _protocol_words_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(376);
/* harmony import */ var _split_command_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(474);





/** Answers the one request that a process of `vault serve` or `vault answer` was started for; returns its exit code. */
async function serveCommandLine(line) {
    const { words, command, streams, checkDump, surveyDump, complain } = line;
    const log = (0,_log_to_js__WEBPACK_IMPORTED_MODULE_1__/* .logTo */ .k)(complain);
    try {
        if (words[0] === 'vault' && words[1] === 'answer') {
            const { answerCommandLine } = await Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 666));
            return await answerCommandLine(line);
        }
        const parsed = parseServeArguments(words, command);
        // Each way of answering is loaded when it is known: most requests load next to nothing here.
        if ('settings' in parsed) {
            const { serveForKeeper } = await Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 677));
            return await serveForKeeper({ ...line, ...parsed, log });
        }
        const { serve, serveRsync } = await Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 812));
        // rsync reads and writes the descriptors themselves, which must not be touched before.
        if (parsed.words[0] === 'rsync')
            return await serveRsync({ ...parsed, streams: 'inherit', log });
        return await serve({ ...parsed, ...streams(), checkDump, ...(surveyDump ? { surveyDump } : {}), log });
    }
    catch (error) {
        log.error(error instanceof Error ? error.message : String(error));
        streams().output.write((0,_protocol_wire_js__WEBPACK_IMPORTED_MODULE_2__/* .formatError */ .Wk)(error));
        return 1;
    }
}
/**
 * Takes the command line apart. Words after the options are the request, as a plain account is asked; without any it is
 * what the SSH client wanted to run. With settings the client's command is left to whoever splits it.
 * @throws Failure `usage` for the options, `refused` for the client's command.
 */
function parseServeArguments(words, command) {
    const [group, verb, ...rest] = words;
    const options = new Map();
    while (rest[0] === '--role' || rest[0] === '--path' || rest[0] === '--settings') {
        const [name = '', value] = rest.splice(0, 2);
        if (value !== undefined)
            options.set(name, value);
    }
    const role = _protocol_words_js__WEBPACK_IMPORTED_MODULE_3__/* .roles */ .Ot.find((known) => known === options.get('--role'));
    const [directory, settings] = [options.get('--path'), options.get('--settings')];
    if (group === 'vault' && verb === 'serve' && role) {
        if (settings?.startsWith('/') && role !== 'owner' && directory === undefined && rest.length === 0) {
            return { role, settings };
        }
        if (directory?.startsWith('/') && settings === undefined) {
            return { role, directory, words: rest.length > 0 ? rest : (0,_split_command_js__WEBPACK_IMPORTED_MODULE_4__/* .splitCommand */ .G)(command ?? '') };
        }
    }
    throw new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('usage', 'expected: vault serve --role writer|reader|owner --path DIRECTORY [WORD…], or --role writer|reader --settings FILE', 'DIRECTORY and FILE are absolute; without words the request is taken from SSH_ORIGINAL_COMMAND.');
}


/***/ }),

/***/ 677:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  serveForKeeper: () => (/* binding */ serveForKeeper)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(24);
// EXTERNAL MODULE: ./.build/src/logging/failure.js
var failure = __nccwpck_require__(619);
// EXTERNAL MODULE: ./.build/src/vault/protocol/words.js
var protocol_words = __nccwpck_require__(376);
// EXTERNAL MODULE: ./.build/src/vault/settings/serving.js + 4 modules
var serving = __nccwpck_require__(293);
// EXTERNAL MODULE: ./.build/src/vault/server/hop.js
var server_hop = __nccwpck_require__(149);
// EXTERNAL MODULE: ./.build/src/vault/protocol/limits.js + 3 modules
var limits = __nccwpck_require__(379);
;// CONCATENATED MODULE: ./.build/src/vault/server/open-to-keeper.js



const READABLE_BY_GROUP = 0o040;
/**
 * Lets the keeper, who is in our group, read the segments that we have received: rsync gives each file the mode that it
 * had on production. Nothing is followed, and nothing that is not ours is touched; what cannot be opened is left for the
 * seal to refuse.
 */
function openToKeeper(incoming) {
    const ownUid = process.getuid?.();
    for (const name of (0,external_node_fs_.readdirSync)(incoming)) {
        if (!limits/* SEGMENT_NAME */.wN.test(name))
            continue;
        let descriptor;
        try {
            // Without waiting: a FIFO would block until somebody writes into it.
            descriptor = (0,external_node_fs_.openSync)((0,external_node_path_.join)(incoming, name), external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
        }
        catch {
            continue;
        }
        try {
            const about = (0,external_node_fs_.fstatSync)(descriptor);
            const isOurs = about.isFile() && about.uid === ownUid;
            if (isOurs && (about.mode & READABLE_BY_GROUP) === 0)
                (0,external_node_fs_.fchmodSync)(descriptor, 0o640);
        }
        finally {
            (0,external_node_fs_.closeSync)(descriptor);
        }
    }
}

// EXTERNAL MODULE: ./.build/src/vault/server/split-command.js
var split_command = __nccwpck_require__(474);
;// CONCATENATED MODULE: ./.build/src/vault/server/serve-for-keeper.js








const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/**
 * What the writer's or the reader's account does by itself: it checks the words, receives segments, and hands everything
 * else on to the keeper, whom it may ask for nothing but that. Returns the exit code.
 * @throws Failure where there is no keeper to ask, or `refused`, which the keeper has been told.
 */
async function serveForKeeper(request) {
    const { role, command = '', log } = request;
    const library = (0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(request.program ?? ''));
    const settings = await (0,serving/* loadServingSettings */.o)(request.settings, library);
    const hop = {
        keeper: settings.accounts.keeper,
        wrapper: (0,external_node_path_.join)(library, `answer-${role}`),
        client: findClient(request.connection),
        searchPath: request.searchPath ?? SYSTEM_PATH,
    };
    let words;
    try {
        words = (0,split_command/* splitCommand */.G)(command);
        if (words[0] !== 'rsync' || role === 'reader')
            (0,protocol_words/* parseRequest */.TR)(words, role);
    }
    catch (error) {
        (0,server_hop/* tellKeeper */.IR)(hop, `${JSON.stringify(command.slice(0, 200))}: refused: ${(0,failure/* messageOf */.bD)(error)}`);
        throw error;
    }
    if (words[0] === 'rsync')
        return await receive(settings, words, hop, log);
    if (words[0] === 'seal')
        openToKeeper((0,external_node_path_.join)(settings.directory, '.incoming'));
    return await (0,server_hop/* hopToKeeper */.RT)(hop, words, request.complain);
}
async function receive(settings, words, hop, log) {
    const { receiveSegments } = await Promise.resolve(/* import() eager */).then(__nccwpck_require__.bind(__nccwpck_require__, 946));
    const startedMs = performance.now();
    const tell = (outcome) => (0,server_hop/* tellKeeper */.IR)(hop, `rsync: ${outcome}, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
    // Nobody but the account and its group reads what it receives.
    process.umask(0o027);
    try {
        const code = await receiveSegments({
            incoming: (0,external_node_path_.join)(settings.directory, '.incoming'),
            words,
            streams: 'inherit',
            budget: settings.budgets,
            environment: { PATH: hop.searchPath, LC_ALL: 'C' },
        });
        tell(code === 0 ? 'received' : `ended with code ${code}`);
        return code;
    }
    catch (error) {
        tell(`refused: ${(0,failure/* messageOf */.bD)(error)}`);
        // rsync's client shows what it reads on standard error; a refusal on standard output would only confuse it.
        log.error(`writer: rsync: ${(0,failure/* messageOf */.bD)(error)}`);
        return 1;
    }
}
/** The address out of SSH_CONNECTION. */
function findClient(connection) {
    const [address = ''] = (connection ?? '').split(' ');
    return /^[0-9A-Fa-f.:%a-z]{2,60}$/.test(address) ? address : undefined;
}


/***/ }),

/***/ 812:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  serve: () => (/* binding */ serve),
  X: () => (/* binding */ serveRequest),
  serveRsync: () => (/* binding */ serveRsync)
});

// EXTERNAL MODULE: ./.build/src/logging/failure.js
var failure = __nccwpck_require__(619);
;// CONCATENATED MODULE: external "node:events"
const external_node_events_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:events");
// EXTERNAL MODULE: ./.build/src/vault/protocol/wire.js
var wire = __nccwpck_require__(776);
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
        this.#output.write((0,wire/* formatProgress */.Vu)(done, total));
    };
    /** For work that nobody else waits for. @throws Error where the client has gone. */
    requireClient() {
        if (this.#failure)
            throw this.#failure;
        if (this.#output.destroyed)
            throw new Error('the client has gone');
    }
    /** `body` must give exactly `bodyBytes`; where it fails, the answer ends short, which the other side notices. */
    async result(result, bodyBytes = 0, body) {
        this.#hasResult = true;
        await this.#write((0,wire/* formatResult */.J9)(result, bodyBytes));
        if (body)
            for await (const chunk of body)
                await this.#write(chunk);
        await this.#end();
    }
    /** Says what went wrong; after a result it only ends the answer, whose body is then too short. */
    async error(error) {
        if (!this.#hasResult)
            await this.#write((0,wire/* formatError */.Wk)(error));
        await this.#end();
    }
    async #write(bytes) {
        this.requireClient();
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

// EXTERNAL MODULE: ./.build/src/vault/protocol/words.js
var protocol_words = __nccwpck_require__(376);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(455);
;// CONCATENATED MODULE: ./.build/src/archive/archive-damage.js

/** Thrown by every check of the reading side: the archive is damaged, or was made to do harm. */
class ArchiveDamage extends failure/* Failure */.HR {
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

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(24);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __nccwpck_require__(75);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __nccwpck_require__(522);
// EXTERNAL MODULE: ./.build/src/archive/layout.js
var layout = __nccwpck_require__(574);
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
        records.push(paxRecord('mtime', formatSeconds(header.mtimeNs)));
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
/** Decimal seconds, as pax and touch have them: `1700000000.123456789`, `-0.5`. */
function formatSeconds(ns) {
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
    return Buffer.concat([content], length + (0,layout/* gapTo */.Is)(layout/* TAR_BLOCK */.mv, length));
}
const pseudoEntry = { type: 'reg', mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n };
const paxName = { ...pseudoEntry, name: Buffer.from('././@PaxHeader') };
const longName = { ...pseudoEntry, name: Buffer.from('././@LongLink') };
function ustarBlock(header, typeFlag) {
    const block = Buffer.alloc(layout/* TAR_BLOCK */.mv);
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
            const result = await this.#chunks.next();
            if (result.done)
                return undefined;
            const { value } = result;
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
/** Reads to the end for what reading checks; the content is not wanted. */
async function drain(source) {
    const chunks = source[Symbol.asyncIterator]();
    let result;
    do
        result = await chunks.next();
    while (!result.done);
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
/** Whether a name is a path, without a slash at its end, or lies below it. */
function isAtOrBelow(name, path) {
    return name.subarray(0, path.length).equals(path) && (name.length === path.length || name[path.length] === SLASH);
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
    if (!isPosix && magic !== 'ustar  \0' && !isZeroBlock(block.subarray(257, layout/* TAR_BLOCK */.mv))) {
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
    for (let place = 0; place < layout/* TAR_BLOCK */.mv; place++) {
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
/** Ours end with two blocks; others fill up to whole records, of any size. */
const MAX_ZEROS_BEHIND = 10_240;
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
            const block = await reader.take(layout/* TAR_BLOCK */.mv);
            if (isZeroBlock(block) && block.length === layout/* TAR_BLOCK */.mv)
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
            await drain(readBody(reader, end, where));
            const padding = await reader.take((0,layout/* gapTo */.Is)(layout/* TAR_BLOCK */.mv, header.size));
            if (padding.length !== (0,layout/* gapTo */.Is)(layout/* TAR_BLOCK */.mv, header.size))
                throw new ArchiveDamage(where, 'its content is cut off');
        }
        if (announced.hasRecords || announced.longName || announced.longLink) {
            throw new ArchiveDamage(`after ${last}`, 'extended records announce an entry that is not there');
        }
        await checkEnd(reader, last, isForeign ? Infinity : MAX_ZEROS_BEHIND);
    }
    finally {
        await reader.close();
    }
}
function parseWholeBlock(block) {
    if (block.length === 0)
        throw new TypeError('the two blocks that end a tar are missing');
    if (block.length < layout/* TAR_BLOCK */.mv)
        throw new TypeError('a header is cut off');
    return parseTarBlock(block);
}
/** The pseudo entry's own size counts: an extended record speaks of the real header only. */
async function takePseudoBody(reader, size, where) {
    if (size > MAX_PSEUDO_BYTES)
        throw new ArchiveDamage(where, `its extended header has ${size} bytes`);
    const length = size + (0,layout/* gapTo */.Is)(layout/* TAR_BLOCK */.mv, size);
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
async function checkEnd(reader, last, maxZeros) {
    const second = await reader.take(layout/* TAR_BLOCK */.mv);
    if (second.length < layout/* TAR_BLOCK */.mv || !isZeroBlock(second)) {
        throw new ArchiveDamage(`after ${last}`, 'a single block of zeros where two end a tar');
    }
    const limit = reader.position + maxZeros;
    for (let rest = await reader.takeSome(layout/* TAR_BLOCK */.mv); rest; rest = await reader.takeSome(layout/* TAR_BLOCK */.mv)) {
        if (!isZeroBlock(rest) || reader.position > limit)
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
        const name = Buffer.from(layout/* INDEX_NAME */.VX);
        yield encodeTarHeader({ name, type: 'reg', mode: 0o444, uid: 0, gid: 0, mtimeNs: 0n, size: sizeBytes });
        yield* (0,external_node_fs_.createReadStream)(indexPath, { highWaterMark: 1024 * 1024 });
        yield Buffer.alloc((0,layout/* gapTo */.Is)(layout/* TAR_BLOCK */.mv, sizeBytes) + 2 * layout/* TAR_BLOCK */.mv);
    };
    const gzip = (0,external_node_zlib_.createGzip)({ level: 6, chunkSize: 256 * 1024 });
    // A failure reaches the reader of `gzip`, which it destroys.
    (0,external_node_stream_.pipeline)(tar(), gzip, () => { });
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
    const gunzip = (0,external_node_zlib_.createGunzip)({ chunkSize: 256 * 1024 });
    (0,external_node_stream_.pipeline)(member, gunzip, () => { });
    let isFound = false;
    try {
        for await (const entry of parseTar(gunzip, { isForeign: false })) {
            if (isFound || entry.header.name.toString('latin1') !== layout/* INDEX_NAME */.VX) {
                throw new ArchiveDamage(layout/* INDEX_NAME */.VX, 'the archive does not end with its index');
            }
            isFound = true;
            yield* entry.body;
        }
    }
    catch (error) {
        if (String(error.code).startsWith('Z_')) {
            throw new ArchiveDamage(layout/* INDEX_NAME */.VX, `it cannot be decompressed (${(0,failure/* messageOf */.bD)(error)})`, { cause: error });
        }
        throw error;
    }
    finally {
        gunzip.destroy();
    }
    if (!isFound)
        throw new ArchiveDamage(layout/* INDEX_NAME */.VX, 'the archive has no index');
}

;// CONCATENATED MODULE: ./.build/src/archive/archive-tail.js




/** A gzip member of ours begins so: no flags, no time, operating system unknown. */
const MEMBER_START = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** Finds where the index begins, by the footer; throws an ArchiveDamage where the archive does not end in one. */
async function locateIndex(archive) {
    const footer = await readWhole(archive, archive.sizeBytes - FOOTER_BYTES, FOOTER_BYTES);
    const offset = decodeFooter(footer);
    if (offset === undefined || offset + FOOTER_BYTES >= archive.sizeBytes) {
        throw new ArchiveDamage('the footer', 'the archive is cut off, or something was appended to it');
    }
    return offset;
}
/**
 * Streams the index out of the archive, as any reader of tar sees it: the last entry, then the end. Throws an
 * ArchiveDamage, at the end too; only what was read to its end is sound.
 */
async function* readIndexEntry(archive, indexOffset) {
    // gzip does not check its own header.
    const start = await readWhole(archive, indexOffset, MEMBER_START.length);
    if (!start.equals(MEMBER_START))
        throw new ArchiveDamage('the index', 'its gzip member begins as none of ours');
    try {
        yield* decodeIndexMember(archive.read(indexOffset, archive.sizeBytes - FOOTER_BYTES - indexOffset));
    }
    catch (error) {
        if (!String(error?.code).startsWith('Z_'))
            throw error;
        throw new ArchiveDamage('the index', `no sound gzip (${(0,failure/* messageOf */.bD)(error)})`, { cause: error });
    }
}
async function readWhole(archive, offset, length) {
    if (offset < 0)
        return Buffer.alloc(0);
    const pieces = [];
    for await (const piece of archive.read(offset, length))
        pieces.push(piece);
    return Buffer.concat(pieces);
}

// EXTERNAL MODULE: ./.build/src/vault/store/layout.js
var store_layout = __nccwpck_require__(410);
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
        return await locateIndex(this);
    }
    /** The place of the index's compressed bytes. */
    async locateIndex() {
        const offset = await this.readIndexOffset();
        return { offset, length: this.sizeBytes - FOOTER_BYTES - offset };
    }
    /** The index, decompressed. */
    async *readIndex() {
        yield* readIndexEntry(this, await this.readIndexOffset());
    }
    /** The bytes of a range, fewer only at the end of the file. */
    read(offset, length) {
        const isWithin = offset + length <= this.sizeBytes;
        return readRange(this.handle, { offset, length: isWithin ? length : Math.max(0, this.sizeBytes - offset) });
    }
    async close() {
        await this.handle.close();
    }
}
/** @throws Failure `vault` where no archive of that name is there. */
async function openArchive(store, name) {
    return await openArchiveAt((0,store_layout/* archivePath */.oM)(store, name), name);
}
/** The same for a file elsewhere, which messages call `name`. */
async function openArchiveAt(path, name) {
    let handle;
    try {
        handle = await (0,promises_.open)(path, promises_.constants.O_RDONLY | promises_.constants.O_NOFOLLOW | promises_.constants.O_NONBLOCK);
    }
    catch (error) {
        throw new failure/* Failure */.HR('vault', `the vault holds no archive ${name}`, 'list shows those that are there.', {
            cause: error,
        });
    }
    const about = await handle.stat();
    if (about.isFile())
        return new ArchiveFile(handle, about.size);
    await handle.close();
    throw new failure/* Failure */.HR('damaged', `${name} is not a file`, 'Look at the directory on the backup server.');
}

// EXTERNAL MODULE: ./.build/src/system/disk-room.js
var disk_room = __nccwpck_require__(98);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: ./.build/src/system/durable-file.js



/**
 * Puts `content` at `path` so that, whatever happens and whenever, either the former file is there or the new one,
 * whole. `mode` holds whatever the umask says. Rejects with the system's error and leaves nothing behind.
 */
async function durable_file_writeDurably(path, content, mode) {
    const folder = (0,external_node_path_.dirname)(path);
    const temporary = (0,external_node_path_.join)(folder, `.${(0,external_node_path_.basename)(path)}.${(0,external_node_crypto_.randomBytes)(6).toString('hex')}.tmp`);
    try {
        const file = await (0,promises_.open)(temporary, 'wx', 0o600);
        try {
            await (0,promises_.writeFile)(file, content);
            await file.chmod(mode);
            await file.sync();
        }
        finally {
            await file.close();
        }
        await (0,promises_.rename)(temporary, path);
    }
    catch (error) {
        await (0,promises_.rm)(temporary, { force: true });
        throw error;
    }
    await syncDirectory(folder);
}
/**
 * Removes from a folder what a killed `writeDurably` has left of those files whose names are ours. For whoever knows that
 * nobody is writing one.
 */
async function removeUnfinished(folder, isOurs) {
    for (const name of await (0,promises_.readdir)(folder).catch(() => [])) {
        const [, file] = /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name) ?? [];
        if (file !== undefined && isOurs(file))
            await (0,promises_.rm)((0,external_node_path_.join)(folder, name), { force: true });
    }
}
/**
 * Appends `content` to `path`, which is made with `mode` where it does not exist, and returns when it is on disk.
 * A crash in between can leave a part of it: the reader is to recognise a cut last line.
 */
async function appendDurably(path, content, mode) {
    const file = await (0,promises_.open)(path, 'a', mode);
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
        await syncDirectory((0,external_node_path_.dirname)(path));
}
/** Returns when the names in the directory `path` are on disk: a rename lasts only from then on. */
async function syncDirectory(path) {
    const directory = await (0,promises_.open)(path, 'r');
    try {
        await directory.sync();
    }
    finally {
        await directory.close();
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/damage.js



/** So many extents of one archive are told apart; one with more is built upon no longer. */
const MAX_BARRED_EXTENTS = 1000;
/** Reads the record; a line that a crash cut is passed over, for whoever found it finds it again. */
async function readDamage(store) {
    const text = await (0,promises_.readFile)((0,store_layout/* damagePath */.rM)(store), 'utf8').catch((error) => {
        if (error.code === 'ENOENT')
            return '';
        throw error;
    });
    const known = new Map();
    const unsearched = new Set();
    for (const line of text.split('\n').map(parseLine)) {
        if (!line)
            continue;
        if ('searched' in line)
            unsearched.delete(line.searched);
        else if ('cleared' in line) {
            for (const [key, { archive, index }] of known) {
                if (archive === line.cleared && index === line.index)
                    known.delete(key);
            }
        }
        else {
            const key = `${line.archive} ${line.index} ${line.offset}`;
            if (line.by !== 'search' && !known.has(key))
                unsearched.add(line.sha256);
            known.set(key, known.get(key) ?? line);
        }
    }
    return { extents: [...known.values()], unsearched };
}
/**
 * Adds lines and makes them last. Each line begins by ending the one before: what a crash cut there spoils no other.
 * Several processes may add at the same time.
 */
async function appendDamage(store, lines) {
    if (lines.length === 0)
        return;
    const text = lines.map((line) => `\n${JSON.stringify(line)}`).join('');
    await appendDurably((0,store_layout/* damagePath */.rM)(store), `${text}\n`, 0o600);
}
/** The extents of one archive that are known as damaged. */
function damageOf({ extents }, name, index) {
    return extents.filter((extent) => extent.archive === name && extent.index === index);
}
/** Forgets what is known of an archive, where anything is. */
async function clearDamage(store, name, index) {
    if (damageOf(await readDamage(store), name, index).length > 0)
        await appendDamage(store, [{ cleared: name, index }]);
}
function parseLine(text) {
    if (text === '')
        return undefined;
    try {
        const line = JSON.parse(text);
        const isNote = typeof line['searched'] === 'string' || typeof line['cleared'] === 'string';
        const isExtent = typeof line['archive'] === 'string' && Number.isSafeInteger(line['offset']);
        return isNote || isExtent ? line : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/barred.js


/**
 * Digests that a client must not take over from this archive, because their bytes are damaged there; undefined where
 * they are so many that nothing should be built upon it.
 */
function listBarred(record, name, index) {
    const damaged = damageOf(record, name, index);
    if (damaged.length > MAX_BARRED_EXTENTS)
        return undefined;
    return [...new Set(damaged.map(({ sha256 }) => sha256))];
}
/**
 * Sees to it that no damaged extent is taken over from the base. The vault's lock must be held.
 * @throws Failure `refused`: damage that was found since the client was greeted, or a client that does not know of bars.
 */
async function refuseBarred(store, { head: { base }, extents, originOf }) {
    if (!base)
        return;
    const damaged = new Set(damageOf(await readDamage(store), base.name, base.index).map(({ offset }) => offset));
    if (damaged.size === 0)
        return;
    for (let ordinal = 0; ordinal < extents.count; ordinal++) {
        const from = originOf(ordinal);
        if (!('base' in from) || !damaged.has(from.base))
            continue;
        throw new failure/* Failure */.HR('refused', `the recipe takes over the extent at byte ${from.base} of ${base.name}, which is damaged on the backup server's disk`, 'Run the backup again, with the toolkit of the same version as the backup server: it brings the extent anew.');
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/ledger.js




const GENESIS = '0'.repeat(64);
/** Reads the ledger and follows its chain. Lines behind a broken one are still read: they say what should be there. */
async function readLedger(store) {
    return parseLedger(await readBytes((0,store_layout/* ledgerPath */.tf)(store)));
}
/** Nothing where there is no ledger yet; one that cannot be read must never be taken for that. */
async function readBytes(path) {
    return await (0,promises_.readFile)(path).catch((error) => {
        if (error.code === 'ENOENT')
            return Buffer.alloc(0);
        throw error;
    });
}
/** What these bytes say as a ledger. A last line that a crash cut is counted in bytes, and is no fault. */
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
        ledger.tip = (0,external_node_crypto_.createHash)('sha256').update(line).digest('hex');
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
    const path = (0,store_layout/* ledgerPath */.tf)(store);
    const bytes = await readBytes(path);
    const { tip, tornBytes } = parseLedger(bytes);
    if (tornBytes > 0) {
        const torn = Buffer.concat([bytes.subarray(-tornBytes), Buffer.from('\n')]);
        await appendDurably(path.replace(/jsonl$/, 'torn'), torn, 0o600);
        await (0,promises_.truncate)(path, bytes.length - tornBytes);
    }
    const wholeBytes = bytes.length - tornBytes;
    const text = JSON.stringify({ ...entry, previous: tip });
    const lead = wholeBytes > 0 && bytes[wholeBytes - 1] !== 0x0a ? '\n' : '';
    await appendDurably(path, `${lead}${text}\n`, 0o600);
    return { ...entry, previous: tip, digest: (0,external_node_crypto_.createHash)('sha256').update(text).digest('hex') };
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

// EXTERNAL MODULE: ./.build/src/system/run-command.js
var run_command = __nccwpck_require__(940);
;// CONCATENATED MODULE: ./.build/src/vault/store/missing-programs.js

/** What this vault does without because a program is missing: for its administrator, the same every night. */
async function listMissingPrograms() {
    // Only whether it starts at all is asked.
    const hasLimits = await (0,run_command/* runCommand */.d)('prlimit', ['--version']).then(() => true, () => false);
    return hasLimits
        ? []
        : ['uploads are not held to the size of a segment: the program prlimit is missing (Debian package util-linux)'];
}

;// CONCATENATED MODULE: ./.build/src/system/is-alive.js
/** Whether a program of this number runs on this host, whoever owns it. */
function is_alive_isAlive(pid) {
    try {
        process.kill(pid, 0);
        return true;
    }
    catch (error) {
        return error.code === 'EPERM';
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/check-extents.js



/** Extents that stand one behind the other are read together, up to so many bytes. */
const BLOCK_BYTES = 4 * 1024 * 1024;
/**
 * Reads extents of a file, in the order given, and compares their digests. A disk that refuses to read one is damage of
 * that one; nothing is called wrong before a second look past the cache. Memory: one block.
 */
async function* checkExtents({ path, handle }, places) {
    const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    for (const block of joinBlocks(places)) {
        const suspect = await findSuspects(handle, block, buffer);
        const wrong = [];
        if (suspect.length > 0)
            await dropFromCache(path);
        for (const place of suspect) {
            const what = await examine(handle, place, buffer);
            if (what !== undefined)
                wrong.push({ ...place, what });
        }
        yield { places: block, wrong };
    }
}
/**
 * Has the kernel forget a file's cached pages, so that what is read next comes from the disk. Node has no
 * posix_fadvise(2), but the dd of GNU coreutils has; without it the cache may hide damage until it forgets by itself.
 */
async function dropFromCache(path) {
    const drop = ['iflag=nocache', 'count=0', 'status=none'];
    const { code } = await (0,run_command/* runCommand */.d)('dd', [`if=${path}`, ...drop]).catch(() => ({ code: null }));
    return code === 0;
}
function* joinBlocks(places) {
    let block = [];
    let [end, length] = [0, 0];
    for (const place of places) {
        if (block.length > 0 && (place.offset !== end || length + place.length > BLOCK_BYTES)) {
            yield block;
            [block, length] = [[], 0];
        }
        block.push(place);
        length += place.length;
        end = place.offset + place.length;
    }
    if (block.length > 0)
        yield block;
}
/** Extents of a block that are not as they should be at first sight; one read for all of them. */
async function findSuspects(handle, block, buffer) {
    const [first] = block;
    const length = block.reduce((sum, place) => sum + place.length, 0);
    // A large one stands alone and is read piece by piece.
    if (length > buffer.length)
        return (await examine(handle, first, buffer)) === undefined ? [] : [first];
    try {
        const got = await readInto(handle, buffer.subarray(0, length), first.offset);
        return block.filter((place) => {
            const at = place.offset - first.offset;
            const bytes = buffer.subarray(at, Math.min(got, at + place.length));
            return (0,external_node_crypto_.createHash)('sha256').update(bytes).digest('hex') !== place.sha256;
        });
    }
    catch (error) {
        if (!isReadError(error))
            throw error;
        return [...block];
    }
}
/** What is wrong with an extent; undefined where nothing is. */
async function examine(handle, { offset, length, sha256 }, buffer) {
    try {
        const got = await digestBytes(handle, { offset, length }, buffer);
        if (got.length < length)
            return 'the file ends before it';
        return got.sha256 === sha256 ? undefined : 'its bytes do not have their digest';
    }
    catch (error) {
        if (isReadError(error))
            return `the disk cannot read it (${error.code})`;
        throw error;
    }
}
/** SHA-256 of a range, and how many bytes of it there are. */
async function digestBytes(handle, { offset, length }, buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES)) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    let done = 0;
    while (done < length) {
        const piece = buffer.subarray(0, Math.min(buffer.length, length - done));
        const got = await readInto(handle, piece, offset + done);
        hash.update(piece.subarray(0, got));
        done += got;
        if (got < piece.length)
            break;
    }
    return { sha256: hash.digest('hex'), length: done };
}
/** The disk's own word that bytes cannot be read: EIO, and what checksums of file systems turn it into. */
function isReadError(error) {
    const { code, syscall } = (error ?? {});
    return syscall === 'read' && (code === 'EIO' || code === 'EBADMSG' || code === 'EUCLEAN' || code === 'EILSEQ');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/own-extents.js

const NUMBER_BYTES = 6;
const TIME_BYTES = 4;
const DIGEST_BYTES = 32;
const ENTRY_BYTES = 2 * NUMBER_BYTES + TIME_BYTES + DIGEST_BYTES;
/** No head is longer. */
const own_extents_HEAD_BYTES = 1024;
/**
 * The extents that an archive holds by itself, in the order of their places, 48 bytes for each: what no other archive
 * had when it was sealed. Whoever reads the own extents of all archives has read every byte of the vault once.
 */
class own_extents_OwnExtents {
    about;
    #entries;
    #count = 0;
    constructor(about, entries) {
        this.about = about;
        this.#entries = entries ?? Buffer.alloc(64 * ENTRY_BYTES);
        if (entries)
            this.#count = entries.length / ENTRY_BYTES;
    }
    get count() {
        return this.#count;
    }
    append({ offset, length, sha256, read }) {
        const place = this.#count++ * ENTRY_BYTES;
        if (place === this.#entries.length)
            this.#entries = Buffer.concat([this.#entries], place * 2 + ENTRY_BYTES);
        this.#entries.writeUIntBE(offset, place, NUMBER_BYTES);
        this.#entries.writeUIntBE(length, place + NUMBER_BYTES, NUMBER_BYTES);
        this.#entries.writeUInt32BE(read, place + 2 * NUMBER_BYTES);
        this.#entries.write(sha256, place + ENTRY_BYTES - DIGEST_BYTES, 'hex');
    }
    at(ordinal) {
        if (ordinal < 0 || ordinal >= this.#count)
            throw new RangeError(`there is no own extent ${ordinal}`);
        const place = ordinal * ENTRY_BYTES;
        return {
            offset: this.#entries.readUIntBE(place, NUMBER_BYTES),
            length: this.#entries.readUIntBE(place + NUMBER_BYTES, NUMBER_BYTES),
            sha256: this.#entries.toString('hex', place + ENTRY_BYTES - DIGEST_BYTES, place + ENTRY_BYTES),
            read: this.readAt(ordinal),
        };
    }
    readAt(ordinal) {
        return this.#entries.readUInt32BE(ordinal * ENTRY_BYTES + 2 * NUMBER_BYTES);
    }
    /** Notes down that an extent was read. */
    touch(ordinal, read) {
        this.#entries.writeUInt32BE(read, ordinal * ENTRY_BYTES + 2 * NUMBER_BYTES);
    }
    *[Symbol.iterator]() {
        for (let ordinal = 0; ordinal < this.#count; ordinal++)
            yield this.at(ordinal);
    }
    head() {
        let bytes = 0;
        let oldest = 0xffffffff;
        for (let ordinal = 0; ordinal < this.#count; ordinal++) {
            bytes += this.#entries.readUIntBE(ordinal * ENTRY_BYTES + NUMBER_BYTES, NUMBER_BYTES);
            oldest = Math.min(oldest, this.readAt(ordinal));
        }
        return { extents: 1, ...this.about, count: this.#count, bytes, oldest };
    }
    /** A line of JSON, the extents, and the SHA-256 of both: a record that rots must not accuse an archive. */
    encode() {
        const line = Buffer.from(`${JSON.stringify(this.head())}\n`);
        const content = Buffer.concat([line, this.#entries.subarray(0, this.#count * ENTRY_BYTES)]);
        return Buffer.concat([content, (0,external_node_crypto_.createHash)('sha256').update(content).digest()]);
    }
    /** Undefined where it is no record, or not as it was written. */
    static decode(bytes) {
        const head = own_extents_parseOwnHead(bytes);
        const start = bytes.indexOf(0x0a) + 1;
        const end = bytes.length - DIGEST_BYTES;
        if (!head || end - start !== head.count * ENTRY_BYTES)
            return undefined;
        if (!(0,external_node_crypto_.createHash)('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end)))
            return undefined;
        const { archive, index, base, tail } = head;
        const about = { archive, index, tail, ...(base === undefined ? {} : { base }) };
        return new own_extents_OwnExtents(about, Buffer.from(bytes.subarray(start, end)));
    }
}
/** The first line of a record, out of its beginning; undefined where it is none. */
function own_extents_parseOwnHead(beginning) {
    try {
        const head = JSON.parse(beginning.toString('utf8', 0, beginning.indexOf(0x0a)));
        const counts = [head.tail, head.count, head.bytes, head.oldest];
        const isWhole = typeof head.archive === 'string' && typeof head.index === 'string' && head.extents === 1;
        return isWhole && counts.every((count) => Number.isSafeInteger(count) && count >= 0) ? head : undefined;
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/own-records.js






/** What a seal's record is called while its archive is being assembled. */
function assembledRecordPath(assembledPath) {
    return `${assembledPath}.extents`;
}
/**
 * Notes down beside an assembled archive which extents it holds by itself: all of them, or those that it does not
 * share with its base. `sealed` is the time at which their bytes were hashed on their way.
 */
async function noteOwnExtents(assembledPath, { name, plan, base, sealed }) {
    const { extents, index, originOf } = plan;
    const read = secondsOf(sealed);
    const tail = extents.endOffset;
    const own = new own_extents_OwnExtents({ archive: name, index, tail, ...(base === undefined ? {} : { base }) });
    for (let ordinal = 0; ordinal < extents.count; ordinal++) {
        if (base === undefined || 'segment' in originOf(ordinal))
            own.append({ ...extents.at(ordinal), read });
    }
    const file = await (0,promises_.open)(assembledPath, 'r');
    try {
        const { size } = await file.stat();
        const { sha256, length } = await digestBytes(file, { offset: tail, length: size - tail });
        own.append({ offset: tail, length, sha256, read });
    }
    finally {
        await file.close();
    }
    await durable_file_writeDurably(assembledRecordPath(assembledPath), own.encode(), 0o600);
}
/** The record of an archive; undefined where there is none that can be believed. */
async function loadOwnExtents(store, name, index) {
    try {
        const own = OwnExtents.decode(await readFile(extentsPath(store, name)));
        return own?.about.archive === name && own.about.index === index ? own : undefined;
    }
    catch (error) {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    }
}
/** The first line alone, whatever the record's length. */
async function loadOwnHead(store, name, index) {
    const file = await open(extentsPath(store, name), 'r').catch((error) => {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    });
    if (!file)
        return undefined;
    try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
        const head = parseOwnHead(buffer.subarray(0, bytesRead));
        const isOf = head?.archive === name && (index === undefined || head.index === index);
        return isOf ? head : undefined;
    }
    finally {
        await file.close();
    }
}
/** Durable when this returns; takes the place of an older one. */
async function saveOwnExtents(store, own) {
    await writeDurably(extentsPath(store, own.about.archive), own.encode(), 0o600);
}
/** Names of the archives that have a record. */
async function listOwnRecords(store) {
    return (await readdir(join(store.private, 'extents'))).filter((name) => !name.startsWith('.'));
}
/** No error where there is none. */
async function removeOwnRecord(store, name) {
    await rm(join(store.private, 'extents', name), { force: true });
}
/** What times in records are counted in. */
function secondsOf(time) {
    return Math.max(0, Math.floor(time.getTime() / 1000));
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
/**
 * Whether archives of this vault can share extents; tried once in the life of a process.
 * @throws the system's error where the disk is too full to try: that says nothing of another time.
 */
function detectSharing(store) {
    let answer = known.get(store.directory);
    if (!answer) {
        known.set(store.directory, (answer = trySharing(store)));
        answer.catch(() => known.delete(store.directory));
    }
    return answer;
}
/** The same for whoever only tells about it. */
async function describeSharing(store) {
    return await detectSharing(store).catch((error) => {
        const warning = `the disk is too full to find out whether archives can share extents (${(0,failure/* messageOf */.bD)(error)})`;
        return { isPossible: false, warnings: [warning] };
    });
}
/**
 * Makes `target` share ranges of archives, all in one call of xfs_io. Paths count from the vault's directory.
 * @throws Failure `vault` unless every range was linked from its first to its last byte; ENOSPC where the disk is full.
 */
async function shareRanges(store, target, ranges) {
    if (ranges.length === 0)
        return;
    const lines = ranges.map(({ source, sourceOffset, targetOffset, length }) => {
        if ([sourceOffset, targetOffset, length].some((number) => number % layout/* ALIGNMENT */.AO !== 0)) {
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
    if (/no space left|quota exceeded/i.test(stderr)) {
        throw Object.assign(new Error(`sharing extents: ${stderr.trim().split('\n')[0]}`), { code: 'ENOSPC' });
    }
    throw new failure/* Failure */.HR('vault', `sharing extents failed after ${linked.length} of ${ranges.length} ranges (${stderr.trim().split('\n')[0] || `exit ${code}`})`, 'Nothing was sealed. Look at the disk of the backup server (dmesg), then run the backup again.');
}
function isLinked(line, { targetOffset, length }) {
    const match = LINKED.exec(line ?? '');
    return match !== null && [length, length, targetOffset].every((expected, at) => match[at + 1] === String(expected));
}
async function trySharing(store) {
    const source = (0,external_node_path_.join)(store.assembly, `${PROBE_PREFIX}${process.pid}`);
    const target = `${source}.shared`;
    try {
        // In the middle of both files, as nearly all extents are: at a file's end, less than a block of the disk's may be shared.
        const range = { sourceOffset: layout/* ALIGNMENT */.AO, targetOffset: layout/* ALIGNMENT */.AO, length: layout/* ALIGNMENT */.AO };
        await (0,promises_.writeFile)(source, Buffer.alloc(3 * layout/* ALIGNMENT */.AO, 1), { mode: 0o600 });
        const hasReflink = await (0,promises_.copyFile)(source, target, promises_.constants.COPYFILE_FICLONE_FORCE).then(() => true, (error) => ((0,disk_room/* isDiskFull */.b$)(error) ? Promise.reject(error) : false));
        await (0,promises_.writeFile)(target, Buffer.alloc(3 * layout/* ALIGNMENT */.AO));
        const relative = (path) => path.slice(store.directory.length + 1);
        if (hasReflink)
            await shareRanges(store, relative(target), [{ ...range, source: relative(source) }]);
        else
            await runXfsIo(store, ['-V'], []);
        return { isPossible: hasReflink, warnings: hasReflink ? [] : [noReflink] };
    }
    catch (error) {
        if ((0,disk_room/* isDiskFull */.b$)(error))
            throw error;
        return {
            isPossible: false,
            warnings: [error instanceof MissingProgram ? noProgram : `${noSharing}: ${String(error)}`],
        };
    }
    finally {
        await (0,promises_.rm)(source, { force: true });
        await (0,promises_.rm)(target, { force: true });
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
            return await (0,run_command/* runCommand */.d)(program, options, {
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

// EXTERNAL MODULE: ./.build/src/vault/store/space.js
var store_space = __nccwpck_require__(988);
;// CONCATENATED MODULE: ./.build/src/vault/store/publish.js










/*
 * An archive becomes visible by a second link to its inode, which never replaces; only then comes the ledger's line.
 * Between the two it would be an archive that nobody answers for. Therefore the line is noted down before the link, and
 * the first name, in the assembly directory, goes last: whoever finds the note and both names of the one inode writes
 * the line; whoever finds the note alone knows that nothing became visible, and clears up. The record of its own extents
 * lies beside the first name until then.
 */
/** Makes an assembled archive visible under its name, for ever. The vault's lock must be held. */
async function publishArchive(store, assembledPath, entry) {
    // By its first name the next seal recognises what a crash has left.
    await syncDirectory(store.assembly);
    const pending = { assembled: (0,external_node_path_.basename)(assembledPath), entry };
    try {
        await durable_file_writeDurably((0,store_layout/* pendingPath */.pZ)(store), JSON.stringify(pending), 0o600);
        await (0,promises_.link)(assembledPath, (0,store_layout/* archivePath */.oM)(store, entry.name));
    }
    catch (error) {
        // Nothing became visible; what stayed here would take the room that somebody makes for the next try.
        for (const path of [(0,store_layout/* pendingPath */.pZ)(store), assembledPath, assembledRecordPath(assembledPath)]) {
            await (0,promises_.rm)(path, { force: true });
        }
        if (error.code !== 'EEXIST')
            throw error;
        throw refuseName(entry.name, error);
    }
    try {
        await syncDirectory(store.directory);
        return await completeSeal(store, await appendToLedger(store, entry), assembledPath);
    }
    catch (error) {
        throw await explainCutSeal(store, entry.name, error);
    }
}
/** A full disk behind the last step back: by now the archive is there, and only its papers are not. */
async function explainCutSeal({ directory }, name, error) {
    const next = `${name} is complete there, but what goes with it could not be written: make room on the backup server, then run the backup again, which finishes it.`;
    return await (0,store_space/* explainFullDisk */.Eh)(error, { directory, next });
}
/** Finishes what a killed seal has left, or clears it up: one good archive, or none. The vault's lock must be held. */
async function settleCutSeal(store, log) {
    const pending = await readPending(store);
    if (pending) {
        await finishPending(store, pending, log).catch(async (error) => {
            throw await explainCutSeal(store, pending.entry.name, error);
        });
    }
    await (0,promises_.rm)((0,store_layout/* pendingPath */.pZ)(store), { force: true });
    for (const name of await (0,promises_.readdir)(store.assembly)) {
        // Probes come and go without the lock, as long as whoever made them lives.
        const prober = name.startsWith(PROBE_PREFIX) ? Number.parseInt(name.slice(PROBE_PREFIX.length), 10) : undefined;
        if (prober === undefined || !is_alive_isAlive(prober))
            await (0,promises_.rm)((0,external_node_path_.join)(store.assembly, name), { force: true, recursive: true });
    }
}
async function finishPending(store, pending, log) {
    const { name, index } = pending.entry;
    const assembledPath = (0,external_node_path_.join)(store.assembly, pending.assembled);
    const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
    if (line?.index === index && line) {
        await completeSeal(store, line, assembledPath);
    }
    else if (!line && (await isSameFile(assembledPath, (0,store_layout/* archivePath */.oM)(store, name)))) {
        log.warning(`the seal of ${name} was cut off after its archive was complete; finished it`);
        await syncDirectory(store.directory);
        await completeSeal(store, await appendToLedger(store, pending.entry), assembledPath);
    }
}
/** The receipt for a line of the ledger. */
function makeReceipt(line, already) {
    const { name, size, index = '', newBytes, time, digest } = line;
    return { name, index, sizeBytes: size, newBytes, sealed: time, ledger: digest, already };
}
/** A file lies where an archive is to go, and the ledger does not know it. */
function refuseName(name, cause) {
    return new failure/* Failure */.HR('refused', `${name} is there already, with other content; the first one stays`, 'Give the new archive a name of its own (with its time of day), or have the administrator look at the first.', { cause });
}
async function completeSeal(store, line, assembledPath) {
    await placeOwnRecord(store, assembledPath, line.name);
    const receipt = makeReceipt(line, false);
    await durable_file_writeDurably((0,store_layout/* receiptPath */.WI)(store, line.name), JSON.stringify(receipt), 0o600);
    await (0,promises_.rm)(assembledPath, { force: true });
    await (0,promises_.rm)((0,store_layout/* pendingPath */.pZ)(store), { force: true });
    return receipt;
}
/** Moves the record of the archive's own extents to its place; done twice where the first time was cut. */
async function placeOwnRecord(store, assembledPath, name) {
    const path = (0,store_layout/* extentsPath */.jb)(store, name);
    try {
        await (0,promises_.rename)(assembledRecordPath(assembledPath), path);
    }
    catch (error) {
        if (error.code !== 'ENOENT')
            throw error;
    }
    await syncDirectory((0,external_node_path_.dirname)(path));
}
async function readPending(store) {
    try {
        return JSON.parse(await (0,promises_.readFile)((0,store_layout/* pendingPath */.pZ)(store), 'utf8'));
    }
    catch (error) {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    }
}
async function isSameFile(one, other) {
    const [first, second] = await Promise.all([one, other].map((path) => (0,promises_.lstat)(path).catch(() => undefined)));
    return first !== undefined && first.ino === second?.ino && first.dev === second.dev;
}

// EXTERNAL MODULE: ./.build/src/vault/protocol/limits.js + 3 modules
var limits = __nccwpck_require__(379);
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
    for (const name of await (0,promises_.readdir)(store.incoming)) {
        if (!limits/* SEGMENT_NAME */.wN.test(name))
            continue;
        const about = await (0,promises_.lstat)((0,external_node_path_.join)(store.incoming, name)).catch(() => undefined);
        if (about?.isFile())
            sizes[name] = about.size;
    }
    return sizes;
}
/** Removes a segment, so that the next upload brings it anew. */
async function dropSegment(store, name) {
    if (limits/* SEGMENT_NAME */.wN.test(name))
        await (0,promises_.rm)((0,external_node_path_.join)(store.incoming, name), { force: true });
}
async function openSegment(store, name) {
    if (!limits/* SEGMENT_NAME */.wN.test(name))
        throw refuse('a segment', 'has a name that is none');
    const short = `segment ${name.slice(0, 12)}…`;
    let handle;
    try {
        // Without waiting: a FIFO would block until somebody writes into it.
        handle = await (0,promises_.open)((0,external_node_path_.join)(store.incoming, name), promises_.constants.O_RDONLY | promises_.constants.O_NOFOLLOW | promises_.constants.O_NONBLOCK);
    }
    catch (error) {
        const { code } = error;
        if (code === 'ELOOP')
            throw refuse(short, 'is a symbolic link');
        if (code !== 'ENOENT')
            throw refuse(short, `cannot be opened (${code})`);
        throw new failure/* Failure */.HR('vault', `${short} is not on the backup server`, 'Run the backup again: it sends what is missing.');
    }
    try {
        const about = await handle.stat();
        if (!about.isFile())
            throw refuse(short, 'is not a regular file');
        if (about.nlink < 1 || about.nlink > store.segmentLinks)
            throw refuse(short, `has ${about.nlink} links`);
        if (about.uid !== store.uploadUid)
            throw refuse(short, `belongs to user ${about.uid}, not to ${store.uploadUid}`);
        if (about.size > limits/* MAX_SEGMENT_BYTES */.lN) {
            const claim = `${short} claims ${about.size} bytes where a segment may have ${limits/* MAX_SEGMENT_BYTES */.lN}`;
            throw new failure/* Failure */.HR('space', `not enough space for what was sent: ${claim}`, 'Remove it from .incoming and run the backup again.');
        }
        return handle;
    }
    catch (error) {
        await handle.close();
        throw error;
    }
}
function refuse(what, why) {
    return new failure/* Failure */.HR('refused', `${what} in the incoming area ${why}`, 'Find out who put it there; remove it and run the backup again.');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/verdicts.js



/** More damage than this is not listed. */
const LISTED_DAMAGE = 1000;
/** What stands for the index of a foreign archive. */
const NO_INDEX = '';
/** The last word on an archive; undefined where nobody has looked at it since it was sealed. */
async function readVerdict(store, name, index) {
    try {
        const verdict = JSON.parse(await (0,promises_.readFile)((0,store_layout/* verdictPath */.NO)(store, name), 'utf8'));
        return verdict.name === name && verdict.index === (index ?? NO_INDEX) ? verdict : undefined;
    }
    catch {
        // None was written, or a crash cut it: either way nothing is known.
        return undefined;
    }
}
/** Whether an archive may be built upon, as far as its verdict says: what is barred in it is another matter. */
function allowsBuilding(verdict) {
    return verdict === undefined || verdict.isSound || verdict.isExtentsOnly === true;
}
/**
 * Records what a verification found. A quick look that finds nothing takes nothing back, neither a full one's word nor
 * any bad news (whoever met wrong bytes has looked no further either): only a full one does. Nor does a quick look that
 * finds damage stand in for a full one that had: that one names all of it. What a scrub found is added to what was known.
 */
async function recordVerdict(store, verdict) {
    const before = await readVerdict(store, verdict.name, verdict.index);
    const saysMore = before && (verdict.isSound ? before.level === 'full' || !before.isSound : isFullDamage(before));
    if (saysMore && verdict.level === 'seal')
        return;
    const said = verdict.level === 'scrub' && before && !before.isSound ? verdicts_join(before, verdict) : verdict;
    await durable_file_writeDurably((0,store_layout/* verdictPath */.NO)(store, verdict.name), JSON.stringify(said), 0o600);
}
/** Both in one; of the level that had looked further, which is never the scrub. What was so when it was adopted is no more. */
function verdicts_join(before, found) {
    const { isExtentsOnly: wasExtentsOnly, isAsAdopted: _was, isDumpsOnly: _were, ...rest } = before;
    const isKnown = (where) => before.damage.some((damage) => damage.where === where);
    const damage = [...before.damage, ...found.damage.filter(({ where }) => !isKnown(where))].slice(0, LISTED_DAMAGE);
    const isExtentsOnly = wasExtentsOnly === true && found.isExtentsOnly === true;
    return { ...rest, damage, time: found.time, ...(isExtentsOnly ? { isExtentsOnly } : {}) };
}
function isFullDamage({ level, isSound }) {
    return level === 'full' && !isSound;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/greet.js











/** What the vault says first. */
async function greet(store, role, askedName) {
    const [ledger, incoming, sharing, missing, room] = await Promise.all([
        readLedger(store),
        listIncoming(store),
        describeSharing(store),
        listMissingPrograms(),
        (0,disk_room/* measureRoom */.qC)(store.directory),
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
        freeBytes: room.freeBytes,
        ...(room.freeFiles === undefined ? {} : { freeFiles: room.freeFiles }),
        warnings: warnOfLedger(ledger),
        conditions: [...sharing.warnings, ...missing],
    };
}
/**
 * The newest archive of ours that can be built upon; damaged and missing ones are passed over, but for those of which
 * extents alone are damaged: these are barred. Safety copies are passed over too, while there is another: they hold a
 * state that somebody was about to replace.
 */
async function findNewest(store, ledger) {
    const newestFirst = listLedgerArchives(ledger).reverse();
    const damage = await readDamage(store);
    const isSafety = ({ trigger }) => trigger === 'safety';
    for (const line of [...newestFirst.filter((known) => !isSafety(known)), ...newestFirst.filter(isSafety)]) {
        const { name, index, time, size } = line;
        if (line.action !== 'seal' || index === undefined || (await findFault(store, line)))
            continue;
        if (!allowsBuilding(await readVerdict(store, name, index)))
            continue;
        const barred = listBarred(damage, name, index);
        if (barred)
            return { name, index, sealed: time, sizeBytes: size, ...(barred.length > 0 ? { barred } : {}) };
    }
    return undefined;
}
/** What is wrong with the file of an archive, without reading it. */
async function findFault(store, { name, size }) {
    const about = await (0,promises_.stat)((0,store_layout/* archivePath */.oM)(store, name)).catch(() => undefined);
    if (!about?.isFile())
        return 'in the ledger, but not on disk';
    return about.size === size ? undefined : `has ${about.size} bytes on disk, ${size} in the ledger`;
}
/** What a client is told of a ledger that is not as the vault wrote it; empty where all is well. */
function warnOfLedger({ fault, tornBytes }) {
    return [
        ...(fault ? [`the ledger was changed by another hand: ${fault}`] : []),
        ...(tornBytes > 0
            ? [`the ledger's last line was cut off by a crash (${tornBytes} bytes); the chain goes on before it`]
            : []),
    ];
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __nccwpck_require__(421);
;// CONCATENATED MODULE: ./.build/src/system/lock.js






const conflictCode = 75;
/**
 * Takes the lock at `path` for this process. It is flock(2) on an open file, so it ends with the process, however that
 * ends, and programs that the process starts do not carry it on: there are no stale locks.
 * @throws the system's error where the disk is full or read-only; Failure `locked`, with the holder's name, where it is held (still, after `waitMs`); the signal's reason where
 * that ended the waiting.
 */
async function acquireLock(path, options) {
    for (;;) {
        const descriptor = openLockFile(path);
        try {
            if (!(await takeFlock(descriptor, options)))
                throw describeConflict(path);
            if (isStillAt(descriptor, path))
                return claim(descriptor, options.holder);
        }
        catch (error) {
            (0,external_node_fs_.closeSync)(descriptor);
            throw error;
        }
        // Somebody removed the file while we waited: a lock on a file without a name excludes nobody.
        (0,external_node_fs_.closeSync)(descriptor);
    }
}
/**
 * Whether somebody holds the lock at `path` now. Who is named there and lives no more does not, and the lock is not touched;
 * of a number that lives, another program's by now for all we know, and where a full disk took no name, the lock itself tells:
 * a share of it is asked for.
 */
async function isLocked(path) {
    let descriptor;
    try {
        descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    }
    catch (error) {
        if (error.code === 'ENOENT')
            return false;
        throw error;
    }
    try {
        const holder = parseHolder(readFileSync(descriptor, 'utf8'));
        if (holder && !isAlive(holder.pid))
            return false;
        return !(await takeFlock(descriptor, {}, '--shared'));
    }
    finally {
        closeSync(descriptor);
    }
}
function openLockFile(path) {
    try {
        (0,external_node_fs_.mkdirSync)((0,external_node_path_.dirname)(path), { recursive: true, mode: 0o700 });
        return (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDWR | external_node_fs_.constants.O_CREAT | external_node_fs_.constants.O_NOFOLLOW, 0o600);
    }
    catch (error) {
        // What a disk does is explained by whoever knows which one it is.
        if ((0,disk_room/* isDiskFull */.b$)(error) || (0,disk_room/* isReadOnly */.PI)(error))
            throw error;
        throw new failure/* Failure */.HR('failed', `cannot open the lock ${path}: ${(0,failure/* messageOf */.bD)(error)}`, 'Run as the user who owns the state folder (root on production), or name another one with state: in the configuration.', { cause: error });
    }
}
/**
 * Node has no flock(2), but util-linux has: its program locks the open file that it inherits from us, which is ours
 * too, and stays locked when that program has ended.
 */
function takeFlock(descriptor, { waitMs, signal }, mode = '--exclusive') {
    const patience = waitMs === undefined || waitMs <= 0 ? ['--nonblock'] : ['--timeout', (waitMs / 1000).toFixed(3)];
    return new Promise((resolve, reject) => {
        const child = (0,external_node_child_process_.spawn)('flock', [mode, ...patience, '--conflict-exit-code', String(conflictCode), '3'], {
            stdio: ['ignore', 'ignore', 'pipe', descriptor],
        });
        let complaint = '';
        child.stderr?.on('data', (chunk) => (complaint += chunk.toString()));
        const fail = (reason) => reject(new failure/* Failure */.HR('failed', `cannot lock: ${reason}`, 'Install the package util-linux, which holds the program flock.'));
        const stop = () => child.kill();
        signal?.addEventListener('abort', stop, { once: true });
        if (signal?.aborted)
            stop();
        child.on('error', (error) => fail((0,failure/* messageOf */.bD)(error)));
        child.on('close', (code, endedBy) => {
            signal?.removeEventListener('abort', stop);
            // Whatever it answered: who was told to stop wants no lock.
            if (signal?.aborted)
                reject(asError(signal.reason));
            else if (code === 0)
                resolve(true);
            else if (code === conflictCode)
                resolve(false);
            else
                fail(`flock ended with ${endedBy ?? `exit code ${code}`}${complaint && `: ${complaint.trim()}`}`);
        });
    });
}
function asError(reason) {
    return reason instanceof Error ? reason : new Error(String(reason));
}
function isStillAt(descriptor, path) {
    const ours = (0,external_node_fs_.fstatSync)(descriptor);
    const named = (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false });
    return named !== undefined && named.ino === ours.ino && named.dev === ours.dev;
}
function claim(descriptor, holder) {
    // What is written here was left by a holder that died: giving back empties the file.
    const tookOverFrom = parseHolder((0,external_node_fs_.readFileSync)(descriptor, 'utf8'));
    (0,external_node_fs_.ftruncateSync)(descriptor, 0);
    try {
        (0,external_node_fs_.writeSync)(descriptor, `${JSON.stringify({ holder, pid: process.pid, since: new Date().toISOString() })}\n`, 0);
    }
    catch (error) {
        // The lock holds without its note, and whoever makes room on a full disk needs it.
        if (!(0,disk_room/* isDiskFull */.b$)(error))
            throw error;
    }
    let isHeld = true;
    return {
        ...(tookOverFrom && { tookOverFrom }),
        release() {
            if (!isHeld)
                return;
            isHeld = false;
            (0,external_node_fs_.ftruncateSync)(descriptor, 0);
            (0,external_node_fs_.closeSync)(descriptor);
        },
    };
}
function describeConflict(path) {
    const holder = parseHolder((0,external_node_fs_.readFileSync)(path, 'utf8'));
    const who = holder
        ? `${holder.holder} (pid ${holder.pid}, since ${holder.since})`
        : 'another run that has just begun';
    return new failure/* Failure */.HR('locked', `${path} is held by ${who}`, 'Wait until it has ended, then try again.');
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


const copy_run_BLOCK_BYTES = 4 * 1024 * 1024;
/** Written bytes that may wait for the disk; a multiple of the block. */
const FLUSH_BYTES = 64 * 1024 * 1024;
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
 * While one block is hashed, the one before is being written and the next one read; and what was written goes to the
 * disk meanwhile, instead of all at once in the end.
 */
class RunCopier {
    #target;
    #extents;
    #flushing = Promise.resolve();
    #unflushedBytes = 0;
    #buffers = [0, 1, 2].map(() => Buffer.allocUnsafeSlow(copy_run_BLOCK_BYTES));
    constructor(target, extents) {
        this.#target = target;
        this.#extents = extents;
    }
    /** @throws WrongDigest, also where the source is too short. */
    async copy(run, source, sourceOffset, onCopied) {
        const digests = new RunDigests(this.#extents, run);
        const readBlock = (done, turn) => {
            const buffer = this.#buffers[turn % 3];
            const block = buffer.subarray(0, Math.min(copy_run_BLOCK_BYTES, run.length - done));
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
                await this.#flushSometimes();
                writing = settleLater(writeWhole(this.#target, block, run.targetOffset + done));
                this.#unflushedBytes += block.length;
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
    /** Resolves when nothing touches the target any more. @throws what the disk said to an earlier block. */
    async finish() {
        await this.#flushing;
    }
    /** One flush at a time: whoever writes faster than the disk waits for it. */
    async #flushSometimes() {
        if (this.#unflushedBytes < FLUSH_BYTES)
            return;
        this.#unflushedBytes = 0;
        // The kernel tells of a failed write once: it must not get lost here.
        await this.#flushing;
        this.#flushing = settleLater(this.#target.datasync());
    }
}
/** Digests of a run's extents, from blocks that begin and end anywhere. */
class RunDigests {
    #extents;
    #ordinal;
    #missing = 0;
    #hash = (0,external_node_crypto_.createHash)('sha256');
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
            this.#hash = (0,external_node_crypto_.createHash)('sha256');
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
    const file = await (0,promises_.open)(path, 'wx+', 0o600);
    try {
        const shared = await copyExtents(file, assembly);
        const sizeBytes = await appendIndex(file, plan);
        if (shares)
            await shareRanges(store, (0,external_node_path_.relative)(store.directory, path), shared);
        await file.chmod(0o440);
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
    try {
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
    }
    finally {
        await copier.finish();
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

;// CONCATENATED MODULE: ./.build/src/archive/manifest-check.js

/** Reads and checks `manifest.json`; keys that are not known are left alone. Throws a Failure that says what is wrong. */
function parseManifest(text) {
    let raw;
    try {
        raw = JSON.parse(text);
    }
    catch (error) {
        throw damaged(`it is no JSON (${(0,failure/* messageOf */.bD)(error)})`);
    }
    const format = raw?.format;
    if (typeof format === 'number' && format > 1) {
        const message = `This archive was made by a newer version of the toolkit (format ${format}; this one reads 1).`;
        throw new failure/* Failure */.HR('refused', message, 'Update the toolkit on this machine, then try again.');
    }
    checkManifest(raw, 'manifest');
    return raw;
}
function damaged(what) {
    return new failure/* Failure */.HR('damaged', `manifest.json: ${what}`, 'Choose another archive, and have this one verified.');
}
const manifest_check_text = (value, where) => {
    if (typeof value !== 'string')
        throw damaged(`${where} is no text`);
};
const count = (value, where) => {
    if (!Number.isSafeInteger(value) || value < 0)
        throw damaged(`${where} is no count`);
};
const integer = (value, where) => {
    if (!Number.isSafeInteger(value))
        throw damaged(`${where} is no whole number`);
};
const flag = (value, where) => {
    if (typeof value !== 'boolean')
        throw damaged(`${where} is neither true nor false`);
};
const moment = (value, where) => {
    if (typeof value !== 'string' || Number.isNaN(Date.parse(value)))
        throw damaged(`${where} is no time`);
};
const digest = (value, where) => {
    if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value))
        throw damaged(`${where} is no SHA-256`);
};
function oneOf(...allowed) {
    return (value, where) => {
        if (!allowed.includes(value))
            throw damaged(`${where} is ${JSON.stringify(value)}`);
    };
}
function optional(check) {
    return (value, where) => {
        if (value !== undefined)
            check(value, where);
    };
}
function list(check) {
    return (value, where) => {
        if (!Array.isArray(value))
            throw damaged(`${where} is no list`);
        value.forEach((item, place) => check(item, `${where}[${place}]`));
    };
}
function record(check) {
    return (value, where) => {
        for (const [key, item] of Object.entries(requireObject(value, where)))
            check(item, `${where}.${key}`);
    };
}
function shape(checks) {
    return (value, where) => {
        const fields = requireObject(value, where);
        for (const [key, check] of Object.entries(checks))
            check(fields[key], `${where}.${key}`);
    };
}
function requireObject(value, where) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw damaged(`${where} is no object`);
    return value;
}
const places = list(shape({ offset: count, length: count }));
const oddities = list(shape({ path: manifest_check_text, reason: manifest_check_text }));
const databaseRecord = shape({
    dump: manifest_check_text,
    source: manifest_check_text,
    database: manifest_check_text,
    started: moment,
    ended: moment,
    sizeBytes: count,
    serverVersion: manifest_check_text,
    clientVersion: manifest_check_text,
    encoding: manifest_check_text,
    collate: manifest_check_text,
    ctype: manifest_check_text,
    localeProvider: manifest_check_text,
    collationVersion: optional(manifest_check_text),
    icuLocale: optional(manifest_check_text),
    owner: manifest_check_text,
    connectionLimit: integer,
    settings: list(shape({ role: optional(manifest_check_text), setting: manifest_check_text })),
    acl: optional(list(manifest_check_text)),
    extensions: list(shape({ name: manifest_check_text, version: manifest_check_text })),
    fingerprints: shape({
        tables: record(shape({ rows: count, sha256: digest, places: optional(places) })),
        sequences: record(shape({ value: manifest_check_text, called: flag })),
        largeObjects: shape({ count, bytes: count, sha256: digest }),
        structure: optional(shape({ headBytes: count, tailOffset: count })),
    }),
    messages: list(manifest_check_text),
});
const filesRecord = shape({
    files: count,
    directories: count,
    links: count,
    bytes: count,
    walkStarted: moment,
    walkEnded: moment,
    skipped: oddities,
    changed: oddities,
});
const kitRecord = shape({ entries: record(shape({ sizeBytes: count })), secrets: count, recipients: list(manifest_check_text) });
const checkManifest = shape({
    format: oneOf(1),
    name: manifest_check_text,
    trigger: oneOf('nightly', 'push', 'manual', 'safety'),
    commit: optional(manifest_check_text),
    toolVersion: manifest_check_text,
    started: moment,
    ended: moment,
    databases: record(databaseRecord),
    globals: record(shape({ source: manifest_check_text, passwords: flag, sizeBytes: count, roles: list(manifest_check_text) })),
    files: record(filesRecord),
    compose: optional(shape({ project: manifest_check_text, version: optional(manifest_check_text) })),
    images: optional(record(shape({ image: manifest_check_text, id: optional(manifest_check_text), digests: list(manifest_check_text) }))),
    kit: optional(kitRecord),
    warnings: list(manifest_check_text),
});

;// CONCATENATED MODULE: ./.build/src/archive/name-table.js

const KINDS = ['dir', 'implied', 'reg', 'symlink', 'hardlink'];
/**
 * All names of an archive with what they stand for, in about 20 bytes each: 64 bits of their digest in place of the
 * name. Two names that collided would be taken for one, which every use of this table answers with a refusal.
 */
class NameTable {
    #count = 0;
    #digests = new Uint32Array(2 * 1024);
    #kinds = new Uint8Array(1024);
    get count() {
        return this.#count;
    }
    get(name) {
        return KINDS[(this.#kinds[this.#slotOf(...digestOf(name))] ?? 0) - 1];
    }
    set(name, kind) {
        const [high, low] = digestOf(name);
        let slot = this.#slotOf(high, low);
        if (this.#kinds[slot] === 0) {
            if (++this.#count * 2 > this.#kinds.length) {
                this.#grow();
                slot = this.#slotOf(high, low);
            }
        }
        this.#put(slot, high, low, KINDS.indexOf(kind) + 1);
    }
    #put(slot, high, low, kind) {
        this.#digests[slot * 2] = high;
        this.#digests[slot * 2 + 1] = low;
        this.#kinds[slot] = kind;
    }
    #slotOf(high, low) {
        const mask = this.#kinds.length - 1;
        let slot = low & mask;
        while (this.#kinds[slot] !== 0 && !(this.#digests[slot * 2] === high && this.#digests[slot * 2 + 1] === low)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
    #grow() {
        const digests = this.#digests;
        const kinds = this.#kinds;
        this.#digests = new Uint32Array(digests.length * 2);
        this.#kinds = new Uint8Array(kinds.length * 2);
        kinds.forEach((kind, slot) => {
            if (kind === 0)
                return;
            const high = digests[slot * 2] ?? 0;
            const low = digests[slot * 2 + 1] ?? 0;
            this.#put(this.#slotOf(high, low), high, low, kind);
        });
    }
}
function digestOf(name) {
    const digest = (0,external_node_crypto_.createHash)('sha256').update(name).digest();
    return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

;// CONCATENATED MODULE: ./.build/src/archive/entry-guard.js



const entry_guard_SLASH = 0x2f;
/**
 * Judges the entries of one archive in their order: names stay inside, no name stands twice, nothing lies below what is
 * not a directory, and hard links lead to regular files that came before. About 40 bytes of memory for each entry.
 */
class EntryGuard {
    #names = new NameTable();
    #parent = Buffer.alloc(0);
    #impliedBytes = 0;
    /** Length of the names of all folders that stood nowhere before what lies in them. */
    get impliedBytes() {
        return this.#impliedBytes;
    }
    /** Throws an ArchiveDamage where the entry must not be extracted. */
    admit(header) {
        const where = showName(header.name);
        const fault = header.type !== 'dir' && header.name.at(-1) === entry_guard_SLASH ? 'the name ends in a slash' : this.#findFault(header);
        if (fault !== undefined)
            throw new ArchiveDamage(where, fault);
        this.#names.set(withoutSlash(header.name), header.type);
    }
    #findFault({ name: fullName, type, linkName }) {
        const name = withoutSlash(fullName);
        const nameFault = findNameFault(name);
        if (nameFault !== undefined)
            return nameFault;
        const before = this.#names.get(name);
        if (before !== undefined && !(before === 'implied' && type === 'dir')) {
            return before === 'implied' ? 'it stands where entries before it need a directory' : 'the name stands twice';
        }
        const parent = name.subarray(0, Math.max(name.lastIndexOf(entry_guard_SLASH), 0));
        const parentFault = this.#findParentFault(parent);
        if (parentFault !== undefined)
            return parentFault;
        if (type !== 'hardlink')
            return undefined;
        if (!linkName || findNameFault(linkName) !== undefined)
            return 'the hard link leads outside';
        if (linkName.equals(name))
            return 'the hard link leads to itself';
        return this.#names.get(linkName) === 'reg' ? undefined : 'the hard link leads to no regular file before it';
    }
    /** Every parent is a directory, or becomes one; the last entry's parent is remembered, as most share it. */
    #findParentFault(parent) {
        if (parent.equals(this.#parent))
            return undefined;
        for (let end = parent.length; end > 0; end = parent.lastIndexOf(entry_guard_SLASH, end - 1)) {
            const ancestor = parent.subarray(0, end);
            const kind = this.#names.get(ancestor);
            if (kind === 'dir' || kind === 'implied')
                break;
            if (kind !== undefined)
                return `it lies below ${showName(ancestor)}, which is a ${kind}`;
            this.#names.set(ancestor, 'implied');
            this.#impliedBytes += ancestor.length;
        }
        this.#parent = Buffer.from(parent);
        return undefined;
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/own-entries.js






const SETUID_SETGID = 0o6000;
const END_OF_TAR = Buffer.alloc(1024);
const EMPTY_DIGEST = (0,external_node_crypto_.createHash)('sha256').digest('hex');
/**
 * The entries of our own archive, from extents that hold whole entries. A closed world: every header equals its line of
 * the index, every chunk its digest, and there is nothing more and nothing less. Throws an ArchiveDamage.
 */
async function* readOwnEntries(extents, { guard = new EntryGuard(), wants = () => true, note, checksWholeDigests = false } = {}) {
    const feed = new ExtentFeed();
    for await (const { header, bodyOffset, body } of parseTar(feed.concatenate(extents), { isForeign: false })) {
        const line = feed.lines.shift();
        const where = showName(header.name);
        if (!line)
            throw new ArchiveDamage(where, 'the index does not know it');
        compareWithLine(header, line, where);
        const checked = checkBody({ body, bodyOffset, line, feed, where, checksWholeDigests });
        if (wants(header.name)) {
            guard.admit(header);
            const mode = header.type === 'reg' ? header.mode & ~SETUID_SETGID : header.mode;
            if (mode !== header.mode)
                note?.(header.name, `mode ${header.mode.toString(8)} becomes ${mode.toString(8)}`);
            yield { header: { ...header, mode }, body: checked, ...(line.sparse ? { sparse: true } : {}) };
        }
        // Whatever nobody has read is still to be checked.
        await drain(checked);
    }
    const left = feed.lines[0];
    if (left)
        throw new ArchiveDamage(showName(left.name), 'the index knows it, the tar does not');
}
/** The tar of all extents, with their lines and the places where chunks begin, in step with what was read. */
class ExtentFeed {
    lines = [];
    chunkStarts = [];
    async *concatenate(extents) {
        let position = 0;
        for await (const { extent, lines, pieces, names, damage } of extents) {
            if (damage !== undefined)
                throw new ArchiveDamage(names.join(', ') || `the extent at ${extent.offset}`, damage);
            this.lines.push(...lines);
            for (const { bytes, isChunk } of pieces) {
                if (isChunk)
                    this.chunkStarts.push(position);
                position += bytes.length;
                yield bytes;
            }
        }
        yield END_OF_TAR;
    }
}
function compareWithLine(header, line, where) {
    const isLink = header.type === 'symlink' || header.type === 'hardlink';
    const pairs = [
        ['name', header.name.toString('latin1'), line.name.toString('latin1')],
        ['type', header.type, line.type],
        ['size', header.size, line.size ?? 0],
        ['mode', header.mode, line.mode],
        ['uid', header.uid, line.uid ?? 0],
        ['gid', header.gid, line.gid ?? 0],
        ['mtime', header.mtimeNs, line.mtimeNs],
        ['linkName', isLink ? header.linkName?.toString('latin1') : undefined, line.linkName?.toString('latin1')],
    ];
    for (const [what, inTar, inIndex] of pairs) {
        if (inTar !== inIndex)
            throw new ArchiveDamage(where, `its ${what} in the tar is not that of the index`);
    }
    if (header.size === 0 && header.type === 'reg' && line.digest !== undefined && line.digest !== EMPTY_DIGEST) {
        throw new ArchiveDamage(where, 'the index gives it the digest of another content');
    }
}
/**
 * Passes a body on and compares every chunk with its digest. One generator for the entry: going through it a second
 * time goes on where the first ended.
 */
function checkBody(options) {
    const pieces = checkChunks(options);
    return { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
}
async function* checkChunks(options) {
    const { body, bodyOffset, line, feed, where, checksWholeDigests } = options;
    const size = line.size ?? 0;
    if (size === 0)
        return;
    const whole = checksWholeDigests && line.chunkSize !== undefined ? (0,external_node_crypto_.createHash)('sha256') : undefined;
    let position = 0;
    let chunk = beginChunk(line, 0, size);
    for await (const piece of body) {
        for (let rest = piece; rest.length > 0;) {
            if (position === chunk.end)
                chunk = beginChunk(takeChunkLine(feed, line, where), position, size);
            if (position === chunk.start && feed.chunkStarts.shift() !== bodyOffset + position) {
                throw new ArchiveDamage(where, `its chunk at ${position} does not begin where the index says`);
            }
            const part = rest.subarray(0, chunk.end - position);
            chunk.hash.update(part);
            position += part.length;
            rest = rest.subarray(part.length);
            if (position === chunk.end && chunk.hash.digest('hex') !== chunk.digest) {
                throw new ArchiveDamage(where, `its chunk at ${chunk.start} is not that of the index`);
            }
        }
        whole?.update(piece);
        yield piece;
    }
    const digest = line.chunkSize === undefined ? line.chunkDigest : whole?.digest('hex');
    if (digest !== undefined && digest !== line.digest) {
        throw new ArchiveDamage(where, 'the index gives it the digest of another content');
    }
}
function beginChunk(line, start, size) {
    const end = start + (line.chunkSize ?? size - start);
    if ((line.chunkOffset ?? 0) !== start || end > size || end <= start) {
        throw new ArchiveDamage(showName(line.name), `the index has no chunk at ${start}`);
    }
    return { start, end, digest: line.chunkDigest, hash: (0,external_node_crypto_.createHash)('sha256') };
}
function takeChunkLine(feed, line, where) {
    const next = feed.lines.shift();
    if (next?.type !== 'chunk' || !next.name.equals(line.name))
        throw new ArchiveDamage(where, 'the index lacks a chunk');
    return next;
}

;// CONCATENATED MODULE: ./.build/src/archive/digest.js

/** Below this the way to the thread pool costs more than the hash. */
const SYNC_LIMIT_BYTES = 64 * 1024;
/**
 * The same of several buffers, one after the other. On the main thread: the thread pool takes a copy of what it hashes,
 * which costs as much again.
 */
function sha256OfPieces(pieces) {
    const hash = createHash('sha256');
    for (const piece of pieces)
        hash.update(piece);
    return hash.digest('hex');
}
/** SHA-256 in lower-case hexadecimal; large buffers are hashed beside the main thread. */
async function sha256Of(bytes) {
    if (bytes.length < SYNC_LIMIT_BYTES)
        return (0,external_node_crypto_.createHash)('sha256').update(bytes).digest('hex');
    return Buffer.from(await external_node_crypto_.webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
;// CONCATENATED MODULE: ./.build/src/archive/inflate-extent.js




const gunzipAsync = (0,external_node_util_.promisify)(external_node_zlib_.gunzip);
const inflate_extent_SYNC_LIMIT_BYTES = 16 * 1024;
/**
 * Decompresses an extent whose digest was checked. `continued` is the large entry whose first chunk has no line of its
 * own, where that chunk is here. Cut where the index says that chunks begin, so that a chunk which other readers would
 * not find is noticed, and never more memory than declared. Throws a TypeError that says what is wrong.
 */
async function inflateExtent(bytes, extent, lines, continued) {
    const slices = planSlices(extent, lines, continued);
    const pieces = [];
    for (const [place, { start, maxBytes, isChunk }] of slices.entries()) {
        const end = slices[place + 1]?.start ?? bytes.length;
        if (end <= start && place > 0)
            throw new TypeError('its chunks are out of order');
        if (end === start)
            continue;
        pieces.push({ bytes: await inflateSlice(bytes.subarray(start, end), maxBytes), isChunk });
    }
    return pieces;
}
function planSlices(extent, lines, continued) {
    let slice = { start: 0, maxBytes: 0, isChunk: false };
    const slices = [slice];
    const beginChunk = (offset, size) => {
        if (size + layout/* TAR_BLOCK */.mv > layout/* MAX_CHUNK_BYTES */.xR)
            throw new TypeError(`a chunk of ${size} bytes is larger than allowed`);
        const start = offset - extent.offset;
        if (start < slice.start || start >= extent.length)
            throw new TypeError('a chunk lies outside its extent');
        slices.push((slice = { start, maxBytes: size + layout/* TAR_BLOCK */.mv, isChunk: true }));
    };
    if (continued?.offset === extent.offset)
        beginChunk(extent.offset, chunkSizeOf(continued));
    for (const line of lines) {
        if (line.type !== 'chunk')
            slice.maxBytes += headerAllowance(line);
        const isLargeHeader = line.type === 'reg' && line.offset === extent.offset + extent.length;
        const hasContent = line.type === 'chunk' || (line.type === 'reg' && (line.size ?? 0) > 0);
        if (hasContent && !isLargeHeader)
            beginChunk(line.offset, chunkSizeOf(line));
    }
    // They are in memory together.
    const declaredBytes = slices.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
    if (declaredBytes > layout/* MAX_EXTENT_CONTENT_BYTES */.Qv)
        throw new TypeError(`it claims to hold ${declaredBytes} bytes`);
    return slices;
}
function chunkSizeOf(line) {
    return line.chunkSize ?? line.size ?? 0;
}
/** A header with extended records and long names: generous, and bounded by what the index says. */
function headerAllowance({ name, linkName }) {
    return 16 * layout/* TAR_BLOCK */.mv + 2 * (name.length + (linkName?.length ?? 0));
}
async function inflateSlice(slice, maxBytes) {
    if (maxBytes === 0)
        throw new TypeError('it holds bytes that the index does not speak of');
    const options = {
        maxOutputLength: maxBytes,
        // One output buffer where the content is small, not 16 KiB for each.
        chunkSize: Math.max(512, Math.min(maxBytes + 1, 256 * 1024)),
    };
    try {
        return slice.length <= inflate_extent_SYNC_LIMIT_BYTES ? (0,external_node_zlib_.gunzipSync)(slice, options) : await gunzipAsync(slice, options);
    }
    catch (error) {
        const isTooLarge = error.code === 'ERR_BUFFER_TOO_LARGE';
        const what = isTooLarge ? 'it decompresses to more than the index declares' : `no sound gzip (${(0,failure/* messageOf */.bD)(error)})`;
        throw new TypeError(what, { cause: error });
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/toc-line.js

const toc_line_SECOND_NS = 1000000000n;
const OFFSET_KEY = '"offset":';
/** A name in which JSON has nothing to escape, and a type. */
const PLAIN_START = /^\{"name":"([^"\\\p{Cc}]*)","type":"(dir|reg|symlink|hardlink|chunk)"/u;
/** Where one of these follows, a key may stand a second time, in one way of writing or another. */
const SAID_AGAIN = (/* unused pure expression or super */ null && (['\\', '"name', '"type"']));
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
function toc_line_parseTocLine(text) {
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
/**
 * The name and type of a line, the same as `parseTocLine` finds: most lines of an index are looked at for nothing else.
 * Where a line of ours begins with both and has neither key again, nor an escape, what follows is not read, nor checked.
 */
function toc_line_parseTocName(text) {
    const [start, name, type] = PLAIN_START.exec(text) ?? [];
    const isPlain = start !== undefined && !SAID_AGAIN.some((sign) => text.includes(sign, start.length));
    return isPlain ? { name: Buffer.from(name), type: type } : toc_line_parseTocLine(text);
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

;// CONCATENATED MODULE: ./.build/src/archive/read-extents.js







/** No writer makes a larger extent: a chunk that did not shrink, or a run of headers. Read whole before it is used. */
const MAX_EXTENT_BYTES = 2 * layout/* CHUNK_BYTES */.EC;
/**
 * Reads chosen extents: `bytes` delivers exactly theirs, one after the other. An extent is used only when the SHA-256
 * of those very bytes is the index's; a damaged one is passed on without content, for the caller to refuse or to list.
 * Throws where `bytes` ends before the last extent only after having passed on every extent as damaged.
 */
async function* readExtents(chosen, bytes) {
    const reader = new ByteReader(bytes);
    let large;
    try {
        for await (const { extent, lines: texts } of chosen) {
            const lines = texts.map(toc_line_parseTocLine);
            const isContinuation = lines.length === 0 || lines[0]?.type === 'chunk';
            const names = namesOf(lines, isContinuation ? large : undefined);
            const read = { extent, lines, isContinuation, names, pieces: [] };
            if (extent.length > MAX_EXTENT_BYTES) {
                read.damage = `the extent claims ${extent.length} bytes, more than any holds`;
                for (let rest = extent.length; rest > 0;)
                    rest -= (await reader.takeSome(rest))?.length ?? rest;
            }
            else {
                try {
                    const content = await reader.take(extent.length);
                    if (content.length < extent.length)
                        throw new TypeError('the archive ends before it');
                    if ((await sha256Of(content)) !== extent.sha256)
                        throw new TypeError('its bytes are not those of the index');
                    read.pieces = await inflateExtent(content, extent, lines, isContinuation ? large : undefined);
                    read.bytes = content;
                }
                catch (error) {
                    if (!(error instanceof TypeError))
                        throw error;
                    read.damage = (0,failure/* messageOf */.bD)(error);
                }
            }
            yield read;
            const last = lines.findLast((line) => line.type !== 'chunk');
            if (last)
                large = last.type === 'reg' && last.size ? last : undefined;
        }
    }
    finally {
        await reader.close();
    }
}
function namesOf(lines, continued) {
    const names = lines.map(({ name }) => showName(name));
    return [...new Set(continued ? [showName(continued.name), ...names] : names)];
}

;// CONCATENATED MODULE: ./.build/src/archive/read-manifest.js





const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
/**
 * Reads the manifest out of an archive; `chosen` are the extents that hold it, at their place in the archive. Throws an
 * ArchiveDamage or a Failure where it is not there, damaged, or of a newer format.
 */
async function readManifest(archive, chosen) {
    const places = [];
    const noting = async function* () {
        for await (const indexed of chosen) {
            places.push(indexed.extent);
            yield indexed;
        }
    };
    // Asked for more only when the next extent has been noted.
    const bytes = async function* () {
        for (let place = places.shift(); place; place = places.shift())
            yield* archive.read(place.offset, place.length);
    };
    let text;
    for await (const { header, body } of readOwnEntries(readExtents(noting(), bytes()))) {
        if (header.name.toString('latin1') !== layout/* MANIFEST_NAME */.R5)
            continue;
        if (header.size > MAX_MANIFEST_BYTES)
            throw new ArchiveDamage(layout/* MANIFEST_NAME */.R5, `it has ${header.size} bytes`);
        const pieces = [];
        for await (const piece of body)
            pieces.push(piece);
        text = Buffer.concat(pieces).toString('utf8');
    }
    if (text === undefined)
        throw new ArchiveDamage(layout/* MANIFEST_NAME */.R5, 'it is not there');
    return parseManifest(text);
}

;// CONCATENATED MODULE: ./.build/src/vault/store/check-assembled.js






/** Looks at the new file as any reader would: footer, and the manifest out of its extents. */
async function checkAssembled(path, name, plan, sizeBytes) {
    const file = await openArchiveAt(path, name);
    try {
        const indexOffset = await file.readIndexOffset();
        if (file.sizeBytes !== sizeBytes || indexOffset !== plan.extents.endOffset) {
            throw new failure/* Failure */.HR('vault', `${name} was not written as it should be`, 'Look at the disk of the backup server (dmesg).');
        }
        const manifest = await readManifest(file, plan.manifestExtents);
        if (manifest.name === name)
            return manifest;
        throw new ArchiveDamage(layout/* MANIFEST_NAME */.R5, `it is that of ${JSON.stringify(manifest.name).slice(0, 60)}`);
    }
    finally {
        await file.close();
    }
}
/** Lets the group of the vault's directory read the archive: operators, where the keeper is one of them. */
async function giveToGroup(store, path) {
    if (!store.isProvisioned)
        return;
    const { gid } = await (0,promises_.stat)(store.directory);
    if (gid !== process.getegid?.() && process.getgroups?.().includes(gid))
        await (0,promises_.chown)(path, process.geteuid?.() ?? 0, gid);
}

// EXTERNAL MODULE: ./.build/src/config/archive-name.js
var archive_name = __nccwpck_require__(334);
;// CONCATENATED MODULE: ./.build/src/vault/store/check-name.js



const DAY_MS = 86_400_000;
/**
 * Checks the name under which an archive is to be sealed: the pattern, the calendar, and the vault's clock. Dates are
 * local ones, of a zone that the vault does not know: whole days are compared.
 * @throws Failure `refused`.
 */
function checkSealName(name, clock) {
    const parsed = (0,archive_name/* parseArchiveName */.Lz)(name);
    if (!parsed) {
        throw new failure/* Failure */.HR('refused', `${JSON.stringify(name.slice(0, 60))} is not the name of an archive`, 'Check the date in it.');
    }
    if (parsed.foreign) {
        throw new failure/* Failure */.HR('refused', `${name} is a name of the former script`, 'Nothing new is sealed under such a name.');
    }
    const today = clock.toISOString().slice(0, 10);
    const daysOff = Math.abs(Date.parse(parsed.date) - Date.parse(today)) / DAY_MS;
    if (daysOff <= limits/* MAX_DAYS_OFF */.zg)
        return;
    throw new failure/* Failure */.HR('refused', `the archive is dated ${parsed.date}, but the backup server's clock says ${clock.toISOString()}: ${daysOff} days apart`, `Set the clock that is wrong (timedatectl, NTP); at most ${limits/* MAX_DAYS_OFF */.zg} days are allowed.`);
}

;// CONCATENATED MODULE: ./.build/src/logging/format-time.js
/**
 * A point in time as people read it: `2026-11-24 00:45 Europe/Paris`, as in the names of archives of that zone. Without a
 * zone it is UTC, and says so. What is no time is shown as it came.
 */
function format_time_formatTime(instant, timezone = 'UTC') {
    const time = new Date(instant);
    if (Number.isNaN(time.getTime()))
        return String(instant);
    const parts = new Intl.DateTimeFormat('en-CA', {
        timeZone: timezone,
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
    }).formatToParts(time);
    const part = (type) => parts.find((candidate) => candidate.type === type)?.value ?? '';
    return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${timezone}`;
}

// EXTERNAL MODULE: ./.build/src/logging/quantity-text.js
var quantity_text = __nccwpck_require__(534);
;// CONCATENATED MODULE: ./.build/src/vault/store/daily-limits.js



const daily_limits_DAY_MS = 86_400_000;
/**
 * Checks that one more seal of so many bytes stays within the day's limits, which go by the ledger and the vault's clock.
 * Where archives share nothing, a seal takes an archive's full size, whatever of it is new.
 * @throws Failure `refused` with the numbers, when it will be possible again, and the setting that says so.
 */
function requireDailyRoom(store, ledger, { newBytes, sharesExtents }) {
    const { dailyLimits: limits } = store;
    if (!limits)
        return;
    const nowMs = store.now().getTime();
    const spent = ledger.lines
        .filter(({ action }) => action === 'seal')
        .map((line) => ({ timeMs: Date.parse(line.time), bytes: sharesExtents ? line.newBytes : line.size }))
        // A clock that was set back has sealed in what is now the future: that counts as well, but not for ever.
        .filter(({ timeMs }) => Math.abs(nowMs - timeMs) < daily_limits_DAY_MS)
        .sort((one, other) => one.timeMs - other.timeMs);
    const say = (atMs) => format_time_formatTime(new Date(atMs + daily_limits_DAY_MS), limits.timezone);
    if (spent.length >= limits.seals) {
        const again = spent[spent.length - limits.seals];
        throw daily_limits_refuse(`${(0,quantity_text/* countOf */.pq)(spent.length, 'archive')} sealed within 24 hours, and the vault takes no more than ${limits.seals}`, again && `possible again from ${say(again.timeMs)} on`, 'budgets.seals-per-day');
    }
    const spentBytes = spent.reduce((sum, { bytes }) => sum + bytes, 0);
    if (spentBytes + newBytes <= limits.newBytes)
        return;
    throw daily_limits_refuse(`this archive takes ${(0,quantity_text/* formatBytes */.z3)(newBytes)} of disk after ${(0,quantity_text/* formatBytes */.z3)(spentBytes)} within 24 hours, and the vault gives no more than ${(0,quantity_text/* formatBytes */.z3)(limits.newBytes)}`, findAgain(spent, limits.newBytes - newBytes, say), 'budgets.new-bytes-per-day');
}
/** When enough of what was spent is a day old; undefined where that alone will never do. */
function findAgain(spent, mayBeSpent, say) {
    if (mayBeSpent < 0)
        return undefined;
    let rest = spent.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { timeMs, bytes } of spent) {
        rest -= bytes;
        if (rest <= mayBeSpent)
            return `possible again from ${say(timeMs)} on`;
    }
    return undefined;
}
function daily_limits_refuse(what, again, key) {
    return new failure/* Failure */.HR('refused', `the vault's limit for a day is reached: ${what}; ${again ?? 'no day has room for it'} (${key})`, `Nothing was sealed and nothing was lost. Where this is no mistake, have ${key} raised in the vault's settings (/etc/skills-vault.yml, by its administrator), or wait.`);
}

;// CONCATENATED MODULE: ./.build/src/vault/store/guard-planning.js


/** Ten million files take a few minutes; what takes longer was made to. */
const MAX_PLANNING_MS = 15 * 60_000;
const INTERVAL_MS = 1_000;
/**
 * Ends the work on a recipe that eats up the disk's reserve (its index is written meanwhile), or that does not end: a few
 * kilobytes may unpack to millions of steps. The signal's reason is a Failure, `space` or `refused`.
 */
function guardPlanning(store, maximumMs = MAX_PLANNING_MS) {
    const abort = new AbortController();
    const startedMs = performance.now();
    const look = () => {
        if (performance.now() - startedMs > maximumMs) {
            const next = 'Run the backup again, with less at once.';
            abort.abort(new failure/* Failure */.HR('refused', 'following the recipe takes longer than any may', next));
        }
        else {
            (0,store_space/* requireSpace */.MK)(store, 0).catch((error) => abort.abort(error));
        }
    };
    const timer = setInterval(look, Math.min(INTERVAL_MS, maximumMs));
    return { signal: abort.signal, stop: () => clearInterval(timer) };
}

;// CONCATENATED MODULE: ./.build/src/vault/store/open-base.js





/**
 * Opens the archive that the recipe of `name` builds upon. It must be one of ours, as the ledger knows it, and not known
 * as damaged but for single extents, which `refuseBarred` looks after. A writer's must be the newest besides `name` itself: an older one, taken over into tonight's, would let
 * production read from the newest index which files there were before they were deleted.
 * @throws Failure `refused`; the client then asks for the newest archive again.
 */
async function openBase({ store, role, name }, ledger, named) {
    const line = listLedgerArchives(ledger).find((known) => known.name === named.name);
    if (line?.action !== 'seal' || line.index !== named.index) {
        throw open_base_refuse(`the recipe builds upon ${JSON.stringify(named.name).slice(0, 60)}, which this vault does not hold`);
    }
    if (!allowsBuilding(await readVerdict(store, line.name, line.index)))
        throw open_base_refuse(`the recipe builds upon ${line.name}, which is damaged`);
    if (role === 'writer') {
        const newest = await findNewest(store, { ...ledger, lines: ledger.lines.filter((known) => known.name !== name) });
        if (newest?.name !== line.name)
            throw open_base_refuse(`the recipe builds upon ${line.name}, which is not the newest archive`);
    }
    const file = await openArchive(store, line.name);
    if (file.sizeBytes === line.size)
        return file;
    await file.close();
    throw open_base_refuse(`the recipe builds upon ${line.name}, which has ${file.sizeBytes} bytes instead of ${line.size}`);
}
function open_base_refuse(message) {
    return new failure/* Failure */.HR('refused', message, 'Run the backup again: it begins with the newest good archive.');
}

;// CONCATENATED MODULE: ./.build/src/archive/emergency-card.js
/**
 * The emergency card: how to restore with scp, tar and psql alone. Written by `npm run build -- card` from
 * docs/carte-urgence.md; never edited here.
 */
const CARD_TEXT = `# CARTE D'URGENCE : tout restaurer avec scp, tar et psql

Serveur de sauvegarde : tc-portail, 172.16.95.98, SSH 4660, \`/srv/tc-data/backups\`.
ADMIN, compte des opérateurs là-bas : ............ empreinte SHA256:......................
Appeler d'abord : responsable ....................... hébergement ......................
**Ne pas** effacer quoi que ce soit sur la production, rebrancher une machine attaquée (la
réinstaller), charger un dump dans une base qui sert, mettre la clé age en ligne.

## 1. L'archive (attaque : une d'AVANT, pas la dernière), en root, 3 fois sa taille libre

\`\`\`sh
mkdir -p /srv/reprise && chmod 700 /srv/reprise && cd /srv/reprise
ssh -p 4660 ADMIN@172.16.95.98 'ls -lt /srv/tc-data/backups | head -20'
scp -P 4660 ADMIN@172.16.95.98:/srv/tc-data/backups/backup_full_2026-11-26.tar.gz .
gzip -t backup_full_2026-11-26.tar.gz && echo ENTIERE
tar -xpzf backup_full_2026-11-26.tar.gz --numeric-owner
for f in db/*.sql; do tail -n 8 "$f" | grep -q 'dump complete' || echo "COUPE : $f"; done
# ENTIERE doit s'afficher, COUPE jamais ; sinon prendre l'archive de la veille.
\`\`\`

## 2. Machine neuve seulement : Debian, Docker avec Compose 2, age ; puis les secrets

\`\`\`sh
age -d -i recovery-key.txt kit/secrets.tar.age | tar -xpf - --numeric-owner -C kit
mkdir -p /srv/skills-hub/data && cp -a kit/files/. /srv/skills-hub/ && cd /srv/skills-hub
docker compose up -d --wait app-db keycloak-db odoo-db mattermost-db
\`\`\`

## 3. Chaque base : les lignes d'App, avec les mots de sa ligne à la place de ceux d'App

\`\`\`sh
# arrêter     PSQL           -U, OWNER  base        globals-…   dump
# app         app-db         app        skills_hub  app         app
# keycloak    keycloak-db    keycloak   keycloak    keycloak    keycloak
# odoo        odoo-db        odoo       BASE        odoo        odoo.BASE, sauf postgres
# mattermost  mattermost-db  mmuser     mattermost  mattermost  mattermost
cd /srv/skills-hub && docker compose stop app
PSQL='docker compose exec -T app-db psql -X -U app'
#PSQL='runuser -u postgres -- psql -X'  # PostgreSQL sur la machine : sans le premier #
grep '^CREATE ROLE' /srv/reprise/db/globals-app.sql | $PSQL -d postgres  # existe : normal
#$PSQL -d postgres < /srv/reprise/db/globals-app.sql  # machine neuve : sans le premier #
$PSQL -d postgres -c 'CREATE DATABASE neuve TEMPLATE template0 OWNER app'
$PSQL -d neuve -v ON_ERROR_STOP=1 -q -1 < /srv/reprise/db/app.sql && echo CHARGEE
# Sans CHARGEE, ne rien renommer. Base absente : le premier renommage échoue, sans mal.
$PSQL -d postgres -c 'ALTER DATABASE skills_hub RENAME TO skills_hub_avant'
$PSQL -d postgres -c 'ALTER DATABASE neuve RENAME TO skills_hub'
\`\`\`

## 4. Les fichiers perdus (un portfolio : \`uploads/student_0042/.\`), puis tout redémarrer

\`\`\`sh
cp -a --backup=numbered /srv/reprise/uploads/. /srv/skills-hub/data/uploads/
cp -a --backup=numbered /srv/reprise/odoo-data/. /srv/skills-hub/data/odoo/
cp -a --backup=numbered /srv/reprise/odoo-addons/. /srv/skills-hub/data/odoo-addons/
cp -a --backup=numbered /srv/reprise/mattermost-files/. /srv/skills-hub/data/mattermost/
cd /srv/skills-hub && docker compose up -d --wait
# skills_hub_avant et les *.~1~ restent jusqu'à l'accord du responsable.
\`\`\`
`;

;// CONCATENATED MODULE: ./.build/src/vault/store/place-card.js








/** There is no secret on it: whoever gets as far as the folder may read it. */
const CARD_MODE = 0o444;
/** Beside the archives, for whoever finds them when nothing else is left. */
function cardPath(store) {
    return (0,external_node_path_.join)(store.directory, layout/* CARD_NAME */.d5);
}
/**
 * Lays the emergency card of this very program beside the archives where it is missing or another: never one that a
 * client sent. An archive that is sealed stays sealed where this fails. The vault's lock must be held, since whatever
 * a killed run leaves in the assembly directory is cleared up under it.
 */
async function placeCard(store, log) {
    const fresh = (0,external_node_path_.join)(store.assembly, layout/* CARD_NAME */.d5);
    try {
        if (await isCurrent(cardPath(store)))
            return;
        await durable_file_writeDurably(fresh, CARD_TEXT, CARD_MODE);
        await giveToGroup(store, fresh);
        await (0,promises_.rename)(fresh, cardPath(store));
        await syncDirectory(store.directory);
    }
    catch (error) {
        await (0,promises_.rm)(fresh, { force: true }).catch(() => undefined);
        log.warning(`the emergency card ${layout/* CARD_NAME */.d5} could not be laid beside the archives: ${(0,failure/* messageOf */.bD)(error)}`);
    }
}
async function isCurrent(path) {
    const text = Buffer.from(CARD_TEXT);
    const file = await (0,promises_.open)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK).catch(() => undefined);
    if (!file)
        return false;
    try {
        const { uid, mode, nlink, size } = await file.stat();
        const isOurs = uid === process.geteuid?.() && (mode & 0o7777) === CARD_MODE && nlink === 1;
        return isOurs && size === text.length && text.equals(await file.readFile());
    }
    finally {
        await file.close();
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/extent-table.js
const extent_table_DIGEST_BYTES = 32;
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
        this.#digests.write(extent.sha256, ordinal * extent_table_DIGEST_BYTES, 'hex');
        if (extent.key)
            this.#keys.write(extent.key, ordinal * extent_table_DIGEST_BYTES, 'hex');
        this.#numbers.set([extent.offset, extent.length, extent.entries], ordinal * 3);
        this.#byDigest = undefined;
        this.#byKey = undefined;
    }
    at(ordinal) {
        if (ordinal < 0 || ordinal >= this.#count)
            throw new RangeError(`there is no extent ${ordinal}`);
        const place = ordinal * extent_table_DIGEST_BYTES;
        const key = this.#keys.toString('hex', place, place + extent_table_DIGEST_BYTES);
        return {
            offset: this.#numbers[ordinal * 3] ?? 0,
            length: this.#numbers[ordinal * 3 + 1] ?? 0,
            entries: this.#numbers[ordinal * 3 + 2] ?? 0,
            sha256: this.#digests.toString('hex', place, place + extent_table_DIGEST_BYTES),
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
        const capacity = this.#digests.length / extent_table_DIGEST_BYTES;
        if (this.#count <= capacity)
            return;
        const larger = Math.max(1024, capacity * 2);
        const enlarge = (old) => Buffer.concat([old], larger * extent_table_DIGEST_BYTES);
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
            let slot = digests.readUInt32BE(ordinal * extent_table_DIGEST_BYTES) & (slots.length - 1);
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
            const place = ordinal * extent_table_DIGEST_BYTES;
            if (wanted.equals(digests.subarray(place, place + extent_table_DIGEST_BYTES)))
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
    // In pieces: whoever sends a line without end must not have it copied again with every chunk.
    let rest = [];
    let restBytes = 0;
    for await (const chunk of chunks) {
        const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
        const end = bytes.lastIndexOf(0x0a);
        if (end >= 0) {
            const whole = rest.length === 0 ? bytes.subarray(0, end) : Buffer.concat([...rest, bytes.subarray(0, end)]);
            yield whole.toString('utf8').split('\n');
            rest = [];
            restBytes = 0;
        }
        if (end === bytes.length - 1)
            continue;
        rest.push(Buffer.from(bytes.subarray(end + 1)));
        restBytes += bytes.length - end - 1;
        if (end === -1 && restBytes > maxLineBytes)
            throw new RangeError(`a line is longer than ${maxLineBytes} bytes`);
    }
    if (restBytes > 0)
        yield [Buffer.concat(rest).toString('utf8')];
}
/** The lines of all batches, one by one. */
async function* singly(batches) {
    for await (const batch of batches)
        yield* batch;
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
    #batches;
    #batch = [];
    #at = 0;
    constructor(batches) {
        this.#batches = batches;
    }
    /** Reads as far as the extents go. */
    static async open(chunks) {
        const reader = new IndexReader(readLines(chunks));
        await reader.#expect(INDEX_START);
        for (;;) {
            const line = reader.#take() ?? (await reader.#next());
            if (line === INDEX_MIDDLE)
                return reader;
            const extent = checkExtent(JSON.parse(line.replace(/,$/, '')));
            if (extent.offset !== reader.extents.endOffset)
                throw new TypeError(`the extent at ${extent.offset} leaves a gap`);
            reader.extents.append(extent);
        }
    }
    /** All extents in order, each with its lines; can be gone through once. Whoever stops early closes the stream behind. */
    async *entries() {
        let isWhole = false;
        try {
            for (const extent of this.extents) {
                const lines = [];
                while (lines.length < extent.entries) {
                    const line = this.#take() ?? (await this.#next());
                    lines.push(line.endsWith(',') ? line.slice(0, -1) : line);
                }
                yield { extent, lines };
            }
            await this.#expect(INDEX_END);
            isWhole = true;
        }
        finally {
            // To its end, it is left to whoever hashes what passes.
            if (!isWhole)
                await this.close();
        }
    }
    /** Stops reading early; the stream behind is closed. */
    async close() {
        await this.#batches.return?.();
    }
    /** The next line of those that have been read: waiting for each of a million takes longer than all the rest. */
    #take() {
        return this.#batch[this.#at++];
    }
    async #next() {
        for (;;) {
            const line = this.#take();
            if (line !== undefined)
                return line;
            const result = await this.#batches.next();
            if (result.done)
                throw new TypeError('the index ends too early');
            this.#batch = result.value;
            this.#at = 0;
        }
    }
    async #expect(text) {
        const line = await this.#next();
        if (line !== text)
            throw new TypeError(`the index has ${JSON.stringify(line.slice(0, 60))} in place of ${text}`);
    }
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
    /** Bytes of the index so far, short of its three own lines. */
    get sizeBytes() {
        return this.#extents.sizeBytes + this.#entries.sizeBytes;
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
        const hash = (0,external_node_crypto_.createHash)('sha256');
        const target = await (0,promises_.open)(this.#path, 'wx', 0o600);
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
        await (0,promises_.rm)(this.#path, { force: true });
    }
}
/** Lines of a JSON array, on their way through a temporary file. */
class Spool {
    /** Characters that were appended: bytes, but for names beyond ASCII. */
    sizeBytes = 0;
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
        return new Spool(path, await (0,promises_.open)(path, 'wx', 0o600));
    }
    async append(lines) {
        for (const line of lines) {
            this.#pending += this.#isEmpty ? line : `,\n${line}`;
            this.#isEmpty = false;
            this.sizeBytes += line.length + 2;
        }
        if (this.#pending.length > FLUSH_CHARACTERS)
            await this.#flush();
    }
    /** All that was appended, ended by a newline; the temporary file is gone afterwards. */
    async *drain() {
        if (!this.#isEmpty)
            this.#pending += '\n';
        await this.#flush();
        yield* (0,external_node_fs_.createReadStream)(this.#path, { highWaterMark: 1024 * 1024 });
        await this.discard();
    }
    async discard() {
        if (!this.#isClosed)
            await this.#file.close();
        this.#isClosed = true;
        await (0,promises_.rm)(this.#path, { force: true });
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
    return { ...head, recipe: 1 };
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
    #hash = (0,external_node_crypto_.createHash)('sha256');
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

;// CONCATENATED MODULE: ./.build/src/vault/store/manifest-finder.js


/** Lines are held in memory until the archive stands; a manifest has one for each chunk. */
const MAX_EXTENTS = 64;
const MAX_LINES_CHARACTERS = layout/* CHUNK_BYTES */.EC;
/** Picks the extents that hold the manifest out of all that go by in archive order. */
class ManifestFinder {
    extents = [];
    #isWithin = false;
    #characters = 0;
    /** `shift` moves the lines to their place in the archive. Throws a TypeError where there is more than a manifest has. */
    look(extent, lines, shift) {
        // The first chunk of a large entry has no line of its own: it follows the entry's header.
        this.#isWithin = lines.length === 0 ? this.#isWithin : lines.some(isManifestLine);
        if (!this.#isWithin)
            return;
        for (const line of lines)
            this.#characters += line.length;
        if (this.extents.length >= MAX_EXTENTS || this.#characters > MAX_LINES_CHARACTERS) {
            throw new TypeError('the manifest is larger than any is');
        }
        this.extents.push({ extent, lines: lines.map((line) => relocateLine(line, shift)) });
    }
}
/** Whether a line of the index is the manifest's, or a further chunk of it: name and type stand first. */
function isManifestLine(line) {
    return line.startsWith(`{"name":"${layout/* MANIFEST_NAME */.R5}","type":`);
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

;// CONCATENATED MODULE: ./.build/src/vault/store/plan.js













/** Extents with many empty files have many lines; each stands in one step. */
const MAX_STEP_BYTES = 64 * 1024 * 1024;
/** Readers of an index take no longer line. */
const MAX_INDEX_LINE_BYTES = 1024 * 1024;
/**
 * Follows a recipe and writes the index of the archive to be to `indexPath`.
 * `openBase` gives the archive that the recipe names. Nothing of the upload is believed: every new line must be one that
 * our writer would write, within its extent, and the base's index must have the digest that the ledger knows.
 * @throws Failure `refused` where the recipe does not hold together; the signal's reason where that came first.
 */
async function planArchive(recipe, indexPath, openBase, signal) {
    const writer = await IndexWriter.create(indexPath);
    try {
        const gunzip = (0,external_node_zlib_.createGunzip)();
        (0,external_node_stream_.pipeline)(recipe, gunzip, () => { });
        const steps = singly(stopWith(signal, readLines(gunzip, MAX_STEP_BYTES)));
        const first = await steps.next();
        if (first.done)
            throw new TypeError('the recipe is empty');
        const head = parseRecipeHead(first.value);
        const base = head.base && (await openBase(head.base));
        const digest = base && new DigestedStream(base.stream);
        const reader = digest && (await IndexReader.open(digest));
        const extents = new ExtentTable();
        const origins = new OriginTable(head.segments);
        const manifest = new ManifestFinder();
        let newExtentBytes = 0;
        for await (const { extent, from } of followRecipe(head.segments, steps, reader)) {
            if ('segment' in from) {
                if (extent.length > limits/* MAX_EXTENT_BYTES */.GR)
                    throw new TypeError(`an extent has ${extent.length} bytes`);
                newExtentBytes += extent.length;
            }
            if (extent.origin === 0)
                for (const line of extent.lines)
                    checkLine(line, extent);
            const offset = await writer.place(extent);
            const { length, sha256, lines } = extent;
            const placed = { offset, length, sha256, entries: lines.length };
            extents.append(placed);
            origins.append(from);
            manifest.look(placed, lines, offset - extent.origin);
            // What a recipe of a few megabytes unpacks to is not for the client to decide.
            if (extents.count > limits/* MAX_ARCHIVE_EXTENTS */.yJ)
                throw new TypeError(`it has more than ${limits/* MAX_ARCHIVE_EXTENTS */.yJ} extents`);
            if (writer.sizeBytes > limits/* MAX_INDEX_BYTES */.w2)
                throw new TypeError(`its index has more than ${limits/* MAX_INDEX_BYTES */.w2} bytes`);
        }
        await reader?.close();
        if (base && (await digest?.finish()) !== base.index) {
            throw new failure/* Failure */.HR('damaged', `the index of ${head.base?.name} is damaged`, 'Have it verified: the next backup then builds upon an older one.');
        }
        const { sha256, sizeBytes } = await writer.finish();
        const originOf = (ordinal) => origins.at(ordinal);
        return {
            head,
            extents,
            originOf,
            index: sha256,
            indexPath,
            indexBytes: sizeBytes,
            newExtentBytes,
            manifestExtents: manifest.extents,
        };
    }
    catch (error) {
        await writer.discard();
        if (error instanceof failure/* Failure */.HR || !isMisfit(error))
            throw error;
        throw new failure/* Failure */.HR('refused', `the recipe is not valid: ${(0,failure/* messageOf */.bD)(error)}`, 'Run the backup again.', {
            cause: error,
        });
    }
}
/** Passes lines on until there is a reason to stop: what has been received already may unpack to any number of them. */
async function* stopWith(signal, batches) {
    for await (const batch of batches) {
        signal?.throwIfAborted();
        yield batch;
    }
}
function checkLine(line, extent) {
    if (Buffer.byteLength(line) > MAX_INDEX_LINE_BYTES)
        throw new TypeError('an entry has a line that nobody would read');
    const parsed = toc_line_parseTocLine(line);
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

;// CONCATENATED MODULE: ./.build/src/vault/store/receive-recipe.js






/** Between two looks at the disk: many clients may be sending at once. */
const LOOK_EVERY_BYTES = 16 * 1024 * 1024;
/**
 * Takes a recipe off the wire into a file without a name, so that a client that stalls holds no lock and leaves nothing
 * behind. The caller closes it.
 * @throws Failure `refused` where it is too long, `space` where it would take the disk's reserve.
 */
async function receiveRecipe(store, body) {
    const path = (0,external_node_path_.join)(store.assembly, `recipe-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`);
    const file = await (0,promises_.open)(path, 'wx+', 0o600);
    await (0,promises_.rm)(path, { force: true });
    try {
        let receivedBytes = 0;
        let nextLook = LOOK_EVERY_BYTES;
        for await (const chunk of body) {
            receivedBytes += chunk.length;
            if (receivedBytes > nextLook) {
                await (0,store_space/* requireSpace */.MK)(store, LOOK_EVERY_BYTES);
                nextLook += LOOK_EVERY_BYTES;
            }
            if (receivedBytes > limits/* MAX_RECIPE_BYTES */.WE) {
                throw new failure/* Failure */.HR('refused', 'the recipe is longer than any may be', 'Run the backup again, with less at once.');
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

;// CONCATENATED MODULE: ./.build/src/vault/store/read-extent-table.js





/**
 * The extents of an archive by its own index, which must have the digest that the ledger knows.
 * @throws ArchiveDamage where it has not, or cannot be read.
 */
async function readExtentTable(file, index) {
    try {
        const digest = new DigestedStream(file.readIndex());
        const reader = await IndexReader.open(digest);
        if ((await digest.finish()) !== index)
            throw new ArchiveDamage('the index', 'it is not the one that was sealed');
        return reader.extents;
    }
    catch (error) {
        const isMisfit = error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError;
        if (!isMisfit && !isReadError(error))
            throw error;
        throw new ArchiveDamage('the index', (0,failure/* messageOf */.bD)(error), { cause: error });
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/find-wrong-extents.js



/**
 * Reads all extents of an archive and returns those that are damaged.
 * @throws ArchiveDamage where its index is.
 */
async function findWrongExtents(store, { name, index, file }, progress) {
    const extents = await readExtentTable(file, index);
    const wrong = [];
    for await (const block of checkExtents({ path: (0,store_layout/* archivePath */.oM)(store, name), handle: file.handle }, extents)) {
        wrong.push(...block.wrong);
        const last = block.places.at(-1);
        if (last)
            progress(last.offset + last.length, extents.endOffset);
    }
    return wrong;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/name-entries.js




/** An extent may hold hundreds of small files; so many are named. */
const LISTED_NAMES = 20;
/**
 * The entries that have something in the extents at these places, by place. For messages: where the index cannot be
 * read either, nothing is named.
 */
async function nameEntries(store, name, offsets) {
    const names = new Map();
    const file = await openArchive(store, name).catch(() => undefined);
    if (!file)
        return names;
    try {
        const reader = await IndexReader.open(file.readIndex());
        let last;
        for await (const { extent, lines } of reader.entries()) {
            if (offsets.has(extent.offset)) {
                const listed = lines.slice(0, LISTED_NAMES).map((line) => showName(toc_line_parseTocLine(line).name));
                // Without a line of its own it goes on with the entry before.
                names.set(extent.offset, listed.length > 0 || last === undefined ? [...new Set(listed)] : [last]);
                if (names.size === offsets.size)
                    break;
            }
            const line = lines.at(-1);
            if (line !== undefined)
                last = showName(toc_line_parseTocLine(line).name);
        }
    }
    catch {
        // The damage is told all the same, by its place.
    }
    finally {
        await file.close();
    }
    return names;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/record-damage.js



/**
 * Remembers that extents of an archive are damaged: they are barred, and the archive's verdict names what is in them.
 * Returns those that were not known before.
 */
async function recordDamage(store, found) {
    const { name, index } = found;
    const extents = await noteDamage(store, found);
    if (extents.length > 0)
        await pronounceDamaged(store, { name, index, extents });
    return extents;
}
/** The same without a verdict, for whoever gives one. */
async function noteDamage(store, { name, index, wrong, by }) {
    const before = damageOf(await readDamage(store), name, index);
    const known = new Set(before.map(({ offset }) => offset));
    const found = store.now().toISOString();
    const fresh = wrong
        .filter(({ offset }) => !known.has(offset))
        // One more than can be barred says that they are too many.
        .slice(0, Math.max(0, MAX_BARRED_EXTENTS + 1 - before.length))
        .map(({ offset, length, sha256, what }) => ({ archive: name, index, offset, length, sha256, found, by, what }));
    await appendDamage(store, fresh);
    return fresh;
}
/** Gives an archive the verdict that its damaged extents make necessary. */
async function pronounceDamaged(store, { name, index, extents }) {
    const damage = await describeDamage(store, name, extents);
    const bytes = extents.reduce((sum, { length }) => sum + length, 0);
    await recordVerdict(store, {
        name,
        index,
        level: 'scrub',
        isSound: false,
        isExtentsOnly: true,
        damage,
        checked: { extents: extents.length, entries: 0, bytes, databases: [], tables: 0 },
        time: store.now().toISOString(),
    });
}
/** Damaged extents as a verdict has them: by the entries that are in them. */
async function describeDamage(store, name, extents) {
    const names = await nameEntries(store, name, new Set(extents.map(({ offset }) => offset)));
    return extents.flatMap(({ offset, what }) => {
        const hit = names.get(offset) ?? [];
        return (hit.length > 0 ? hit : [`the extent at ${offset}`]).map((where) => ({ where, what }));
    });
}

;// CONCATENATED MODULE: ./.build/src/archive/archive-bytes.js

const READ_BYTES = (/* unused pure expression or super */ null && (1024 * 1024));
/** An archive in an open file. */
async function openArchiveBytes(file) {
    const { size: sizeBytes } = await file.stat();
    return {
        sizeBytes,
        async *read(offset, length) {
            const end = Math.min(offset + length, sizeBytes);
            for (let position = offset; position < end;) {
                const { bytesRead, buffer } = await file.read({
                    buffer: Buffer.allocUnsafe(Math.min(READ_BYTES, end - position)),
                    position,
                });
                if (bytesRead === 0)
                    return;
                position += bytesRead;
                yield buffer.subarray(0, bytesRead);
            }
        },
    };
}
/** Passes chunks on and gives their SHA-256 to `onEnd` once all have passed. */
async function* hashPassing(chunks, onEnd) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    let sizeBytes = 0;
    for await (const chunk of chunks) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
    }
    onEnd(hash.digest('hex'), sizeBytes);
}

;// CONCATENATED MODULE: ./.build/src/archive/index-survey.js


/** Reads an index to its end; throws a TypeError or SyntaxError where it is none. */
async function surveyIndex(index) {
    const { count: extents, endOffset } = index.extents;
    const survey = {
        topNames: new Set(),
        dumpSizes: new Map(),
        kitSizes: new Map(),
        entries: 0,
        contentBytes: 0,
        extents,
        endOffset,
        manifestExtents: [],
    };
    let ordinal = 0;
    let isManifest = false;
    for await (const { lines } of index.entries()) {
        let holdsManifest = isManifest && lines.length === 0;
        for (const line of lines.map(toc_line_parseTocLine)) {
            if (line.type !== 'chunk') {
                const name = line.name.toString('utf8');
                isManifest = name === layout/* MANIFEST_NAME */.R5;
                survey.entries++;
                survey.contentBytes += line.size ?? 0;
                survey.topNames.add(name.split('/', 1)[0] ?? '');
                if (name.startsWith(layout/* DUMP_FOLDER */.OY) && line.type !== 'dir')
                    survey.dumpSizes.set(name, line.size ?? 0);
                if (name.startsWith(layout/* KIT_FOLDER */.sl))
                    survey.kitSizes.set(name, line.size ?? 0);
            }
            holdsManifest ||= isManifest;
        }
        if (holdsManifest)
            survey.manifestExtents.push(ordinal);
        ordinal++;
    }
    return survey;
}

;// CONCATENATED MODULE: ./.build/src/archive/manifest-world.js

/** Compares what the manifest names with what the index holds: nothing more and nothing less. */
function compareWithManifest(manifest, survey) {
    const damage = [];
    const declared = new Map();
    for (const { dump, sizeBytes } of Object.values(manifest.databases))
        declared.set(dump, sizeBytes);
    for (const [name, { sizeBytes }] of Object.entries(manifest.globals))
        declared.set(name, sizeBytes);
    damage.push(...compareSizes(declared, survey.dumpSizes));
    if (manifest.kit) {
        const entries = Object.entries(manifest.kit.entries).map(([name, { sizeBytes }]) => [name, sizeBytes]);
        damage.push(...compareSizes(new Map(entries), survey.kitSizes));
    }
    for (const [source, { files, directories, links }] of Object.entries(manifest.files)) {
        if (files + directories + links > 0 && !survey.topNames.has(source)) {
            damage.push({ where: `${source}/`, what: 'the manifest names it, the archive does not hold it' });
        }
    }
    const allowed = new Set([...Object.keys(manifest.files), layout/* DUMP_FOLDER */.OY.slice(0, -1), ...layout/* TEXT_NAMES */.Tj]);
    if (manifest.kit)
        allowed.add(layout/* KIT_FOLDER */.sl.slice(0, -1));
    for (const name of survey.topNames) {
        if (!allowed.has(name))
            damage.push({ where: name, what: 'the manifest does not name it' });
    }
    return damage;
}
function compareSizes(declared, held) {
    const damage = [];
    for (const [name, sizeBytes] of declared) {
        const size = held.get(name);
        if (size === undefined)
            damage.push({ where: name, what: 'the manifest names it, the archive does not hold it' });
        else if (size !== sizeBytes)
            damage.push({ where: name, what: `${size} bytes; the manifest says ${sizeBytes}` });
    }
    for (const name of held.keys()) {
        if (!declared.has(name))
            damage.push({ where: name, what: 'the manifest does not name it' });
    }
    return damage;
}

;// CONCATENATED MODULE: ./.build/src/archive/select-entries.js

/**
 * Chooses the extents that hold what `wants` (names with a directory's last slash). Goes through the index once, and
 * once more only where a hard link is wanted without its target, which stands before it.
 */
async function selectEntries(openIndex, wants) {
    const linkTargets = new Set();
    const first = await passThrough(await openIndex(), wants, linkTargets);
    if (linkTargets.size === 0)
        return { ...first, linkTargets };
    const isTarget = (name) => wants(name) || linkTargets.has(name.toString('latin1'));
    const { ordinals, ranges } = await passThrough(await openIndex(), isTarget, new Set());
    return { ...first, ordinals, ranges, linkTargets };
}
/** The chosen extents with their lines, as `readExtents` takes them. */
async function* chooseExtents(index, ordinals) {
    let place = 0;
    let ordinal = 0;
    for await (const indexed of index.entries()) {
        if (ordinals[place] !== ordinal++)
            continue;
        yield indexed;
        if (++place === ordinals.length)
            return;
    }
}
async function passThrough(index, wants, linkTargets) {
    const ordinals = [];
    let ordinal = 0;
    let entries = 0;
    let contentBytes = 0;
    let isWanted = false;
    for await (const { lines } of index.entries()) {
        // Without lines it is the first chunk of a large entry, and belongs to the entry before it.
        let isChosen = isWanted && lines.length === 0;
        for (const line of lines) {
            const { name, type } = parseTocName(line);
            if (type !== 'chunk') {
                isWanted = wants(name);
                if (isWanted) {
                    const { size = 0, linkName } = parseTocLine(line);
                    entries++;
                    contentBytes += size;
                    if (linkName && type === 'hardlink' && !wants(linkName))
                        linkTargets.add(linkName.toString('latin1'));
                }
            }
            isChosen ||= isWanted;
        }
        if (isChosen)
            ordinals.push(ordinal);
        ordinal++;
    }
    return { ordinals, ranges: mergeRanges(index.extents, ordinals), entries, contentBytes };
}
/** The bytes of chosen extents in the archive, neighbours merged. */
function mergeRanges(extents, ordinals) {
    const ranges = [];
    for (const ordinal of ordinals) {
        const { offset, length } = extents.at(ordinal);
        const last = ranges.at(-1);
        if (last && last.offset + last.length === offset)
            last.length += length;
        else
            ranges.push({ offset, length });
    }
    return ranges;
}

;// CONCATENATED MODULE: external "events"
const external_events_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");
;// CONCATENATED MODULE: external "node:string_decoder"
const external_node_string_decoder_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:string_decoder");
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");
;// CONCATENATED MODULE: external "assert"
const external_assert_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");
;// CONCATENATED MODULE: external "buffer"
const external_buffer_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("buffer");
;// CONCATENATED MODULE: external "zlib"
const external_zlib_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("zlib");
var external_zlib_namespaceObject_0 = /*#__PURE__*/__nccwpck_require__.t(external_zlib_namespaceObject, 2);
;// CONCATENATED MODULE: external "node:assert"
const external_node_assert_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:assert");
;// CONCATENATED MODULE: ./node_modules/tar/dist/esm/index.min.js
var zr=Object.defineProperty;var Ur=(s,t)=>{for(var e in t)zr(s,e,{get:t[e],enumerable:!0})};var Ds=typeof process=="object"&&process?process:{stdout:null,stderr:null},Wr=s=>!!s&&typeof s=="object"&&(s instanceof A||s instanceof external_node_stream_||Gr(s)||Zr(s)),Gr=s=>!!s&&typeof s=="object"&&s instanceof external_node_events_namespaceObject.EventEmitter&&typeof s.pipe=="function"&&s.pipe!==external_node_stream_.Writable.prototype.pipe,Zr=s=>!!s&&typeof s=="object"&&s instanceof external_node_events_namespaceObject.EventEmitter&&typeof s.write=="function"&&typeof s.end=="function",Q=Symbol("EOF"),J=Symbol("maybeEmitEnd"),nt=Symbol("emittedEnd"),De=Symbol("emittingEnd"),qt=Symbol("emittedError"),Ne=Symbol("closed"),Ns=Symbol("read"),Ae=Symbol("flush"),As=Symbol("flushChunk"),z=Symbol("encoding"),Mt=Symbol("decoder"),g=Symbol("flowing"),Qt=Symbol("paused"),Bt=Symbol("resume"),b=Symbol("buffer"),N=Symbol("pipes"),_=Symbol("bufferLength"),bi=Symbol("bufferPush"),Ie=Symbol("bufferShift"),L=Symbol("objectMode"),S=Symbol("destroyed"),_i=Symbol("error"),Oi=Symbol("emitData"),Is=Symbol("emitEnd"),Ti=Symbol("emitEnd2"),Z=Symbol("async"),xi=Symbol("abort"),Ce=Symbol("aborted"),Jt=Symbol("signal"),Rt=Symbol("dataListeners"),C=Symbol("discarded"),jt=s=>Promise.resolve().then(s),Yr=s=>s(),Kr=s=>s==="end"||s==="finish"||s==="prefinish",Vr=s=>s instanceof ArrayBuffer||!!s&&typeof s=="object"&&s.constructor&&s.constructor.name==="ArrayBuffer"&&s.byteLength>=0,$r=s=>!Buffer.isBuffer(s)&&ArrayBuffer.isView(s),Fe=class{src;dest;opts;ondrain;constructor(t,e,i){this.src=t,this.dest=e,this.opts=i,this.ondrain=()=>t[Bt](),this.dest.on("drain",this.ondrain)}unpipe(){this.dest.removeListener("drain",this.ondrain)}proxyErrors(t){}end(){this.unpipe(),this.opts.end&&this.dest.end()}},Li=class extends Fe{unpipe(){this.src.removeListener("error",this.proxyErrors),super.unpipe()}constructor(t,e,i){super(t,e,i),this.proxyErrors=r=>this.dest.emit("error",r),t.on("error",this.proxyErrors)}},Xr=s=>!!s.objectMode,qr=s=>!s.objectMode&&!!s.encoding&&s.encoding!=="buffer",A=class extends external_node_events_namespaceObject.EventEmitter{[g]=!1;[Qt]=!1;[N]=[];[b]=[];[L];[z];[Z];[Mt];[Q]=!1;[nt]=!1;[De]=!1;[Ne]=!1;[qt]=null;[_]=0;[S]=!1;[Jt];[Ce]=!1;[Rt]=0;[C]=!1;writable=!0;readable=!0;constructor(...t){let e=t[0]||{};if(super(),e.objectMode&&typeof e.encoding=="string")throw new TypeError("Encoding and objectMode may not be used together");Xr(e)?(this[L]=!0,this[z]=null):qr(e)?(this[z]=e.encoding,this[L]=!1):(this[L]=!1,this[z]=null),this[Z]=!!e.async,this[Mt]=this[z]?new external_node_string_decoder_namespaceObject.StringDecoder(this[z]):null,e&&e.debugExposeBuffer===!0&&Object.defineProperty(this,"buffer",{get:()=>this[b]}),e&&e.debugExposePipes===!0&&Object.defineProperty(this,"pipes",{get:()=>this[N]});let{signal:i}=e;i&&(this[Jt]=i,i.aborted?this[xi]():i.addEventListener("abort",()=>this[xi]()))}get bufferLength(){return this[_]}get encoding(){return this[z]}set encoding(t){throw new Error("Encoding must be set at instantiation time")}setEncoding(t){throw new Error("Encoding must be set at instantiation time")}get objectMode(){return this[L]}set objectMode(t){throw new Error("objectMode must be set at instantiation time")}get async(){return this[Z]}set async(t){this[Z]=this[Z]||!!t}[xi](){this[Ce]=!0,this.emit("abort",this[Jt]?.reason),this.destroy(this[Jt]?.reason)}get aborted(){return this[Ce]}set aborted(t){}write(t,e,i){if(this[Ce])return!1;if(this[Q])throw new Error("write after end");if(this[S])return this.emit("error",Object.assign(new Error("Cannot call write after a stream was destroyed"),{code:"ERR_STREAM_DESTROYED"})),!0;typeof e=="function"&&(i=e,e="utf8"),e||(e="utf8");let r=this[Z]?jt:Yr;if(!this[L]&&!Buffer.isBuffer(t)){if($r(t))t=Buffer.from(t.buffer,t.byteOffset,t.byteLength);else if(Vr(t))t=Buffer.from(t);else if(typeof t!="string")throw new Error("Non-contiguous data written to non-objectMode stream")}return this[L]?(this[g]&&this[_]!==0&&this[Ae](!0),this[g]?this.emit("data",t):this[bi](t),this[_]!==0&&this.emit("readable"),i&&r(i),this[g]):t.length?(typeof t=="string"&&!(e===this[z]&&!this[Mt]?.lastNeed)&&(t=Buffer.from(t,e)),Buffer.isBuffer(t)&&this[z]&&(t=this[Mt].write(t)),this[g]&&this[_]!==0&&this[Ae](!0),this[g]?this.emit("data",t):this[bi](t),this[_]!==0&&this.emit("readable"),i&&r(i),this[g]):(this[_]!==0&&this.emit("readable"),i&&r(i),this[g])}read(t){if(this[S])return null;if(this[C]=!1,this[_]===0||t===0||t&&t>this[_])return this[J](),null;this[L]&&(t=null),this[b].length>1&&!this[L]&&(this[b]=[this[z]?this[b].join(""):Buffer.concat(this[b],this[_])]);let e=this[Ns](t||null,this[b][0]);return this[J](),e}[Ns](t,e){if(this[L])this[Ie]();else{let i=e;t===i.length||t===null?this[Ie]():typeof i=="string"?(this[b][0]=i.slice(t),e=i.slice(0,t),this[_]-=t):(this[b][0]=i.subarray(t),e=i.subarray(0,t),this[_]-=t)}return this.emit("data",e),!this[b].length&&!this[Q]&&this.emit("drain"),e}end(t,e,i){return typeof t=="function"&&(i=t,t=void 0),typeof e=="function"&&(i=e,e="utf8"),t!==void 0&&this.write(t,e),i&&this.once("end",i),this[Q]=!0,this.writable=!1,(this[g]||!this[Qt])&&this[J](),this}[Bt](){this[S]||(!this[Rt]&&!this[N].length&&(this[C]=!0),this[Qt]=!1,this[g]=!0,this.emit("resume"),this[b].length?this[Ae]():this[Q]?this[J]():this.emit("drain"))}resume(){return this[Bt]()}pause(){this[g]=!1,this[Qt]=!0,this[C]=!1}get destroyed(){return this[S]}get flowing(){return this[g]}get paused(){return this[Qt]}[bi](t){this[L]?this[_]+=1:this[_]+=t.length,this[b].push(t)}[Ie](){return this[L]?this[_]-=1:this[_]-=this[b][0].length,this[b].shift()}[Ae](t=!1){do;while(this[As](this[Ie]())&&this[b].length);!t&&!this[b].length&&!this[Q]&&this.emit("drain")}[As](t){return this.emit("data",t),this[g]}pipe(t,e){if(this[S])return t;this[C]=!1;let i=this[nt];return e=e||{},t===Ds.stdout||t===Ds.stderr?e.end=!1:e.end=e.end!==!1,e.proxyErrors=!!e.proxyErrors,i?e.end&&t.end():(this[N].push(e.proxyErrors?new Li(this,t,e):new Fe(this,t,e)),this[Z]?jt(()=>this[Bt]()):this[Bt]()),t}unpipe(t){let e=this[N].find(i=>i.dest===t);e&&(this[N].length===1?(this[g]&&this[Rt]===0&&(this[g]=!1),this[N]=[]):this[N].splice(this[N].indexOf(e),1),e.unpipe())}addListener(t,e){return this.on(t,e)}on(t,e){let i=super.on(t,e);if(t==="data")this[C]=!1,this[Rt]++,!this[N].length&&!this[g]&&this[Bt]();else if(t==="readable"&&this[_]!==0)super.emit("readable");else if(Kr(t)&&this[nt])super.emit(t),this.removeAllListeners(t);else if(t==="error"&&this[qt]){let r=e;this[Z]?jt(()=>r.call(this,this[qt])):r.call(this,this[qt])}return i}removeListener(t,e){return this.off(t,e)}off(t,e){let i=super.off(t,e);return t==="data"&&(this[Rt]=this.listeners("data").length,this[Rt]===0&&!this[C]&&!this[N].length&&(this[g]=!1)),i}removeAllListeners(t){let e=super.removeAllListeners(t);return(t==="data"||t===void 0)&&(this[Rt]=0,!this[C]&&!this[N].length&&(this[g]=!1)),e}get emittedEnd(){return this[nt]}[J](){!this[De]&&!this[nt]&&!this[S]&&this[b].length===0&&this[Q]&&(this[De]=!0,this.emit("end"),this.emit("prefinish"),this.emit("finish"),this[Ne]&&this.emit("close"),this[De]=!1)}emit(t,...e){let i=e[0];if(t!=="error"&&t!=="close"&&t!==S&&this[S])return!1;if(t==="data")return!this[L]&&!i?!1:this[Z]?(jt(()=>this[Oi](i)),!0):this[Oi](i);if(t==="end")return this[Is]();if(t==="close"){if(this[Ne]=!0,!this[nt]&&!this[S])return!1;let n=super.emit("close");return this.removeAllListeners("close"),n}else if(t==="error"){this[qt]=i,super.emit(_i,i);let n=!this[Jt]||this.listeners("error").length?super.emit("error",i):!1;return this[J](),n}else if(t==="resume"){let n=super.emit("resume");return this[J](),n}else if(t==="finish"||t==="prefinish"){let n=super.emit(t);return this.removeAllListeners(t),n}let r=super.emit(t,...e);return this[J](),r}[Oi](t){for(let i of this[N])i.dest.write(t)===!1&&this.pause();let e=this[C]?!1:super.emit("data",t);return this[J](),e}[Is](){return this[nt]?!1:(this[nt]=!0,this.readable=!1,this[Z]?(jt(()=>this[Ti]()),!0):this[Ti]())}[Ti](){if(this[Mt]){let e=this[Mt].end();if(e){for(let i of this[N])i.dest.write(e);this[C]||super.emit("data",e)}}for(let e of this[N])e.end();let t=super.emit("end");return this.removeAllListeners("end"),t}async collect(){let t=Object.assign([],{dataLength:0});this[L]||(t.dataLength=0);let e=this.promise();return this.on("data",i=>{t.push(i),this[L]||(t.dataLength+=i.length)}),await e,t}async concat(){if(this[L])throw new Error("cannot concat in objectMode");let t=await this.collect();return this[z]?t.join(""):Buffer.concat(t,t.dataLength)}async promise(){return new Promise((t,e)=>{this.on(S,()=>e(new Error("stream destroyed"))),this.on("error",i=>e(i)),this.on("end",()=>t())})}[Symbol.asyncIterator](){this[C]=!1;let t=!1,e=async()=>(this.pause(),t=!0,{value:void 0,done:!0});return{next:()=>{if(t)return e();let r=this.read();if(r!==null)return Promise.resolve({done:!1,value:r});if(this[Q])return e();let n,o,h=d=>{this.off("data",a),this.off("end",l),this.off(S,c),e(),o(d)},a=d=>{this.off("error",h),this.off("end",l),this.off(S,c),this.pause(),n({value:d,done:!!this[Q]})},l=()=>{this.off("error",h),this.off("data",a),this.off(S,c),e(),n({done:!0,value:void 0})},c=()=>h(new Error("stream destroyed"));return new Promise((d,y)=>{o=y,n=d,this.once(S,c),this.once("error",h),this.once("end",l),this.once("data",a)})},throw:e,return:e,[Symbol.asyncIterator](){return this},[Symbol.asyncDispose]:async()=>{}}}[Symbol.iterator](){this[C]=!1;let t=!1,e=()=>(this.pause(),this.off(_i,e),this.off(S,e),this.off("end",e),t=!0,{done:!0,value:void 0}),i=()=>{if(t)return e();let r=this.read();return r===null?e():{done:!1,value:r}};return this.once("end",e),this.once(_i,e),this.once(S,e),{next:i,throw:e,return:e,[Symbol.iterator](){return this},[Symbol.dispose]:()=>{}}}destroy(t){if(this[S])return t?this.emit("error",t):this.emit(S),this;this[S]=!0,this[C]=!0,this[b].length=0,this[_]=0;let e=this;return typeof e.close=="function"&&!this[Ne]&&e.close(),t?this.emit("error",t):this.emit(S),this}static get isStream(){return Wr}};var Jr=external_fs_namespaceObject.writev,ht=Symbol("_autoClose"),H=Symbol("_close"),te=Symbol("_ended"),m=Symbol("_fd"),Ni=Symbol("_finished"),tt=Symbol("_flags"),Ai=Symbol("_flush"),ki=Symbol("_handleChunk"),vi=Symbol("_makeBuf"),ie=Symbol("_mode"),ke=Symbol("_needDrain"),Ut=Symbol("_onerror"),Ht=Symbol("_onopen"),Ii=Symbol("_onread"),Pt=Symbol("_onwrite"),at=Symbol("_open"),U=Symbol("_path"),ot=Symbol("_pos"),Y=Symbol("_queue"),zt=Symbol("_read"),Ci=Symbol("_readSize"),j=Symbol("_reading"),ee=Symbol("_remain"),Fi=Symbol("_size"),ve=Symbol("_write"),gt=Symbol("_writing"),Me=Symbol("_defaultFlag"),bt=Symbol("_errored"),_t=class extends A{[bt]=!1;[m];[U];[Ci];[j]=!1;[Fi];[ee];[ht];constructor(t,e){if(e=e||{},super(e),this.readable=!0,this.writable=!1,typeof t!="string")throw new TypeError("path must be a string");this[bt]=!1,this[m]=typeof e.fd=="number"?e.fd:void 0,this[U]=t,this[Ci]=e.readSize||16*1024*1024,this[j]=!1,this[Fi]=typeof e.size=="number"?e.size:1/0,this[ee]=this[Fi],this[ht]=typeof e.autoClose=="boolean"?e.autoClose:!0,typeof this[m]=="number"?this[zt]():this[at]()}get fd(){return this[m]}get path(){return this[U]}write(){throw new TypeError("this is a readable stream")}end(){throw new TypeError("this is a readable stream")}[at](){external_fs_namespaceObject.open(this[U],"r",(t,e)=>this[Ht](t,e))}[Ht](t,e){t?this[Ut](t):(this[m]=e,this.emit("open",e),this[zt]())}[vi](){return Buffer.allocUnsafe(Math.min(this[Ci],this[ee]))}[zt](){if(!this[j]){this[j]=!0;let t=this[vi]();if(t.length===0)return process.nextTick(()=>this[Ii](null,0,t));external_fs_namespaceObject.read(this[m],t,0,t.length,null,(e,i,r)=>this[Ii](e,i,r))}}[Ii](t,e,i){this[j]=!1,t?this[Ut](t):this[ki](e,i)&&this[zt]()}[H](){if(this[ht]&&typeof this[m]=="number"){let t=this[m];this[m]=void 0,external_fs_namespaceObject.close(t,e=>e?this.emit("error",e):this.emit("close"))}}[Ut](t){this[j]=!0,this[H](),this.emit("error",t)}[ki](t,e){let i=!1;return this[ee]-=t,t>0&&(i=super.write(t<e.length?e.subarray(0,t):e)),(t===0||this[ee]<=0)&&(i=!1,this[H](),super.end()),i}emit(t,...e){switch(t){case"prefinish":case"finish":return!1;case"drain":return typeof this[m]=="number"&&this[zt](),!1;case"error":return this[bt]?!1:(this[bt]=!0,super.emit(t,...e));default:return super.emit(t,...e)}}},Be=class extends _t{[at](){let t=!0;try{this[Ht](null,external_fs_namespaceObject.openSync(this[U],"r")),t=!1}finally{t&&this[H]()}}[zt](){let t=!0;try{if(!this[j]){this[j]=!0;do{let e=this[vi](),i=e.length===0?0:external_fs_namespaceObject.readSync(this[m],e,0,e.length,null);if(!this[ki](i,e))break}while(!0);this[j]=!1}t=!1}finally{t&&this[H]()}}[H](){if(this[ht]&&typeof this[m]=="number"){let t=this[m];this[m]=void 0,external_fs_namespaceObject.closeSync(t),this.emit("close")}}},et=class extends external_events_namespaceObject{readable=!1;writable=!0;[bt]=!1;[gt]=!1;[te]=!1;[Y]=[];[ke]=!1;[U];[ie];[ht];[m];[Me];[tt];[Ni]=!1;[ot];constructor(t,e){e=e||{},super(e),this[U]=t,this[m]=typeof e.fd=="number"?e.fd:void 0,this[ie]=e.mode===void 0?438:e.mode,this[ot]=typeof e.start=="number"?e.start:void 0,this[ht]=typeof e.autoClose=="boolean"?e.autoClose:!0;let i=this[ot]!==void 0?"r+":"w";this[Me]=e.flags===void 0,this[tt]=e.flags===void 0?i:e.flags,this[m]===void 0&&this[at]()}emit(t,...e){if(t==="error"){if(this[bt])return!1;this[bt]=!0}return super.emit(t,...e)}get fd(){return this[m]}get path(){return this[U]}[Ut](t){this[H](),this[gt]=!0,this.emit("error",t)}[at](){external_fs_namespaceObject.open(this[U],this[tt],this[ie],(t,e)=>this[Ht](t,e))}[Ht](t,e){this[Me]&&this[tt]==="r+"&&t&&t.code==="ENOENT"?(this[tt]="w",this[at]()):t?this[Ut](t):(this[m]=e,this.emit("open",e),this[gt]||this[Ai]())}end(t,e){return t&&this.write(t,e),this[te]=!0,!this[gt]&&!this[Y].length&&typeof this[m]=="number"&&this[Pt](null,0),this}write(t,e){return typeof t=="string"&&(t=Buffer.from(t,e)),this[te]?(this.emit("error",new Error("write() after end()")),!1):this[m]===void 0||this[gt]||this[Y].length?(this[Y].push(t),this[ke]=!0,!1):(this[gt]=!0,this[ve](t),!0)}[ve](t){external_fs_namespaceObject.write(this[m],t,0,t.length,this[ot],(e,i)=>this[Pt](e,i))}[Pt](t,e){t?this[Ut](t):(this[ot]!==void 0&&typeof e=="number"&&(this[ot]+=e),this[Y].length?this[Ai]():(this[gt]=!1,this[te]&&!this[Ni]?(this[Ni]=!0,this[H](),this.emit("finish")):this[ke]&&(this[ke]=!1,this.emit("drain"))))}[Ai](){if(this[Y].length===0)this[te]&&this[Pt](null,0);else if(this[Y].length===1)this[ve](this[Y].pop());else{let t=this[Y];this[Y]=[],Jr(this[m],t,this[ot],(e,i)=>this[Pt](e,i))}}[H](){if(this[ht]&&typeof this[m]=="number"){let t=this[m];this[m]=void 0,external_fs_namespaceObject.close(t,e=>e?this.emit("error",e):this.emit("close"))}}},Wt=class extends et{[at](){let t;if(this[Me]&&this[tt]==="r+")try{t=external_fs_namespaceObject.openSync(this[U],this[tt],this[ie])}catch(e){if(e?.code==="ENOENT")return this[tt]="w",this[at]();throw e}else t=external_fs_namespaceObject.openSync(this[U],this[tt],this[ie]);this[Ht](null,t)}[H](){if(this[ht]&&typeof this[m]=="number"){let t=this[m];this[m]=void 0,external_fs_namespaceObject.closeSync(t),this.emit("close")}}[ve](t){let e=!0;try{this[Pt](null,external_fs_namespaceObject.writeSync(this[m],t,0,t.length,this[ot])),e=!1}finally{if(e)try{this[H]()}catch{}}}};var jr=new Map([["C","cwd"],["f","file"],["z","gzip"],["P","preservePaths"],["U","unlink"],["strip-components","strip"],["stripComponents","strip"],["keep-newer","newer"],["keepNewer","newer"],["keep-newer-files","newer"],["keepNewerFiles","newer"],["k","keep"],["keep-existing","keep"],["keepExisting","keep"],["m","noMtime"],["no-mtime","noMtime"],["p","preserveOwner"],["L","follow"],["h","follow"],["onentry","onReadEntry"]]),Fs=s=>!!s.sync&&!!s.file,ks=s=>!s.sync&&!!s.file,vs=s=>!!s.sync&&!s.file,Ms=s=>!s.sync&&!s.file;var Bs=s=>!!s.file;var tn=s=>{let t=jr.get(s);return t||s},se=(s={})=>{if(!s)return{};let t={};for(let[e,i]of Object.entries(s)){let r=tn(e);t[r]=i}return t.chmod===void 0&&t.noChmod===!1&&(t.chmod=!0),delete t.noChmod,t};var K=(s,t,e,i,r)=>Object.assign((n=[],o,h)=>{Array.isArray(n)&&(o=n,n={}),typeof o=="function"&&(h=o,o=void 0),o=o?Array.from(o):[];let a=se(n);if(r?.(a,o),Fs(a)){if(typeof h=="function")throw new TypeError("callback not supported for sync tar functions");return s(a,o)}else if(ks(a)){let l=t(a,o);return h?l.then(()=>h(),h):l}else if(vs(a)){if(typeof h=="function")throw new TypeError("callback not supported for sync tar functions");return e(a,o)}else if(Ms(a)){if(typeof h=="function")throw new TypeError("callback only supported with file option");return i(a,o)}throw new Error("impossible options??")},{syncFile:s,asyncFile:t,syncNoFile:e,asyncNoFile:i,validate:r});var sn=external_zlib_namespaceObject.constants||{ZLIB_VERNUM:4736},M=Object.freeze(Object.assign(Object.create(null),{Z_NO_FLUSH:0,Z_PARTIAL_FLUSH:1,Z_SYNC_FLUSH:2,Z_FULL_FLUSH:3,Z_FINISH:4,Z_BLOCK:5,Z_OK:0,Z_STREAM_END:1,Z_NEED_DICT:2,Z_ERRNO:-1,Z_STREAM_ERROR:-2,Z_DATA_ERROR:-3,Z_MEM_ERROR:-4,Z_BUF_ERROR:-5,Z_VERSION_ERROR:-6,Z_NO_COMPRESSION:0,Z_BEST_SPEED:1,Z_BEST_COMPRESSION:9,Z_DEFAULT_COMPRESSION:-1,Z_FILTERED:1,Z_HUFFMAN_ONLY:2,Z_RLE:3,Z_FIXED:4,Z_DEFAULT_STRATEGY:0,DEFLATE:1,INFLATE:2,GZIP:3,GUNZIP:4,DEFLATERAW:5,INFLATERAW:6,UNZIP:7,BROTLI_DECODE:8,BROTLI_ENCODE:9,Z_MIN_WINDOWBITS:8,Z_MAX_WINDOWBITS:15,Z_DEFAULT_WINDOWBITS:15,Z_MIN_CHUNK:64,Z_MAX_CHUNK:1/0,Z_DEFAULT_CHUNK:16384,Z_MIN_MEMLEVEL:1,Z_MAX_MEMLEVEL:9,Z_DEFAULT_MEMLEVEL:8,Z_MIN_LEVEL:-1,Z_MAX_LEVEL:9,Z_DEFAULT_LEVEL:-1,BROTLI_OPERATION_PROCESS:0,BROTLI_OPERATION_FLUSH:1,BROTLI_OPERATION_FINISH:2,BROTLI_OPERATION_EMIT_METADATA:3,BROTLI_MODE_GENERIC:0,BROTLI_MODE_TEXT:1,BROTLI_MODE_FONT:2,BROTLI_DEFAULT_MODE:0,BROTLI_MIN_QUALITY:0,BROTLI_MAX_QUALITY:11,BROTLI_DEFAULT_QUALITY:11,BROTLI_MIN_WINDOW_BITS:10,BROTLI_MAX_WINDOW_BITS:24,BROTLI_LARGE_MAX_WINDOW_BITS:30,BROTLI_DEFAULT_WINDOW:22,BROTLI_MIN_INPUT_BLOCK_BITS:16,BROTLI_MAX_INPUT_BLOCK_BITS:24,BROTLI_PARAM_MODE:0,BROTLI_PARAM_QUALITY:1,BROTLI_PARAM_LGWIN:2,BROTLI_PARAM_LGBLOCK:3,BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING:4,BROTLI_PARAM_SIZE_HINT:5,BROTLI_PARAM_LARGE_WINDOW:6,BROTLI_PARAM_NPOSTFIX:7,BROTLI_PARAM_NDIRECT:8,BROTLI_DECODER_RESULT_ERROR:0,BROTLI_DECODER_RESULT_SUCCESS:1,BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:2,BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:3,BROTLI_DECODER_PARAM_DISABLE_RING_BUFFER_REALLOCATION:0,BROTLI_DECODER_PARAM_LARGE_WINDOW:1,BROTLI_DECODER_NO_ERROR:0,BROTLI_DECODER_SUCCESS:1,BROTLI_DECODER_NEEDS_MORE_INPUT:2,BROTLI_DECODER_NEEDS_MORE_OUTPUT:3,BROTLI_DECODER_ERROR_FORMAT_EXUBERANT_NIBBLE:-1,BROTLI_DECODER_ERROR_FORMAT_RESERVED:-2,BROTLI_DECODER_ERROR_FORMAT_EXUBERANT_META_NIBBLE:-3,BROTLI_DECODER_ERROR_FORMAT_SIMPLE_HUFFMAN_ALPHABET:-4,BROTLI_DECODER_ERROR_FORMAT_SIMPLE_HUFFMAN_SAME:-5,BROTLI_DECODER_ERROR_FORMAT_CL_SPACE:-6,BROTLI_DECODER_ERROR_FORMAT_HUFFMAN_SPACE:-7,BROTLI_DECODER_ERROR_FORMAT_CONTEXT_MAP_REPEAT:-8,BROTLI_DECODER_ERROR_FORMAT_BLOCK_LENGTH_1:-9,BROTLI_DECODER_ERROR_FORMAT_BLOCK_LENGTH_2:-10,BROTLI_DECODER_ERROR_FORMAT_TRANSFORM:-11,BROTLI_DECODER_ERROR_FORMAT_DICTIONARY:-12,BROTLI_DECODER_ERROR_FORMAT_WINDOW_BITS:-13,BROTLI_DECODER_ERROR_FORMAT_PADDING_1:-14,BROTLI_DECODER_ERROR_FORMAT_PADDING_2:-15,BROTLI_DECODER_ERROR_FORMAT_DISTANCE:-16,BROTLI_DECODER_ERROR_DICTIONARY_NOT_SET:-19,BROTLI_DECODER_ERROR_INVALID_ARGUMENTS:-20,BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES:-21,BROTLI_DECODER_ERROR_ALLOC_TREE_GROUPS:-22,BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MAP:-25,BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_1:-26,BROTLI_DECODER_ERROR_ALLOC_RING_BUFFER_2:-27,BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES:-30,BROTLI_DECODER_ERROR_UNREACHABLE:-31},sn));var rn=external_buffer_namespaceObject.Buffer.concat,zs=Object.getOwnPropertyDescriptor(external_buffer_namespaceObject.Buffer,"concat"),nn=s=>s,Bi=zs?.writable===!0||zs?.set!==void 0?s=>{external_buffer_namespaceObject.Buffer.concat=s?nn:rn}:s=>{},Tt=Symbol("_superWrite"),Gt=class extends Error{code;errno;constructor(t,e){super("zlib: "+t.message,{cause:t}),this.code=t.code,this.errno=t.errno,this.code||(this.code="ZLIB_ERROR"),this.message="zlib: "+t.message,Error.captureStackTrace(this,e??this.constructor)}get name(){return"ZlibError"}},Pi=Symbol("flushFlag"),re=class extends A{#t=!1;#i=!1;#s;#n;#r;#e;#o;get sawError(){return this.#t}get handle(){return this.#e}get flushFlag(){return this.#s}constructor(t,e){if(!t||typeof t!="object")throw new TypeError("invalid options for ZlibBase constructor");if(super(t),this.#s=t.flush??0,this.#n=t.finishFlush??0,this.#r=t.fullFlushFlag??0,typeof external_zlib_namespaceObject_0[e]!="function")throw new TypeError("Compression method not supported: "+e);try{this.#e=new external_zlib_namespaceObject_0[e](t)}catch(i){throw new Gt(i,this.constructor)}this.#o=i=>{this.#t||(this.#t=!0,this.close(),this.emit("error",i))},this.#e?.on("error",i=>this.#o(new Gt(i))),this.once("end",()=>this.close)}close(){this.#e&&(this.#e.close(),this.#e=void 0,this.emit("close"))}reset(){if(!this.#t)return external_assert_namespaceObject(this.#e,"zlib binding closed"),this.#e.reset?.()}flush(t){this.ended||(typeof t!="number"&&(t=this.#r),this.write(Object.assign(external_buffer_namespaceObject.Buffer.alloc(0),{[Pi]:t})))}end(t,e,i){return typeof t=="function"&&(i=t,e=void 0,t=void 0),typeof e=="function"&&(i=e,e=void 0),t&&(e?this.write(t,e):this.write(t)),this.flush(this.#n),this.#i=!0,super.end(i)}get ended(){return this.#i}[Tt](t){return super.write(t)}write(t,e,i){if(typeof e=="function"&&(i=e,e="utf8"),typeof t=="string"&&(t=external_buffer_namespaceObject.Buffer.from(t,e)),this.#t)return;external_assert_namespaceObject(this.#e,"zlib binding closed");let r=this.#e._handle,n=r.close;r.close=()=>{};let o=this.#e.close;this.#e.close=()=>{},Bi(!0);let h;try{let l=typeof t[Pi]=="number"?t[Pi]:this.#s;h=this.#e._processChunk(t,l),Bi(!1)}catch(l){Bi(!1),this.#o(new Gt(l,this.write))}finally{this.#e&&(this.#e._handle=r,r.close=n,this.#e.close=o,this.#e.removeAllListeners("error"))}this.#e&&this.#e.on("error",l=>this.#o(new Gt(l,this.write)));let a;if(h)if(Array.isArray(h)&&h.length>0){let l=h[0];a=this[Tt](external_buffer_namespaceObject.Buffer.from(l));for(let c=1;c<h.length;c++)a=this[Tt](h[c])}else a=this[Tt](external_buffer_namespaceObject.Buffer.from(h));return i&&i(),a}},Pe=class extends re{#t;#i;constructor(t,e){t=t||{},t.flush=t.flush||M.Z_NO_FLUSH,t.finishFlush=t.finishFlush||M.Z_FINISH,t.fullFlushFlag=M.Z_FULL_FLUSH,super(t,e),this.#t=t.level,this.#i=t.strategy}params(t,e){if(!this.sawError){if(!this.handle)throw new Error("cannot switch params when binding is closed");if(!this.handle.params)throw new Error("not supported in this implementation");if(this.#t!==t||this.#i!==e){this.flush(M.Z_SYNC_FLUSH),external_assert_namespaceObject(this.handle,"zlib binding closed");let i=this.handle.flush;this.handle.flush=(r,n)=>{typeof r=="function"&&(n=r,r=this.flushFlag),this.flush(r),n?.()};try{this.handle.params(t,e)}finally{this.handle.flush=i}this.handle&&(this.#t=t,this.#i=e)}}}};var ze=class extends Pe{#t;constructor(t){super(t,"Gzip"),this.#t=t&&!!t.portable}[Tt](t){return this.#t?(this.#t=!1,t[9]=255,super[Tt](t)):super[Tt](t)}};var Ue=class extends Pe{constructor(t){super(t,"Unzip")}},He=class extends re{constructor(t,e){t=t||{},t.flush=t.flush||M.BROTLI_OPERATION_PROCESS,t.finishFlush=t.finishFlush||M.BROTLI_OPERATION_FINISH,t.fullFlushFlag=M.BROTLI_OPERATION_FLUSH,super(t,e)}},We=class extends He{constructor(t){super(t,"BrotliCompress")}},Ge=class extends He{constructor(t){super(t,"BrotliDecompress")}},Ze=class extends re{constructor(t,e){t=t||{},t.flush=t.flush||M.ZSTD_e_continue,t.finishFlush=t.finishFlush||M.ZSTD_e_end,t.fullFlushFlag=M.ZSTD_e_flush,super(t,e)}},Ye=class extends Ze{constructor(t){super(t,"ZstdCompress")}},Ke=class extends Ze{constructor(t){super(t,"ZstdDecompress")}};var Us=(s,t)=>{if(Number.isSafeInteger(s))s<0?an(s,t):hn(s,t);else throw Error("cannot encode number outside of javascript safe integer range");return t},hn=(s,t)=>{t[0]=128;for(var e=t.length;e>1;e--)t[e-1]=s&255,s=Math.floor(s/256)},an=(s,t)=>{t[0]=255;var e=!1;s=s*-1;for(var i=t.length;i>1;i--){var r=s&255;s=Math.floor(s/256),e?t[i-1]=Ws(r):r===0?t[i-1]=0:(e=!0,t[i-1]=Gs(r))}},Hs=s=>{let t=s[0],e=t===128?cn(s.subarray(1,s.length)):t===255?ln(s):null;if(e===null)throw Error("invalid base256 encoding");if(!Number.isSafeInteger(e))throw Error("parsed number outside of javascript safe integer range");return e},ln=s=>{for(var t=s.length,e=0,i=!1,r=t-1;r>-1;r--){var n=Number(s[r]),o;i?o=Ws(n):n===0?o=n:(i=!0,o=Gs(n)),o!==0&&(e-=o*Math.pow(256,t-r-1))}return e},cn=s=>{for(var t=s.length,e=0,i=t-1;i>-1;i--){var r=Number(s[i]);r!==0&&(e+=r*Math.pow(256,t-i-1))}return e},Ws=s=>(255^s)&255,Gs=s=>(255^s)+1&255;var Hi={};Ur(Hi,{code:()=>Ve,isCode:()=>ne,isName:()=>dn,name:()=>oe,normalFsTypes:()=>Ui});var ne=s=>oe.has(s),dn=s=>Ve.has(s),Ui=new Set(["0","","1","2","3","4","5","6","7","D"]),oe=new Map([["0","File"],["","OldFile"],["1","Link"],["2","SymbolicLink"],["3","CharacterDevice"],["4","BlockDevice"],["5","Directory"],["6","FIFO"],["7","ContiguousFile"],["g","GlobalExtendedHeader"],["x","ExtendedHeader"],["A","SolarisACL"],["D","GNUDumpDir"],["I","Inode"],["K","NextFileHasLongLinkpath"],["L","NextFileHasLongPath"],["M","ContinuationFile"],["N","OldGnuLongPath"],["S","SparseFile"],["V","TapeVolumeHeader"],["X","OldExtendedHeader"]]),Ve=new Map(Array.from(oe).map(s=>[s[1],s[0]]));var un=s=>s===void 0||s<0?void 0:s,F=class{cksumValid=!1;needPax=!1;nullBlock=!1;block;path;mode;uid;gid;size;cksum;#t="Unsupported";linkpath;uname;gname;devmaj=0;devmin=0;atime;ctime;mtime;charset;comment;constructor(t,e=0,i,r){Buffer.isBuffer(t)?this.decode(t,e||0,i,r):t&&this.#i(t)}decode(t,e,i,r){if(e||(e=0),!t||!(t.length>=e+512))throw new Error("need 512 bytes for header");let n=xt(t,e+156,1),o=Ui.has(n),h=o?i:void 0,a=o?r:void 0;if(this.path=h?.path??xt(t,e,100),this.mode=h?.mode??a?.mode??lt(t,e+100,8),this.uid=h?.uid??a?.uid??lt(t,e+108,8),this.gid=h?.gid??a?.gid??lt(t,e+116,8),this.size=un(h?.size??a?.size??lt(t,e+124,12)),this.mtime=h?.mtime??a?.mtime??Wi(t,e+136,12),this.cksum=lt(t,e+148,12),a&&this.#i(a,!0),h&&this.#i(h),ne(n)&&(this.#t=n||"0"),this.#t==="0"&&this.path.slice(-1)==="/"&&(this.#t="5"),this.#t==="5"&&(this.size=0),this.linkpath=xt(t,e+157,100),t.subarray(e+257,e+265).toString()==="ustar\x0000")if(this.uname=h?.uname??a?.uname??xt(t,e+265,32),this.gname=h?.gname??a?.gname??xt(t,e+297,32),this.devmaj=h?.devmaj??a?.devmaj??lt(t,e+329,8)??0,this.devmin=h?.devmin??a?.devmin??lt(t,e+337,8)??0,t[e+475]!==0){let c=xt(t,e+345,155);this.path=c+"/"+this.path}else{let c=xt(t,e+345,130);c&&(this.path=c+"/"+this.path),this.atime=i?.atime??r?.atime??Wi(t,e+476,12),this.ctime=i?.ctime??r?.ctime??Wi(t,e+488,12)}let l=256;for(let c=e;c<e+148;c++)l+=t[c];for(let c=e+156;c<e+512;c++)l+=t[c];this.cksumValid=l===this.cksum,this.cksum===void 0&&l===256&&(this.nullBlock=!0)}#i(t,e=!1){Object.assign(this,Object.fromEntries(Object.entries(t).filter(([i,r])=>!(r==null||i==="size"&&Number(r)<0||i==="path"&&e||i==="linkpath"&&e||i==="global"))))}encode(t,e=0){if(t||(t=this.block=Buffer.alloc(512)),this.#t==="Unsupported"&&(this.#t="0"),!(t.length>=e+512))throw new Error("need 512 bytes for header");let i=this.ctime||this.atime?130:155,r=mn(this.path||"",i),n=r[0],o=r[1];this.needPax=!!r[2],this.needPax=Lt(t,e,100,n)||this.needPax,this.needPax=ct(t,e+100,8,this.mode)||this.needPax,this.needPax=ct(t,e+108,8,this.uid)||this.needPax,this.needPax=ct(t,e+116,8,this.gid)||this.needPax,this.needPax=ct(t,e+124,12,this.size)||this.needPax,this.needPax=Gi(t,e+136,12,this.mtime)||this.needPax,t[e+156]=Number(this.#t.codePointAt(0)),this.needPax=Lt(t,e+157,100,this.linkpath)||this.needPax,t.write("ustar\x0000",e+257,8),this.needPax=Lt(t,e+265,32,this.uname)||this.needPax,this.needPax=Lt(t,e+297,32,this.gname)||this.needPax,this.needPax=ct(t,e+329,8,this.devmaj)||this.needPax,this.needPax=ct(t,e+337,8,this.devmin)||this.needPax,this.needPax=Lt(t,e+345,i,o)||this.needPax,t[e+475]!==0?this.needPax=Lt(t,e+345,155,o)||this.needPax:(this.needPax=Lt(t,e+345,130,o)||this.needPax,this.needPax=Gi(t,e+476,12,this.atime)||this.needPax,this.needPax=Gi(t,e+488,12,this.ctime)||this.needPax);let h=256;for(let a=e;a<e+148;a++)h+=t[a];for(let a=e+156;a<e+512;a++)h+=t[a];return this.cksum=h,ct(t,e+148,8,this.cksum),this.cksumValid=!0,this.needPax}get type(){return this.#t==="Unsupported"?this.#t:oe.get(this.#t)}get typeKey(){return this.#t}set type(t){let e=String(Ve.get(t));if(ne(e)||e==="Unsupported")this.#t=e;else if(ne(t))this.#t=t;else throw new TypeError("invalid entry type: "+t)}},mn=(s,t)=>{let i=s,r="",n,o=external_node_path_.posix.parse(s).root||".";if(Buffer.byteLength(i)<100)n=[i,r,!1];else{r=external_node_path_.posix.dirname(i),i=external_node_path_.posix.basename(i);do Buffer.byteLength(i)<=100&&Buffer.byteLength(r)<=t?n=[i,r,!1]:Buffer.byteLength(i)>100&&Buffer.byteLength(r)<=t?n=[i.slice(0,99),r,!0]:(i=external_node_path_.posix.join(external_node_path_.posix.basename(r),i),r=external_node_path_.posix.dirname(r));while(r!==o&&n===void 0);n||(n=[s.slice(0,99),"",!0])}return n},xt=(s,t,e)=>s.subarray(t,t+e).toString("utf8").replace(/\0.*/,""),Wi=(s,t,e)=>pn(lt(s,t,e)),pn=s=>s===void 0?void 0:new Date(s*1e3),lt=(s,t,e)=>Number(s[t])&128?Hs(s.subarray(t,t+e)):wn(s,t,e),En=s=>isNaN(s)?void 0:s,wn=(s,t,e)=>En(parseInt(s.subarray(t,t+e).toString("utf8").replace(/\0.*$/,"").trim(),8)),Sn={12:8589934591,8:2097151},ct=(s,t,e,i)=>i===void 0?!1:i>Sn[e]||i<0?(Us(i,s.subarray(t,t+e)),!0):(yn(s,t,e,i),!1),yn=(s,t,e,i)=>s.write(Rn(i,e),t,e,"ascii"),Rn=(s,t)=>gn(Math.floor(s).toString(8),t),gn=(s,t)=>(s.length===t-1?s:new Array(t-s.length-1).join("0")+s+" ")+"\0",Gi=(s,t,e,i)=>i===void 0?!1:ct(s,t,e,i.getTime()/1e3),bn=new Array(156).join("\0"),Lt=(s,t,e,i)=>i===void 0?!1:(s.write(i+bn,t,e,"utf8"),i.length!==Buffer.byteLength(i)||i.length>e);var ft=class s{atime;mtime;ctime;charset;comment;gid;uid;gname;uname;linkpath;dev;ino;nlink;path;size;mode;global;constructor(t,e=!1){this.atime=t.atime,this.charset=t.charset,this.comment=t.comment,this.ctime=t.ctime,this.dev=t.dev,this.gid=t.gid,this.global=e,this.gname=t.gname,this.ino=t.ino,this.linkpath=t.linkpath,this.mtime=t.mtime,this.nlink=t.nlink,this.path=t.path,this.size=t.size,this.uid=t.uid,this.uname=t.uname}encode(){let t=this.encodeBody();if(t==="")return Buffer.allocUnsafe(0);let e=Buffer.byteLength(t),i=512*Math.ceil(1+e/512),r=Buffer.allocUnsafe(i);for(let n=0;n<512;n++)r[n]=0;new F({path:("PaxHeader/"+(0,external_node_path_.basename)(this.path??"")).slice(0,99),mode:this.mode||420,uid:this.uid,gid:this.gid,size:e,mtime:this.mtime,type:this.global?"GlobalExtendedHeader":"ExtendedHeader",linkpath:"",uname:this.uname||"",gname:this.gname||"",devmaj:0,devmin:0,atime:this.atime,ctime:this.ctime}).encode(r),r.write(t,512,e,"utf8");for(let n=e+512;n<r.length;n++)r[n]=0;return r}encodeBody(){return this.encodeField("path")+this.encodeField("ctime")+this.encodeField("atime")+this.encodeField("dev")+this.encodeField("ino")+this.encodeField("nlink")+this.encodeField("charset")+this.encodeField("comment")+this.encodeField("gid")+this.encodeField("gname")+this.encodeField("linkpath")+this.encodeField("mtime")+this.encodeField("size")+this.encodeField("uid")+this.encodeField("uname")}encodeField(t){if(this[t]===void 0)return"";let e=this[t],i=e instanceof Date?e.getTime()/1e3:e,r=" "+(t==="dev"||t==="ino"||t==="nlink"?"SCHILY.":"")+t+"="+i+`
`,n=Buffer.byteLength(r),o=Math.floor(Math.log(n)/Math.log(10))+1;return n+o>=Math.pow(10,o)&&(o+=1),o+n+r}static parse(t,e,i=!1){return new s(On(Tn(t),e),i)}},On=(s,t)=>t?Object.assign({},t,s):s,Tn=s=>s.replace(/\n$/,"").split(`
`).reduce(xn,Object.create(null)),xn=(s,t)=>{let e=parseInt(t,10);if(e!==Buffer.byteLength(t)+1)return s;t=t.slice((e+" ").length);let i=t.split("="),r=i.shift();if(!r)return s;let n=r.replace(/^SCHILY\.(dev|ino|nlink)/,"$1"),o=i.join("=").replace(/\0.*/,"");switch(n){case"path":case"linkpath":case"type":case"charset":case"comment":case"gname":case"uname":s[n]=o;break;case"ctime":case"atime":case"mtime":s[n]=new Date(Number(o)*1e3);break;case"size":let h=+o;h>=0&&(s[n]=h);break;case"gid":case"uid":case"dev":case"ino":case"nlink":case"mode":s[n]=+o;break}return s};var Ln=process.env.TESTING_TAR_FAKE_PLATFORM||process.platform,f=Ln!=="win32"?s=>String(s):s=>String(s).replaceAll(/\\/g,"/");var $e=class extends A{extended;globalExtended;header;startBlockSize;blockRemain;remain;type;meta=!1;ignore=!1;path;mode;uid;gid;uname;gname;size=0;mtime;atime;ctime;linkpath;dev;ino;nlink;invalid=!1;absolute;unsupported=!1;constructor(t,e,i){switch(super({}),this.pause(),this.extended=e,this.globalExtended=i,this.header=t,this.remain=t.size??0,this.startBlockSize=512*Math.ceil(this.remain/512),this.blockRemain=this.startBlockSize,this.type=t.type,this.type){case"File":case"OldFile":case"Link":case"SymbolicLink":case"CharacterDevice":case"BlockDevice":case"Directory":case"FIFO":case"ContiguousFile":case"GNUDumpDir":break;case"NextFileHasLongLinkpath":case"NextFileHasLongPath":case"OldGnuLongPath":case"GlobalExtendedHeader":case"ExtendedHeader":case"OldExtendedHeader":this.meta=!0;break;default:this.ignore=!0}if(!t.path)throw new Error("no path provided for tar.ReadEntry");this.path=f(t.path),this.mode=t.mode,this.mode&&(this.mode=this.mode&4095),this.uid=t.uid,this.gid=t.gid,this.uname=t.uname,this.gname=t.gname,this.size=this.remain,this.mtime=t.mtime,this.atime=t.atime,this.ctime=t.ctime,this.linkpath=t.linkpath?f(t.linkpath):void 0,this.uname=t.uname,this.gname=t.gname,e&&this.#t(e),i&&this.#t(i,!0)}write(t){let e=t.length;if(e>this.blockRemain)throw new Error("writing more to entry than is appropriate");let i=this.remain,r=this.blockRemain;return this.remain=Math.max(0,i-e),this.blockRemain=Math.max(0,r-e),this.ignore?!0:i>=e?super.write(t):super.write(t.subarray(0,i))}#t(t,e=!1){t.path&&(t.path=f(t.path)),t.linkpath&&(t.linkpath=f(t.linkpath)),Object.assign(this,Object.fromEntries(Object.entries(t).filter(([i,r])=>!(r==null||i==="path"&&e))))}};var Dt=(s,t,e,i={})=>{s.file&&(i.file=s.file),s.cwd&&(i.cwd=s.cwd),i.code=e instanceof Error&&e.code||t,i.tarCode=t,!s.strict&&i.recoverable!==!1?(e instanceof Error&&(i=Object.assign(e,i),e=e.message),s.emit("warn",t,e,i)):e instanceof Error?s.emit("error",Object.assign(e,i)):s.emit("error",Object.assign(new Error(`${t}: ${e}`),i))};var Nn=1024*1024,Xi=Buffer.from([31,139]),qi=Buffer.from([40,181,47,253]),An=Math.max(Xi.length,qi.length),B=Symbol("state"),Nt=Symbol("writeEntry"),it=Symbol("readEntry"),Zi=Symbol("nextEntry"),Zs=Symbol("processEntry"),V=Symbol("extendedHeader"),he=Symbol("globalExtendedHeader"),dt=Symbol("meta"),Ys=Symbol("emitMeta"),p=Symbol("buffer"),st=Symbol("queue"),ut=Symbol("ended"),Yi=Symbol("emittedEnd"),At=Symbol("emit"),w=Symbol("unzip"),Xe=Symbol("consumeChunk"),qe=Symbol("consumeChunkSub"),Ki=Symbol("consumeBody"),Ks=Symbol("consumeMeta"),Vs=Symbol("consumeHeader"),ae=Symbol("consuming"),Vi=Symbol("bufferConcat"),Qe=Symbol("maybeEnd"),Yt=Symbol("writing"),$=Symbol("aborted"),Je=Symbol("onDone"),It=Symbol("sawValidEntry"),je=Symbol("sawNullBlock"),ti=Symbol("sawEOF"),$s=Symbol("closeStream"),In=1e3,le=Symbol("compressedBytesRead"),$i=Symbol("decompressedBytesRead"),Xs=Symbol("checkDecompressionRatio"),Cn=()=>!0,rt=class extends external_events_namespaceObject.EventEmitter{file;strict;maxMetaEntrySize;filter;brotli;zstd;maxDecompressionRatio;writable=!0;readable=!1;[st]=[];[p];[it];[Nt];[B]="begin";[dt]="";[V];[he];[ut]=!1;[w];[$]=!1;[It];[je]=!1;[ti]=!1;[Yt]=!1;[ae]=!1;[Yi]=!1;[le]=0;[$i]=0;constructor(t={}){super(),this.file=t.file||"",this.on(Je,()=>{(this[B]==="begin"||this[It]===!1)&&this.warn("TAR_BAD_ARCHIVE","Unrecognized archive format")}),t.ondone?this.on(Je,t.ondone):this.on(Je,()=>{this.emit("prefinish"),this.emit("finish"),this.emit("end")}),this.strict=!!t.strict,this.maxDecompressionRatio=typeof t.maxDecompressionRatio=="number"?t.maxDecompressionRatio:In,this.maxMetaEntrySize=t.maxMetaEntrySize||Nn,this.filter=typeof t.filter=="function"?t.filter:Cn;let e=t.file&&(t.file.endsWith(".tar.br")||t.file.endsWith(".tbr"));this.brotli=!(t.gzip||t.zstd)&&t.brotli!==void 0?t.brotli:e?void 0:!1;let i=t.file&&(t.file.endsWith(".tar.zst")||t.file.endsWith(".tzst"));this.zstd=!(t.gzip||t.brotli)&&t.zstd!==void 0?t.zstd:i?!0:void 0,this.on("end",()=>this[$s]()),typeof t.onwarn=="function"&&this.on("warn",t.onwarn),typeof t.onReadEntry=="function"&&this.on("entry",t.onReadEntry)}warn(t,e,i={}){Dt(this,t,e,i)}[Vs](t,e){this[It]===void 0&&(this[It]=!1);let i;try{i=new F(t,e,this[V],this[he])}catch(r){return this.warn("TAR_ENTRY_INVALID",r)}if(i.nullBlock)this[je]?(this[ti]=!0,this[B]==="begin"&&(this[B]="header"),this[At]("eof")):(this[je]=!0,this[At]("nullBlock"));else if(this[je]=!1,!i.cksumValid)this.warn("TAR_ENTRY_INVALID","checksum failure",{header:i});else if(!i.path)this.warn("TAR_ENTRY_INVALID","path is required",{header:i});else{let r=i.type;if(/^(Symbolic)?Link$/.test(r)&&!i.linkpath)this.warn("TAR_ENTRY_INVALID","linkpath required",{header:i});else if(!/^(Symbolic)?Link$/.test(r)&&!/^(Global)?ExtendedHeader$/.test(r)&&i.linkpath)this.warn("TAR_ENTRY_INVALID","linkpath forbidden",{header:i});else{let n=this[Nt]=new $e(i,this[V],this[he]);if(!this[It])if(n.remain){let o=()=>{n.invalid||(this[It]=!0)};n.on("end",o)}else this[It]=!0;n.meta?n.size>this.maxMetaEntrySize?(n.ignore=!0,this[At]("ignoredEntry",n),this[B]="ignore",n.resume()):n.size>0&&(this[dt]="",n.on("data",o=>this[dt]+=o),this[B]="meta"):(this[V]=void 0,n.ignore=n.ignore||!this.filter(n.path,n),n.ignore?(this[At]("ignoredEntry",n),this[B]=n.remain?"ignore":"header",n.resume()):(n.remain?this[B]="body":(this[B]="header",n.end()),this[it]?this[st].push(n):(this[st].push(n),this[Zi]())))}}}[$s](){queueMicrotask(()=>this.emit("close"))}[Zs](t){let e=!0;if(!t)this[it]=void 0,e=!1;else if(Array.isArray(t)){let[i,...r]=t;this.emit(i,...r)}else this[it]=t,this.emit("entry",t),t.emittedEnd||(t.on("end",()=>this[Zi]()),e=!1);return e}[Zi](){do;while(this[Zs](this[st].shift()));if(this[st].length===0){let t=this[it];!t||t.flowing||t.size===t.remain?this[Yt]||this.emit("drain"):t.once("drain",()=>this.emit("drain"))}}[Ki](t,e){let i=this[Nt];if(!i)throw new Error("attempt to consume body without entry??");let r=i.blockRemain??0,n=r>=t.length&&e===0?t:t.subarray(e,e+r);return i.write(n),i.blockRemain||(this[B]="header",this[Nt]=void 0,i.end()),n.length}[Ks](t,e){let i=this[Nt],r=this[Ki](t,e);return!this[Nt]&&i&&this[Ys](i),r}[At](t,e,i){this[st].length===0&&!this[it]?this.emit(t,e,i):this[st].push([t,e,i])}[Ys](t){switch(this[At]("meta",this[dt]),t.type){case"ExtendedHeader":case"OldExtendedHeader":this[V]=ft.parse(this[dt],this[V],!1);break;case"GlobalExtendedHeader":this[he]=ft.parse(this[dt],this[he],!0);break;case"NextFileHasLongPath":case"OldGnuLongPath":{let e=this[V]??Object.create(null);this[V]=e,e.path=this[dt].replace(/\0.*/,"");break}case"NextFileHasLongLinkpath":{let e=this[V]||Object.create(null);this[V]=e,e.linkpath=this[dt].replace(/\0.*/,"");break}default:throw new Error("unknown meta: "+t.type)}}abort(t){if(!this[$]){if(this[w]){let e=this[w];e.write=()=>!0,e.end=()=>e,e.emit=()=>!1,e.destroy?.()}this[$]=!0,this.emit("abort",t),this.warn("TAR_ABORT",t,{recoverable:!1})}}[Xs](t){this[$i]+=t.length;let e=this[$i]/this[le];return e>this.maxDecompressionRatio?(this.abort(new Error(`max decompression ratio exceeded: ${e.toFixed(2)} > ${this.maxDecompressionRatio}`)),!1):!0}write(t,e,i){if(typeof e=="function"&&(i=e,e=void 0),typeof t=="string"&&(t=Buffer.from(t,typeof e=="string"?e:"utf8")),this[$])return i?.(),!1;if((this[w]===void 0||this.brotli===void 0&&this[w]===!1)&&t){if(this[p]&&(t=Buffer.concat([this[p],t]),this[p]=void 0),t.length<An)return this[p]=t,i?.(),!0;for(let a=0;this[w]===void 0&&a<Xi.length;a++)t[a]!==Xi[a]&&(this[w]=!1);let o=!1;if(this[w]===!1&&this.zstd!==!1){o=!0;for(let a=0;a<qi.length;a++)if(t[a]!==qi[a]){o=!1;break}}let h=this.brotli===void 0&&!o;if(this[w]===!1&&h)if(t.length<512)if(this[ut])this.brotli=!0;else return this[p]=t,i?.(),!0;else try{new F(t.subarray(0,512)),this.brotli=!1}catch{this.brotli=!0}if(this[w]===void 0||this[w]===!1&&(this.brotli||o)){let a=this[ut];this[ut]=!1,this[w]=this[w]===void 0?new Ue({}):o?new Ke({}):new Ge({}),this[w].on("data",c=>{this[Xs](c)&&this[Xe](c)}),this[w].on("error",c=>{this[$]||this.abort(c)}),this[w].on("end",()=>{this[ut]=!0,this[Xe]()}),this[Yt]=!0,this[le]+=t.length;let l=!!this[w][a?"end":"write"](t);return this[Yt]=!1,i?.(),l}}this[Yt]=!0,this[w]?(this[le]+=t.length,this[w].write(t)):this[Xe](t),this[Yt]=!1;let n=this[st].length>0?!1:this[it]?this[it].flowing:!0;return!n&&this[st].length===0&&this[it]?.once("drain",()=>this.emit("drain")),i?.(),n}[Vi](t){t&&!this[$]&&(this[p]=this[p]?Buffer.concat([this[p],t]):t)}[Qe](){if(this[ut]&&!this[Yi]&&!this[$]&&!this[ae]){this[Yi]=!0;let t=this[Nt];if(t?.blockRemain){let e=this[p]?this[p].length:0;this.warn("TAR_BAD_ARCHIVE",`Truncated input (needed ${t.blockRemain} more bytes, only ${e} available)`,{entry:t}),this[p]&&t.write(this[p]),t.end()}this[At](Je)}}[Xe](t){if(this[ae]&&t)this[Vi](t);else if(!t&&!this[p])this[Qe]();else if(t){if(this[ae]=!0,this[p]){this[Vi](t);let e=this[p];this[p]=void 0,this[qe](e)}else this[qe](t);for(;this[p]&&this[p]?.length>=512&&!this[$]&&!this[ti];){let e=this[p];this[p]=void 0,this[qe](e)}this[ae]=!1}(!this[p]||this[ut])&&this[Qe]()}[qe](t){let e=0,i=t.length;for(;e+512<=i&&!this[$]&&!this[ti];)switch(this[B]){case"begin":case"header":this[Vs](t,e),e+=512;break;case"ignore":case"body":e+=this[Ki](t,e);break;case"meta":e+=this[Ks](t,e);break;default:throw new Error("invalid state: "+this[B])}e<i&&(this[p]=this[p]?Buffer.concat([t.subarray(e),this[p]]):t.subarray(e))}end(t,e,i){return typeof t=="function"&&(i=t,e=void 0,t=void 0),typeof e=="function"&&(i=e,e=void 0),typeof t=="string"&&(t=Buffer.from(t,e)),i&&this.once("finish",i),this[$]||(this[w]?(t&&(this[le]+=t.length,this[w].write(t)),this[w].end()):(this[ut]=!0,(this.brotli===void 0||this.zstd===void 0)&&(t=t||Buffer.alloc(0)),t&&this.write(t),this[Qe]())),this}};var mt=s=>{let t=s.length-1,e=-1;for(;t>-1&&s.charAt(t)==="/";)e=t,t--;return e===-1?s:s.slice(0,e)};var vn=s=>{let t=s.onReadEntry;s.onReadEntry=t?e=>{t(e),e.resume()}:e=>e.resume()},Qi=(s,t)=>{let e=new Map(t.map(o=>[mt(o),!0])),i=s.filter,r=100,n=(o,h="",a=0)=>{if(a>=r)return e.set(o,!1),!1;let l=h||(0,external_path_namespaceObject.parse)(o).root||".",c;if(o===l)c=!1;else{let d=e.get(o);c=d!==void 0?d:n((0,external_path_namespaceObject.dirname)(o),l,a+1)}return e.set(o,c),c};s.filter=i?(o,h)=>i(o,h)&&n(mt(o)):o=>n(mt(o))},Mn=s=>{let t=new rt(s),e=s.file,i;try{i=external_node_fs_.openSync(e,"r");let r=external_node_fs_.fstatSync(i),n=s.maxReadSize||16*1024*1024;if(r.size<n){let o=Buffer.allocUnsafe(r.size),h=external_node_fs_.readSync(i,o,0,r.size,0);t.end(h===o.byteLength?o:o.subarray(0,h))}else{let o=0,h=Buffer.allocUnsafe(n);for(;o<r.size;){let a=external_node_fs_.readSync(i,h,0,n,o);if(a===0)break;o+=a,t.write(h.subarray(0,a))}t.end()}}finally{if(typeof i=="number")try{external_node_fs_.closeSync(i)}catch{}}},Bn=(s,t)=>{let e=new rt(s),i=s.maxReadSize||16*1024*1024,r=s.file;return new Promise((o,h)=>{e.on("error",h),e.on("end",o),external_node_fs_.stat(r,(a,l)=>{if(a)h(a);else{let c=new _t(r,{readSize:i,size:l.size});c.on("error",h),c.pipe(e)}})})},Ct=K(Mn,Bn,s=>new rt(s),s=>new rt(s),(s,t)=>{t?.length&&Qi(s,t),s.noResume||vn(s)});var Ji=(s,t,e)=>(s&=4095,e&&(s=(s|384)&-19),t&&(s&256&&(s|=64),s&32&&(s|=8),s&4&&(s|=1)),s);var{isAbsolute:zn,parse:qs}=external_node_path_.win32,ce=s=>{let t="",e=qs(s);for(;zn(s)||e.root;){let i=s.charAt(0)==="/"&&s.slice(0,4)!=="//?/"?"/":e.root;s=s.slice(i.length),t+=i,e=qs(s)}return[t,s]};var ei=["|","<",">","?",":"],ji=ei.map(s=>String.fromCodePoint(61440+Number(s.codePointAt(0)))),Un=new Map(ei.map((s,t)=>[s,ji[t]])),Hn=new Map(ji.map((s,t)=>[s,ei[t]])),ts=s=>ei.reduce((t,e)=>t.split(e).join(Un.get(e)),s),Qs=s=>ji.reduce((t,e)=>t.split(e).join(Hn.get(e)),s);var rr=(s,t)=>t?(s=f(s).replace(/^\.(\/|$)/,""),mt(t)+"/"+s):f(s),Wn=16*1024*1024,tr=Symbol("process"),er=Symbol("file"),ir=Symbol("directory"),is=Symbol("symlink"),sr=Symbol("hardlink"),fe=Symbol("header"),ii=Symbol("read"),ss=Symbol("lstat"),si=Symbol("onlstat"),rs=Symbol("onread"),ns=Symbol("onreadlink"),os=Symbol("openfile"),hs=Symbol("onopenfile"),pt=Symbol("close"),ri=Symbol("mode"),as=Symbol("awaitDrain"),es=Symbol("ondrain"),q=Symbol("prefix"),de=class extends A{path;portable;myuid=process.getuid&&process.getuid()||0;myuser=process.env.USER||"";maxReadSize;linkCache;statCache;preservePaths;cwd;strict;mtime;noPax;noMtime;prefix;fd;blockLen=0;blockRemain=0;buf;pos=0;remain=0;length=0;offset=0;win32;absolute;header;type;linkpath;stat;onWriteEntry;#t=!1;constructor(t,e={}){let i=se(e);super(),this.path=f(t),this.portable=!!i.portable,this.maxReadSize=i.maxReadSize||Wn,this.linkCache=i.linkCache||new Map,this.statCache=i.statCache||new Map,this.preservePaths=!!i.preservePaths,this.cwd=f(i.cwd||process.cwd()),this.strict=!!i.strict,this.noPax=!!i.noPax,this.noMtime=!!i.noMtime,this.mtime=i.mtime,this.prefix=i.prefix?f(i.prefix):void 0,this.onWriteEntry=i.onWriteEntry,typeof i.onwarn=="function"&&this.on("warn",i.onwarn);let r=!1;if(!this.preservePaths){let[o,h]=ce(this.path);o&&typeof h=="string"&&(this.path=h,r=o)}this.win32=!!i.win32||process.platform==="win32",this.win32&&(this.path=Qs(this.path.replaceAll(/\\/g,"/")),t=t.replaceAll(/\\/g,"/")),this.absolute=f(i.absolute||external_path_namespaceObject.resolve(this.cwd,t)),this.path===""&&(this.path="./"),r&&this.warn("TAR_ENTRY_INFO",`stripping ${r} from absolute path`,{entry:this,path:r+this.path});let n=this.statCache.get(this.absolute);n?this[si](n):this[ss]()}warn(t,e,i={}){return Dt(this,t,e,i)}emit(t,...e){return t==="error"&&(this.#t=!0),super.emit(t,...e)}[ss](){external_fs_namespaceObject.lstat(this.absolute,(t,e)=>{if(t)return this.emit("error",t);this[si](e)})}[si](t){this.statCache.set(this.absolute,t),this.stat=t,t.isFile()||(t.size=0),this.type=Gn(t),this.emit("stat",t),this[tr]()}[tr](){switch(this.type){case"File":return this[er]();case"Directory":return this[ir]();case"SymbolicLink":return this[is]();default:return this.end()}}[ri](t){return Ji(t,this.type==="Directory",this.portable)}[q](t){return rr(t,this.prefix)}[fe](){if(!this.stat)throw new Error("cannot write header before stat");this.type==="Directory"&&this.portable&&(this.noMtime=!0),this.onWriteEntry?.(this),this.header=new F({path:this[q](this.path),linkpath:this.type==="Link"&&this.linkpath!==void 0?this[q](this.linkpath):this.linkpath,mode:this[ri](this.stat.mode),uid:this.portable?void 0:this.stat.uid,gid:this.portable?void 0:this.stat.gid,size:this.stat.size,mtime:this.noMtime?void 0:this.mtime||this.stat.mtime,type:this.type==="Unsupported"?void 0:this.type,uname:this.portable?void 0:this.stat.uid===this.myuid?this.myuser:"",atime:this.portable?void 0:this.stat.atime,ctime:this.portable?void 0:this.stat.ctime}),this.header.encode()&&!this.noPax&&super.write(new ft({atime:this.portable?void 0:this.header.atime,ctime:this.portable?void 0:this.header.ctime,gid:this.portable?void 0:this.header.gid,mtime:this.noMtime?void 0:this.mtime||this.header.mtime,path:this[q](this.path),linkpath:this.type==="Link"&&this.linkpath!==void 0?this[q](this.linkpath):this.linkpath,size:this.header.size,uid:this.portable?void 0:this.header.uid,uname:this.portable?void 0:this.header.uname,dev:this.portable?void 0:this.stat.dev,ino:this.portable?void 0:this.stat.ino,nlink:this.portable?void 0:this.stat.nlink}).encode());let t=this.header?.block;if(!t)throw new Error("failed to encode header");super.write(t)}[ir](){if(!this.stat)throw new Error("cannot create directory entry without stat");this.path.slice(-1)!=="/"&&(this.path+="/"),this.stat.size=0,this[fe](),this.end()}[is](){external_fs_namespaceObject.readlink(this.absolute,(t,e)=>{if(t)return this.emit("error",t);this[ns](e)})}[ns](t){this.linkpath=f(t),this[fe](),this.end()}[sr](t){if(!this.stat)throw new Error("cannot create link entry without stat");this.type="Link",this.linkpath=f(external_path_namespaceObject.relative(this.cwd,t)),this.stat.size=0,this[fe](),this.end()}[er](){if(!this.stat)throw new Error("cannot create file entry without stat");if(this.stat.nlink>1){let t=`${this.stat.dev}:${this.stat.ino}`,e=this.linkCache.get(t);if(e?.indexOf(this.cwd)===0)return this[sr](e);this.linkCache.set(t,this.absolute)}if(this[fe](),this.stat.size===0)return this.end();this[os]()}[os](){external_fs_namespaceObject.open(this.absolute,"r",(t,e)=>{if(t)return this.emit("error",t);this[hs](e)})}[hs](t){if(this.fd=t,this.#t)return this[pt]();if(!this.stat)throw new Error("should stat before calling onopenfile");this.blockLen=512*Math.ceil(this.stat.size/512),this.blockRemain=this.blockLen;let e=Math.min(this.blockLen,this.maxReadSize);this.buf=Buffer.allocUnsafe(e),this.offset=0,this.pos=0,this.remain=this.stat.size,this.length=this.buf.length,this[ii]()}[ii](){let{fd:t,buf:e,offset:i,length:r,pos:n}=this;if(t===void 0||e===void 0)throw new Error("cannot read file without first opening");external_fs_namespaceObject.read(t,e,i,r,n,(o,h)=>{if(o)return this[pt](()=>this.emit("error",o));this[rs](h)})}[pt](t=()=>{}){this.fd!==void 0&&external_fs_namespaceObject.close(this.fd,t)}[rs](t){if(t<=0&&this.remain>0){let r=Object.assign(new Error("encountered unexpected EOF"),{path:this.absolute,syscall:"read",code:"EOF"});return this[pt](()=>this.emit("error",r))}if(t>this.remain){let r=Object.assign(new Error("did not encounter expected EOF"),{path:this.absolute,syscall:"read",code:"EOF"});return this[pt](()=>this.emit("error",r))}if(!this.buf)throw new Error("should have created buffer prior to reading");if(t===this.remain)for(let r=t;r<this.length&&t<this.blockRemain;r++)this.buf[r+this.offset]=0,t++,this.remain++;let e=this.offset===0&&t===this.buf.length?this.buf:this.buf.subarray(this.offset,this.offset+t);this.write(e)?this[es]():this[as](()=>this[es]())}[as](t){this.once("drain",t)}write(t,e,i){if(typeof e=="function"&&(i=e,e=void 0),typeof t=="string"&&(t=Buffer.from(t,typeof e=="string"?e:"utf8")),this.blockRemain<t.length){let r=Object.assign(new Error("writing more data than expected"),{path:this.absolute});return this.emit("error",r)}return this.remain-=t.length,this.blockRemain-=t.length,this.pos+=t.length,this.offset+=t.length,super.write(t,null,i)}[es](){if(!this.remain)return this.blockRemain&&super.write(Buffer.alloc(this.blockRemain)),this[pt](t=>t?this.emit("error",t):this.end());if(!this.buf)throw new Error("buffer lost somehow in ONDRAIN");this.offset>=this.length&&(this.buf=Buffer.allocUnsafe(Math.min(this.blockRemain,this.buf.length)),this.offset=0),this.length=this.buf.length-this.offset,this[ii]()}},ni=class extends de{sync=!0;[ss](){this[si](external_fs_namespaceObject.lstatSync(this.absolute))}[is](){this[ns](external_fs_namespaceObject.readlinkSync(this.absolute))}[os](){this[hs](external_fs_namespaceObject.openSync(this.absolute,"r"))}[ii](){let t=!0;try{let{fd:e,buf:i,offset:r,length:n,pos:o}=this;if(e===void 0||i===void 0)throw new Error("fd and buf must be set in READ method");let h=external_fs_namespaceObject.readSync(e,i,r,n,o);this[rs](h),t=!1}finally{if(t)try{this[pt](()=>{})}catch{}}}[as](t){t()}[pt](t=()=>{}){this.fd!==void 0&&external_fs_namespaceObject.closeSync(this.fd),t()}},oi=class extends A{blockLen=0;blockRemain=0;buf=0;pos=0;remain=0;length=0;preservePaths;portable;strict;noPax;noMtime;readEntry;type;prefix;path;mode;uid;gid;uname;gname;header;mtime;atime;ctime;linkpath;size;onWriteEntry;warn(t,e,i={}){return Dt(this,t,e,i)}constructor(t,e={}){let i=se(e);super(),this.preservePaths=!!i.preservePaths,this.portable=!!i.portable,this.strict=!!i.strict,this.noPax=!!i.noPax,this.noMtime=!!i.noMtime,this.onWriteEntry=i.onWriteEntry,this.readEntry=t;let{type:r}=t;if(r==="Unsupported")throw new Error("writing entry that should be ignored");this.type=r,this.type==="Directory"&&this.portable&&(this.noMtime=!0),this.prefix=i.prefix,this.path=f(t.path),this.mode=t.mode!==void 0?this[ri](t.mode):void 0,this.uid=this.portable?void 0:t.uid,this.gid=this.portable?void 0:t.gid,this.uname=this.portable?void 0:t.uname,this.gname=this.portable?void 0:t.gname,this.size=t.size,this.mtime=this.noMtime?void 0:i.mtime||t.mtime,this.atime=this.portable?void 0:t.atime,this.ctime=this.portable?void 0:t.ctime,this.linkpath=t.linkpath!==void 0?f(t.linkpath):void 0,typeof i.onwarn=="function"&&this.on("warn",i.onwarn);let n=!1;if(!this.preservePaths){let[h,a]=ce(this.path);h&&typeof a=="string"&&(this.path=a,n=h)}this.remain=t.size,this.blockRemain=t.startBlockSize,this.onWriteEntry?.(this),this.header=new F({path:this[q](this.path),linkpath:this.type==="Link"&&this.linkpath!==void 0?this[q](this.linkpath):this.linkpath,mode:this.mode,uid:this.portable?void 0:this.uid,gid:this.portable?void 0:this.gid,size:this.size,mtime:this.noMtime?void 0:this.mtime,type:this.type,uname:this.portable?void 0:this.uname,atime:this.portable?void 0:this.atime,ctime:this.portable?void 0:this.ctime}),n&&this.warn("TAR_ENTRY_INFO",`stripping ${n} from absolute path`,{entry:this,path:n+this.path}),this.header.encode()&&!this.noPax&&super.write(new ft({atime:this.portable?void 0:this.atime,ctime:this.portable?void 0:this.ctime,gid:this.portable?void 0:this.gid,mtime:this.noMtime?void 0:this.mtime,path:this[q](this.path),linkpath:this.type==="Link"&&this.linkpath!==void 0?this[q](this.linkpath):this.linkpath,size:this.size,uid:this.portable?void 0:this.uid,uname:this.portable?void 0:this.uname,dev:this.portable?void 0:this.readEntry.dev,ino:this.portable?void 0:this.readEntry.ino,nlink:this.portable?void 0:this.readEntry.nlink}).encode());let o=this.header?.block;if(!o)throw new Error("failed to encode header");super.write(o),t.pipe(this)}[q](t){return rr(t,this.prefix)}[ri](t){return Ji(t,this.type==="Directory",this.portable)}write(t,e,i){typeof e=="function"&&(i=e,e=void 0),typeof t=="string"&&(t=Buffer.from(t,typeof e=="string"?e:"utf8"));let r=t.length;if(r>this.blockRemain)throw new Error("writing more to entry than is appropriate");return this.blockRemain-=r,super.write(t,i)}end(t,e,i){return this.blockRemain&&super.write(Buffer.alloc(this.blockRemain)),typeof t=="function"&&(i=t,e=void 0,t=void 0),typeof e=="function"&&(i=e,e=void 0),typeof t=="string"&&(t=Buffer.from(t,e??"utf8")),i&&this.once("finish",i),t?super.end(t,i):super.end(i),this}},Gn=s=>s.isFile()?"File":s.isDirectory()?"Directory":s.isSymbolicLink()?"SymbolicLink":"Unsupported";var hi=class s{tail;head;length=0;static create(t=[]){return new s(t)}constructor(t=[]){for(let e of t)this.push(e)}*[Symbol.iterator](){for(let t=this.head;t;t=t.next)yield t.value}removeNode(t){if(t.list!==this)throw new Error("removing node which does not belong to this list");let e=t.next,i=t.prev;return e&&(e.prev=i),i&&(i.next=e),t===this.head&&(this.head=e),t===this.tail&&(this.tail=i),this.length--,t.next=void 0,t.prev=void 0,t.list=void 0,e}unshiftNode(t){if(t===this.head)return;t.list&&t.list.removeNode(t);let e=this.head;t.list=this,t.next=e,e&&(e.prev=t),this.head=t,this.tail||(this.tail=t),this.length++}pushNode(t){if(t===this.tail)return;t.list&&t.list.removeNode(t);let e=this.tail;t.list=this,t.prev=e,e&&(e.next=t),this.tail=t,this.head||(this.head=t),this.length++}push(...t){for(let e=0,i=t.length;e<i;e++)Yn(this,t[e]);return this.length}unshift(...t){for(var e=0,i=t.length;e<i;e++)Kn(this,t[e]);return this.length}pop(){if(!this.tail)return;let t=this.tail.value,e=this.tail;return this.tail=this.tail.prev,this.tail?this.tail.next=void 0:this.head=void 0,e.list=void 0,this.length--,t}shift(){if(!this.head)return;let t=this.head.value,e=this.head;return this.head=this.head.next,this.head?this.head.prev=void 0:this.tail=void 0,e.list=void 0,this.length--,t}forEach(t,e){e=e||this;for(let i=this.head,r=0;i;r++)t.call(e,i.value,r,this),i=i.next}forEachReverse(t,e){e=e||this;for(let i=this.tail,r=this.length-1;i;r--)t.call(e,i.value,r,this),i=i.prev}get(t){let e=0,i=this.head;for(;i&&e<t;e++)i=i.next;if(e===t&&i)return i.value}getReverse(t){let e=0,i=this.tail;for(;i&&e<t;e++)i=i.prev;if(e===t&&i)return i.value}map(t,e){e=e||this;let i=new s;for(let r=this.head;r;)i.push(t.call(e,r.value,this)),r=r.next;return i}mapReverse(t,e){e=e||this;var i=new s;for(let r=this.tail;r;)i.push(t.call(e,r.value,this)),r=r.prev;return i}reduce(t,e){let i,r=this.head;if(arguments.length>1)i=e;else if(this.head)r=this.head.next,i=this.head.value;else throw new TypeError("Reduce of empty list with no initial value");for(var n=0;r;n++)i=t(i,r.value,n),r=r.next;return i}reduceReverse(t,e){let i,r=this.tail;if(arguments.length>1)i=e;else if(this.tail)r=this.tail.prev,i=this.tail.value;else throw new TypeError("Reduce of empty list with no initial value");for(let n=this.length-1;r;n--)i=t(i,r.value,n),r=r.prev;return i}toArray(){let t=new Array(this.length);for(let e=0,i=this.head;i;e++)t[e]=i.value,i=i.next;return t}toArrayReverse(){let t=new Array(this.length);for(let e=0,i=this.tail;i;e++)t[e]=i.value,i=i.prev;return t}slice(t=0,e=this.length){e<0&&(e+=this.length),t<0&&(t+=this.length);let i=new s;if(e<t||e<0)return i;t<0&&(t=0),e>this.length&&(e=this.length);let r=this.head,n=0;for(n=0;r&&n<t;n++)r=r.next;for(;r&&n<e;n++,r=r.next)i.push(r.value);return i}sliceReverse(t=0,e=this.length){e<0&&(e+=this.length),t<0&&(t+=this.length);let i=new s;if(e<t||e<0)return i;t<0&&(t=0),e>this.length&&(e=this.length);let r=this.length,n=this.tail;for(;n&&r>e;r--)n=n.prev;for(;n&&r>t;r--,n=n.prev)i.push(n.value);return i}splice(t,e=0,...i){t>this.length&&(t=this.length-1),t<0&&(t=this.length+t);let r=this.head;for(let o=0;r&&o<t;o++)r=r.next;let n=[];for(let o=0;r&&o<e;o++)n.push(r.value),r=this.removeNode(r);r?r!==this.tail&&(r=r.prev):r=this.tail;for(let o of i)r=Zn(this,r,o);return n}reverse(){let t=this.head,e=this.tail;for(let i=t;i;i=i.prev){let r=i.prev;i.prev=i.next,i.next=r}return this.head=e,this.tail=t,this}};function Zn(s,t,e){let i=t,r=t?t.next:s.head,n=new ue(e,i,r,s);return n.next===void 0&&(s.tail=n),n.prev===void 0&&(s.head=n),s.length++,n}function Yn(s,t){s.tail=new ue(t,s.tail,void 0,s),s.head||(s.head=s.tail),s.length++}function Kn(s,t){s.head=new ue(t,void 0,s.head,s),s.tail||(s.tail=s.head),s.length++}var ue=class{list;next;prev;value;constructor(t,e,i,r){this.list=r,this.value=t,e?(e.next=this,this.prev=e):this.prev=void 0,i?(i.prev=this,this.next=i):this.next=void 0}};var pi=class{path;absolute;entry;stat;readdir;pending=!1;pendingLink=!1;ignore=!1;piped=!1;constructor(t,e){this.path=t||"./",this.absolute=e}},nr=Buffer.alloc(1024),li=Symbol("onStat"),me=Symbol("ended"),W=Symbol("queue"),pe=Symbol("pendingLinks"),Et=Symbol("current"),Ft=Symbol("process"),Ee=Symbol("processing"),ai=Symbol("processJob"),G=Symbol("jobs"),ls=Symbol("jobDone"),ci=Symbol("addFSEntry"),or=Symbol("addTarEntry"),ds=Symbol("stat"),us=Symbol("readdir"),fi=Symbol("onreaddir"),di=Symbol("pipe"),hr=Symbol("entry"),cs=Symbol("entryOpt"),ui=Symbol("writeEntryClass"),lr=Symbol("write"),fs=Symbol("ondrain"),wt=class extends A{sync=!1;opt;cwd;maxReadSize;preservePaths;strict;noPax;prefix;linkCache;statCache;file;portable;zip;readdirCache;noDirRecurse;follow;noMtime;mtime;filter;jobs;[ui];onWriteEntry;[W];[pe]=new Map;[G]=0;[Ee]=!1;[me]=!1;constructor(t={}){if(super(),this.opt=t,this.file=t.file||"",this.cwd=t.cwd||process.cwd(),this.maxReadSize=t.maxReadSize,this.preservePaths=!!t.preservePaths,this.strict=!!t.strict,this.noPax=!!t.noPax,this.prefix=f(t.prefix||""),this.linkCache=t.linkCache||new Map,this.statCache=t.statCache||new Map,this.readdirCache=t.readdirCache||new Map,this.onWriteEntry=t.onWriteEntry,this[ui]=de,typeof t.onwarn=="function"&&this.on("warn",t.onwarn),this.portable=!!t.portable,t.gzip||t.brotli||t.zstd){if((t.gzip?1:0)+(t.brotli?1:0)+(t.zstd?1:0)>1)throw new TypeError("gzip, brotli, zstd are mutually exclusive");if(t.gzip&&(typeof t.gzip!="object"&&(t.gzip={}),this.portable&&(t.gzip.portable=!0),this.zip=new ze(t.gzip)),t.brotli&&(typeof t.brotli!="object"&&(t.brotli={}),this.zip=new We(t.brotli)),t.zstd&&(typeof t.zstd!="object"&&(t.zstd={}),this.zip=new Ye(t.zstd)),!this.zip)throw new Error("impossible");let e=this.zip;e.on("data",i=>super.write(i)),e.on("end",()=>super.end()),e.on("drain",()=>this[fs]()),this.on("resume",()=>e.resume())}else this.on("drain",this[fs]);this.noDirRecurse=!!t.noDirRecurse,this.follow=!!t.follow,this.noMtime=!!t.noMtime,t.mtime&&(this.mtime=t.mtime),this.filter=typeof t.filter=="function"?t.filter:()=>!0,this[W]=new hi,this[G]=0,this.jobs=Number(t.jobs)||4,this[Ee]=!1,this[me]=!1}[lr](t){return super.write(t)}add(t){return this.write(t),this}end(t,e,i){return typeof t=="function"&&(i=t,t=void 0),typeof e=="function"&&(i=e,e=void 0),t&&this.add(t),this[me]=!0,this[Ft](),i&&i(),this}write(t){if(this[me])throw new Error("write after end");return typeof t=="string"?this[ci](t):this[or](t),this.flowing}[or](t){let e=f(external_path_namespaceObject.resolve(this.cwd,t.path));if(!this.filter(t.path,t))t.resume();else{let i=new pi(t.path,e);i.entry=new oi(t,this[cs](i)),i.entry.on("end",()=>this[ls](i)),this[G]+=1,this[W].push(i)}this[Ft]()}[ci](t){let e=f(external_path_namespaceObject.resolve(this.cwd,t));this[W].push(new pi(t,e)),this[Ft]()}[ds](t){t.pending=!0,this[G]+=1;let e=this.follow?"stat":"lstat";external_fs_namespaceObject[e](t.absolute,(i,r)=>{t.pending=!1,this[G]-=1,i?this.emit("error",i):this[li](t,r)})}[li](t,e){if(this.statCache.set(t.absolute,e),t.stat=e,!this.filter(t.path,e))t.ignore=!0;else if(e.isFile()&&e.nlink>1&&!this.linkCache.get(`${e.dev}:${e.ino}`)&&!this.sync)if(t===this[Et])this[ai](t);else{let i=`${e.dev}:${e.ino}`,r=this[pe].get(i);r?r.push(t):this[pe].set(i,[t]),t.pendingLink=!0,t.pending=!0}this[Ft]()}[us](t){t.pending=!0,this[G]+=1,external_fs_namespaceObject.readdir(t.absolute,(e,i)=>{if(t.pending=!1,this[G]-=1,e)return this.emit("error",e);this[fi](t,i)})}[fi](t,e){this.readdirCache.set(t.absolute,e),t.readdir=e,this[Ft]()}[Ft](){if(!this[Ee]){this[Ee]=!0;for(let t=this[W].head;t&&this[G]<this.jobs;t=t.next)if(this[ai](t.value),t.value.ignore){let e=t.next;this[W].removeNode(t),t.next=e}this[Ee]=!1,this[me]&&this[W].length===0&&this[G]===0&&(this.zip?this.zip.end(nr):(super.write(nr),super.end()))}}get[Et](){return this[W]&&this[W].head&&this[W].head.value}[ls](t){this[W].shift(),this[G]-=1;let{stat:e}=t;if(e&&e.isFile()&&e.nlink>1){let i=`${e.dev}:${e.ino}`,r=this[pe].get(i);if(r){this[pe].delete(i);for(let n of r)n.pending=!1,this[ai](n)}}this[Ft]()}[ai](t){if(t.pending&&t.pendingLink&&t===this[Et]&&(t.pending=!1,t.pendingLink=!1),!t.pending){if(t.entry){t===this[Et]&&!t.piped&&this[di](t);return}if(!t.stat){let e=this.statCache.get(t.absolute);e?this[li](t,e):this[ds](t)}if(t.stat&&!t.ignore){if(!this.noDirRecurse&&t.stat.isDirectory()&&!t.readdir){let e=this.readdirCache.get(t.absolute);if(e?this[fi](t,e):this[us](t),!t.readdir)return}if(t.entry=this[hr](t),!t.entry){t.ignore=!0;return}t===this[Et]&&!t.piped&&this[di](t)}}}[cs](t){return{onwarn:(e,i,r)=>this.warn(e,i,r),noPax:this.noPax,cwd:this.cwd,absolute:t.absolute,preservePaths:this.preservePaths,maxReadSize:this.maxReadSize,strict:this.strict,portable:this.portable,linkCache:this.linkCache,statCache:this.statCache,noMtime:this.noMtime,mtime:this.mtime,prefix:this.prefix,onWriteEntry:this.onWriteEntry}}[hr](t){this[G]+=1;try{return new this[ui](t.path,this[cs](t)).on("end",()=>this[ls](t)).on("error",i=>this.emit("error",i))}catch(e){this.emit("error",e)}}[fs](){this[Et]&&this[Et].entry&&this[Et].entry.resume()}[di](t){t.piped=!0,t.readdir&&t.readdir.forEach(r=>{let n=t.path,o=n==="./"?"":n.replace(/\/*$/,"/");this[ci](o+r)});let e=t.entry,i=this.zip;if(!e)throw new Error("cannot pipe without source");i?e.on("data",r=>{i.write(r)||e.pause()}):e.on("data",r=>{super.write(r)||e.pause()})}pause(){return this.zip&&this.zip.pause(),super.pause()}warn(t,e,i={}){Dt(this,t,e,i)}},kt=class extends wt{sync=!0;constructor(t){super(t),this[ui]=ni}pause(){}resume(){}[ds](t){let e=this.follow?"statSync":"lstatSync";this[li](t,external_fs_namespaceObject[e](t.absolute))}[us](t){this[fi](t,external_fs_namespaceObject.readdirSync(t.absolute))}[di](t){let e=t.entry,i=this.zip;if(t.readdir&&t.readdir.forEach(r=>{let n=t.path,o=n==="./"?"":n.replace(/\/*$/,"/");this[ci](o+r)}),!e)throw new Error("Cannot pipe without source");i?e.on("data",r=>{i.write(r)}):e.on("data",r=>{super[lr](r)})}};var Vn=(s,t)=>{let e=new kt(s),i=new Wt(s.file,{mode:s.mode||438});e.pipe(i),fr(e,t)},$n=(s,t)=>{let e=new wt(s),i=new et(s.file,{mode:s.mode||438});e.pipe(i);let r=new Promise((n,o)=>{i.on("error",o),i.on("close",n),e.on("error",o)});return dr(e,t).catch(n=>e.emit("error",n)),r},fr=(s,t)=>{t.forEach(e=>{e.charAt(0)==="@"?Ct({file:external_node_path_.resolve(s.cwd,e.slice(1)),sync:!0,noResume:!0,onReadEntry:i=>s.add(i)}):s.add(e)}),s.end()},dr=async(s,t)=>{for(let e of t)e.charAt(0)==="@"?await Ct({file:external_node_path_.resolve(String(s.cwd),e.slice(1)),noResume:!0,onReadEntry:i=>{s.add(i)}}):s.add(e);s.end()},Xn=(s,t)=>{let e=new kt(s);return fr(e,t),e},qn=(s,t)=>{let e=new wt(s);return dr(e,t).catch(i=>e.emit("error",i)),e},Qn=K(Vn,$n,Xn,qn,(s,t)=>{if(!t?.length)throw new TypeError("no paths specified to add to archive")});var Jn=process.env.__FAKE_PLATFORM__||process.platform,Er=Jn==="win32",{O_CREAT:wr,O_NOFOLLOW:ur,O_TRUNC:Sr,O_WRONLY:yr}=external_fs_namespaceObject.constants,Rr=Number(process.env.__FAKE_FS_O_FILENAME__)||external_fs_namespaceObject.constants.UV_FS_O_FILEMAP||0,jn=Er&&!!Rr,to=512*1024,eo=Rr|Sr|wr|yr,mr=!Er&&typeof ur=="number"?ur|Sr|wr|yr:null,ms=mr!==null?()=>mr:jn?s=>s<to?eo:"w":()=>"w";var ps=(s,t,e)=>{try{return external_node_fs_.lchownSync(s,t,e)}catch(i){if(i?.code!=="ENOENT")throw i}},Ei=(s,t,e,i)=>{external_node_fs_.lchown(s,t,e,r=>{i(r&&r?.code!=="ENOENT"?r:null)})},io=(s,t,e,i,r)=>{if(t.isDirectory())Es(external_node_path_.resolve(s,t.name),e,i,n=>{if(n)return r(n);let o=external_node_path_.resolve(s,t.name);Ei(o,e,i,r)});else{let n=external_node_path_.resolve(s,t.name);Ei(n,e,i,r)}},Es=(s,t,e,i)=>{external_node_fs_.readdir(s,{withFileTypes:!0},(r,n)=>{if(r){if(r.code==="ENOENT")return i();if(r.code!=="ENOTDIR"&&r.code!=="ENOTSUP")return i(r)}if(r||!n.length)return Ei(s,t,e,i);let o=n.length,h=null,a=l=>{if(!h){if(l)return i(h=l);if(--o===0)return Ei(s,t,e,i)}};for(let l of n)io(s,l,t,e,a)})},so=(s,t,e,i)=>{t.isDirectory()&&ws(external_node_path_.resolve(s,t.name),e,i),ps(external_node_path_.resolve(s,t.name),e,i)},ws=(s,t,e)=>{let i;try{i=external_node_fs_.readdirSync(s,{withFileTypes:!0})}catch(r){let n=r;if(n?.code==="ENOENT")return;if(n?.code==="ENOTDIR"||n?.code==="ENOTSUP")return ps(s,t,e);throw n}for(let r of i)so(s,r,t,e);return ps(s,t,e)};var Se=class extends Error{path;code;syscall="chdir";constructor(t,e){super(`${e}: Cannot cd into '${t}'`),this.path=t,this.code=e}get name(){return"CwdError"}};var St=class extends Error{path;symlink;syscall="symlink";code="TAR_SYMLINK_ERROR";constructor(t,e){super("TAR_SYMLINK_ERROR: Cannot extract through symbolic link"),this.symlink=t,this.path=e}get name(){return"SymlinkError"}};var no=(s,t)=>{external_node_fs_.stat(s,(e,i)=>{(e||!i.isDirectory())&&(e=new Se(s,e?.code||"ENOTDIR")),t(e)})},gr=(s,t,e)=>{s=f(s);let i=t.umask??18,r=t.mode|448,n=(r&i)!==0,o=t.uid,h=t.gid,a=typeof o=="number"&&typeof h=="number"&&(o!==t.processUid||h!==t.processGid),l=t.preserve,c=t.unlink,d=f(t.cwd),y=(E,x)=>{E?e(E):x&&a?Es(x,o,h,Le=>y(Le)):n?external_node_fs_.chmod(s,r,e):e()};if(s===d)return no(s,y);if(l)return promises_.mkdir(s,{mode:r,recursive:!0}).then(E=>y(null,E??void 0),y);let D=f(external_node_path_.relative(d,s)).split("/");Ss(d,D,r,c,d,void 0,y)},Ss=(s,t,e,i,r,n,o)=>{if(t.length===0)return o(null,n);let h=t.shift(),a=f(external_node_path_.resolve(s+"/"+h));external_node_fs_.mkdir(a,e,br(a,t,e,i,r,n,o))},br=(s,t,e,i,r,n,o)=>h=>{h?external_node_fs_.lstat(s,(a,l)=>{if(a)a.path=a.path&&f(a.path),o(a);else if(l.isDirectory())Ss(s,t,e,i,r,n,o);else if(i)external_node_fs_.unlink(s,c=>{if(c)return o(c);external_node_fs_.mkdir(s,e,br(s,t,e,i,r,n,o))});else{if(l.isSymbolicLink())return o(new St(s,s+"/"+t.join("/")));o(h)}}):(n=n||s,Ss(s,t,e,i,r,n,o))},oo=s=>{let t=!1,e;try{t=external_node_fs_.statSync(s).isDirectory()}catch(i){e=i?.code}finally{if(!t)throw new Se(s,e??"ENOTDIR")}},_r=(s,t)=>{s=f(s);let e=t.umask??18,i=t.mode|448,r=(i&e)!==0,n=t.uid,o=t.gid,h=typeof n=="number"&&typeof o=="number"&&(n!==t.processUid||o!==t.processGid),a=t.preserve,l=t.unlink,c=f(t.cwd),d=E=>{E&&h&&ws(E,n,o),r&&external_node_fs_.chmodSync(s,i)};if(s===c)return oo(c),d();if(a)return d(external_node_fs_.mkdirSync(s,{mode:i,recursive:!0})??void 0);let T=f(external_node_path_.relative(c,s)).split("/"),D;for(let E=T.shift(),x=c;E&&(x+="/"+E);E=T.shift()){x=f(external_node_path_.resolve(x));try{external_node_fs_.mkdirSync(x,i),D=D||x}catch{let Le=external_node_fs_.lstatSync(x);if(Le.isDirectory())continue;if(l){external_node_fs_.unlinkSync(x),external_node_fs_.mkdirSync(x,i),D=D||x;continue}else if(Le.isSymbolicLink())return new St(x,x+"/"+T.join("/"))}}return d(D)};var ys=Object.create(null),Or=1e4,Vt=new Set,Tr=s=>{Vt.has(s)?Vt.delete(s):ys[s]=s.normalize("NFD").toLocaleLowerCase("en").toLocaleUpperCase("en"),Vt.add(s);let t=ys[s],e=Vt.size-Or;if(e>Or/10){for(let i of Vt)if(Vt.delete(i),delete ys[i],--e<=0)break}return t};var ho=process.env.TESTING_TAR_FAKE_PLATFORM||process.platform,ao=ho==="win32",lo=s=>s.split("/").slice(0,-1).reduce((e,i)=>{let r=e.at(-1);return r!==void 0&&(i=(0,external_node_path_.join)(r,i)),e.push(i||"/"),e},[]),yi=class{#t=new Map;#i=new Map;#s=new Set;reserve(t,e){t=ao?["win32 parallelization disabled"]:t.map(r=>mt((0,external_node_path_.join)(Tr(r))));let i=new Set(t.map(r=>lo(r)).reduce((r,n)=>r.concat(n)));this.#i.set(e,{dirs:i,paths:t});for(let r of t){let n=this.#t.get(r);n?n.push(e):this.#t.set(r,[e])}for(let r of i){let n=this.#t.get(r);if(!n)this.#t.set(r,[new Set([e])]);else{let o=n.at(-1);o instanceof Set?o.add(e):n.push(new Set([e]))}}return this.#r(e)}#n(t){let e=this.#i.get(t);if(!e)throw new Error("function does not have any path reservations");return{paths:e.paths.map(i=>this.#t.get(i)),dirs:[...e.dirs].map(i=>this.#t.get(i))}}check(t){let{paths:e,dirs:i}=this.#n(t);return e.every(r=>r&&r[0]===t)&&i.every(r=>r&&r[0]instanceof Set&&r[0].has(t))}#r(t){return this.#s.has(t)||!this.check(t)?!1:(this.#s.add(t),t(()=>this.#e(t)),!0)}#e(t){if(!this.#s.has(t))return!1;let e=this.#i.get(t);if(!e)throw new Error("invalid reservation");let{paths:i,dirs:r}=e,n=new Set;for(let o of i){let h=this.#t.get(o);if(!h||h?.[0]!==t)continue;let a=h[1];if(!a){this.#t.delete(o);continue}if(h.shift(),typeof a=="function")n.add(a);else for(let l of a)n.add(l)}for(let o of r){let h=this.#t.get(o),a=h?.[0];if(!(!h||!(a instanceof Set)))if(a.size===1&&h.length===1){this.#t.delete(o);continue}else if(a.size===1){h.shift();let l=h[0];typeof l=="function"&&n.add(l)}else a.delete(t)}return this.#s.delete(t),n.forEach(o=>this.#r(o)),!0}};var Lr=()=>process.umask();var Dr=Symbol("onEntry"),_s=Symbol("checkFs"),Nr=Symbol("checkFs2"),Os=Symbol("isReusable"),P=Symbol("makeFs"),Ts=Symbol("file"),xs=Symbol("directory"),gi=Symbol("link"),Ar=Symbol("symlink"),Ir=Symbol("hardlink"),Re=Symbol("ensureNoSymlink"),Cr=Symbol("unsupported"),Fr=Symbol("checkPath"),Rs=Symbol("stripAbsolutePath"),yt=Symbol("mkdir"),O=Symbol("onError"),Ri=Symbol("pending"),kr=Symbol("pend"),$t=Symbol("unpend"),gs=Symbol("ended"),bs=Symbol("maybeClose"),Ls=Symbol("skip"),ge=Symbol("doChown"),be=Symbol("uid"),_e=Symbol("gid"),Oe=Symbol("checkedCwd"),fo=process.env.TESTING_TAR_FAKE_PLATFORM||process.platform,Te=fo==="win32",uo=1024,mo=(s,t)=>{if(!Te)return external_node_fs_.unlink(s,t);let e=s+".DELETE."+(0,external_node_crypto_.randomBytes)(16).toString("hex");external_node_fs_.rename(s,e,i=>{if(i)return t(i);external_node_fs_.unlink(e,t)})},po=s=>{if(!Te)return external_node_fs_.unlinkSync(s);let t=s+".DELETE."+(0,external_node_crypto_.randomBytes)(16).toString("hex");external_node_fs_.renameSync(s,t),external_node_fs_.unlinkSync(t)},vr=(s,t,e)=>s!==void 0&&s===s>>>0?s:t!==void 0&&t===t>>>0?t:e,Xt=class extends rt{[gs]=!1;[Oe]=!1;[Ri]=0;reservations=new yi;transform;writable=!0;readable=!1;uid;gid;setOwner;preserveOwner;processGid;processUid;maxDepth;forceChown;win32;newer;keep;noMtime;preservePaths;unlink;cwd;strip;processUmask;umask;dmode;fmode;chmod;constructor(t={}){if(t.ondone=()=>{this[gs]=!0,this[bs]()},super(t),this.transform=t.transform,this.chmod=!!t.chmod,typeof t.uid=="number"||typeof t.gid=="number"){if(typeof t.uid!="number"||typeof t.gid!="number")throw new TypeError("cannot set owner without number uid and gid");if(t.preserveOwner)throw new TypeError("cannot preserve owner in archive and also set owner explicitly");this.uid=t.uid,this.gid=t.gid,this.setOwner=!0}else this.uid=void 0,this.gid=void 0,this.setOwner=!1;this.preserveOwner=t.preserveOwner===void 0&&typeof t.uid!="number"?process.getuid?.()===0:!!t.preserveOwner,this.processUid=(this.preserveOwner||this.setOwner)&&process.getuid?process.getuid():void 0,this.processGid=(this.preserveOwner||this.setOwner)&&process.getgid?process.getgid():void 0,this.maxDepth=typeof t.maxDepth=="number"?t.maxDepth:uo,this.forceChown=t.forceChown===!0,this.win32=!!t.win32||Te,this.newer=!!t.newer,this.keep=!!t.keep,this.noMtime=!!t.noMtime,this.preservePaths=!!t.preservePaths,this.unlink=!!t.unlink,this.cwd=f(external_node_path_.resolve(t.cwd||process.cwd())),this.strip=Number(t.strip)||0,this.processUmask=this.chmod?typeof t.processUmask=="number"?t.processUmask:Lr():0,this.umask=typeof t.umask=="number"?t.umask:this.processUmask,this.dmode=t.dmode||511&~this.umask,this.fmode=t.fmode||438&~this.umask,this.on("entry",e=>this[Dr](e))}warn(t,e,i={}){return(t==="TAR_BAD_ARCHIVE"||t==="TAR_ABORT")&&(i.recoverable=!1),super.warn(t,e,i)}[bs](){this[gs]&&this[Ri]===0&&(this.emit("prefinish"),this.emit("finish"),this.emit("end"))}[Rs](t,e){let i=t[e],{type:r}=t;if(!i||this.preservePaths)return!0;let[n,o]=ce(i),h=o.replaceAll(/\\/g,"/").split("/");if(h.includes("..")||Te&&/^[a-z]:\.\.$/i.test(h[0]??"")){if(e==="path"||r==="Link")return this.warn("TAR_ENTRY_ERROR",`${e} contains '..'`,{entry:t,[e]:i}),!1;let a=external_node_path_.posix.dirname(t.path),l=external_node_path_.posix.normalize(external_node_path_.posix.join(a,h.join("/")));if(l.startsWith("../")||l==="..")return this.warn("TAR_ENTRY_ERROR",`${e} escapes extraction directory`,{entry:t,[e]:i}),!1}return n&&(t[e]=String(o),this.warn("TAR_ENTRY_INFO",`stripping ${n} from absolute ${e}`,{entry:t,[e]:i})),!0}[Fr](t){let e=f(t.path),i=e.split("/");if(this.strip){if(i.length<this.strip)return!1;if(t.type==="Link"){let r=f(String(t.linkpath)).split("/");if(r.length>=this.strip)t.linkpath=r.slice(this.strip).join("/");else return!1}i.splice(0,this.strip),t.path=i.join("/")}if(isFinite(this.maxDepth)&&i.length>this.maxDepth)return this.warn("TAR_ENTRY_ERROR","path excessively deep",{entry:t,path:e,depth:i.length,maxDepth:this.maxDepth}),!1;if(!this[Rs](t,"path")||!this[Rs](t,"linkpath"))return!1;if(t.absolute=external_node_path_.isAbsolute(t.path)?f(external_node_path_.resolve(t.path)):f(external_node_path_.resolve(this.cwd,t.path)),!this.preservePaths&&typeof t.absolute=="string"&&t.absolute.indexOf(this.cwd+"/")!==0&&t.absolute!==this.cwd)return this.warn("TAR_ENTRY_ERROR","path escaped extraction target",{entry:t,path:f(t.path),resolvedPath:t.absolute,cwd:this.cwd}),!1;if(t.absolute===this.cwd&&t.type!=="Directory"&&t.type!=="GNUDumpDir")return!1;if(this.win32){let{root:r}=external_node_path_.win32.parse(String(t.absolute));t.absolute=r+ts(String(t.absolute).slice(r.length));let{root:n}=external_node_path_.win32.parse(t.path);t.path=n+ts(t.path.slice(n.length))}return!0}[Dr](t){if(!this[Fr](t))return t.resume();switch(external_node_assert_namespaceObject.equal(typeof t.absolute,"string"),t.type){case"Directory":case"GNUDumpDir":t.mode&&(t.mode=t.mode|448);case"File":case"OldFile":case"ContiguousFile":case"Link":case"SymbolicLink":return this[_s](t);default:return this[Cr](t)}}[O](t,e){t.name==="CwdError"?this.emit("error",t):(this.warn("TAR_ENTRY_ERROR",t,{entry:e}),this[$t](),e.resume())}[yt](t,e,i){gr(f(t),{uid:this.uid,gid:this.gid,processUid:this.processUid,processGid:this.processGid,umask:this.processUmask,preserve:this.preservePaths,unlink:this.unlink,cwd:this.cwd,mode:e},i)}[ge](t){return this.forceChown||this.preserveOwner&&(typeof t.uid=="number"&&t.uid!==this.processUid||typeof t.gid=="number"&&t.gid!==this.processGid)||typeof this.uid=="number"&&this.uid!==this.processUid||typeof this.gid=="number"&&this.gid!==this.processGid}[be](t){return vr(this.uid,t.uid,this.processUid)}[_e](t){return vr(this.gid,t.gid,this.processGid)}[Ts](t,e){let i=typeof t.mode=="number"?t.mode&4095:this.fmode,r=new et(String(t.absolute),{flags:ms(t.size),mode:i,autoClose:!1});r.on("error",a=>{r.fd&&external_node_fs_.close(r.fd,()=>{}),r.write=()=>!0,this[O](a,t),e()});let n=1,o=a=>{if(a){r.fd&&external_node_fs_.close(r.fd,()=>{}),this[O](a,t),e();return}--n===0&&r.fd!==void 0&&external_node_fs_.close(r.fd,l=>{l?this[O](l,t):this[$t](),e()})};r.on("finish",()=>{let a=String(t.absolute),l=r.fd;if(typeof l=="number"&&t.mtime&&!this.noMtime){n++;let c=t.atime||new Date,d=t.mtime;external_node_fs_.futimes(l,c,d,y=>y?external_node_fs_.utimes(a,c,d,T=>o(T&&y)):o())}if(typeof l=="number"&&this[ge](t)){n++;let c=this[be](t),d=this[_e](t);typeof c=="number"&&typeof d=="number"&&external_node_fs_.fchown(l,c,d,y=>y?external_node_fs_.chown(a,c,d,T=>o(T&&y)):o())}o()});let h=this.transform&&this.transform(t)||t;h!==t&&(h.on("error",a=>{this[O](a,t),e()}),t.pipe(h)),h.pipe(r)}[xs](t,e){let i=typeof t.mode=="number"?t.mode&4095:this.dmode;this[yt](String(t.absolute),i,r=>{if(r){this[O](r,t),e();return}let n=1,o=()=>{--n===0&&(e(),this[$t](),t.resume())};t.mtime&&!this.noMtime&&(n++,external_node_fs_.utimes(String(t.absolute),t.atime||new Date,t.mtime,o)),this[ge](t)&&(n++,external_node_fs_.chown(String(t.absolute),Number(this[be](t)),Number(this[_e](t)),o)),o()})}[Cr](t){t.unsupported=!0,this.warn("TAR_ENTRY_UNSUPPORTED",`unsupported entry type: ${t.type}`,{entry:t}),t.resume()}[Ar](t,e){let i=f(external_node_path_.relative(this.cwd,external_node_path_.resolve(external_node_path_.dirname(String(t.absolute)),String(t.linkpath)))).split("/");this[Re](t,this.cwd,i,()=>this[gi](t,String(t.linkpath),"symlink",e),r=>{this[O](r,t),e()})}[Ir](t,e){let i=f(external_node_path_.resolve(this.cwd,String(t.linkpath))),r=f(String(t.linkpath)).split("/");this[Re](t,this.cwd,r,()=>this[gi](t,i,"link",e),n=>{this[O](n,t),e()})}[Re](t,e,i,r,n){let o=i.shift();if(this.preservePaths||o===void 0)return r();let h=external_node_path_.resolve(e,o);external_node_fs_.lstat(h,(a,l)=>{if(a)return r();if(l?.isSymbolicLink())return n(new St(h,external_node_path_.resolve(h,i.join("/"))));this[Re](t,h,i,r,n)})}[kr](){this[Ri]++}[$t](){this[Ri]--,this[bs]()}[Ls](t){this[$t](),t.resume()}[Os](t,e){return t.type==="File"&&!this.unlink&&e.isFile()&&e.nlink<=1&&!Te}[_s](t){this[kr]();let e=[t.path];t.linkpath&&e.push(t.linkpath),this.reservations.reserve(e,i=>this[Nr](t,i))}[Nr](t,e){let i=h=>{e(h)},r=()=>{this[yt](this.cwd,this.dmode,h=>{if(h){this[O](h,t),i();return}this[Oe]=!0,n()})},n=()=>{if(t.absolute!==this.cwd){let h=f(external_node_path_.dirname(String(t.absolute)));if(h!==this.cwd)return this[yt](h,this.dmode,a=>{if(a){this[O](a,t),i();return}o()})}o()},o=()=>{external_node_fs_.lstat(String(t.absolute),(h,a)=>{if(a&&(this.keep||this.newer&&a.mtime>(t.mtime??a.mtime))){this[Ls](t),i();return}if(h||this[Os](t,a))return this[P](null,t,i);if(a.isDirectory()){if(t.type==="Directory"){let l=this.chmod&&t.mode&&(a.mode&4095)!==t.mode,c=d=>this[P](d??null,t,i);return l?external_node_fs_.chmod(String(t.absolute),Number(t.mode),c):c()}if(t.absolute!==this.cwd)return external_node_fs_.rmdir(String(t.absolute),l=>this[P](l??null,t,i))}if(t.absolute===this.cwd)return this[P](null,t,i);mo(String(t.absolute),l=>this[P](l??null,t,i))})};this[Oe]?n():r()}[P](t,e,i){if(t){this[O](t,e),i();return}switch(e.type){case"File":case"OldFile":case"ContiguousFile":return this[Ts](e,i);case"Link":return this[Ir](e,i);case"SymbolicLink":return this[Ar](e,i);case"Directory":case"GNUDumpDir":return this[xs](e,i)}}[gi](t,e,i,r){external_node_fs_[i](e,String(t.absolute),n=>{n?this[O](n,t):(this[$t](),t.resume()),r()})}},ye=s=>{try{return[null,s()]}catch(t){return[t,null]}},xe=class extends Xt{sync=!0;[P](t,e){return super[P](t,e,()=>{})}[_s](t){if(!this[Oe]){let n=this[yt](this.cwd,this.dmode);if(n)return this[O](n,t);this[Oe]=!0}if(t.absolute!==this.cwd){let n=f(external_node_path_.dirname(String(t.absolute)));if(n!==this.cwd){let o=this[yt](n,this.dmode);if(o)return this[O](o,t)}}let[e,i]=ye(()=>external_node_fs_.lstatSync(String(t.absolute)));if(i&&(this.keep||this.newer&&i.mtime>(t.mtime??i.mtime)))return this[Ls](t);if(e||this[Os](t,i))return this[P](null,t);if(i.isDirectory()){if(t.type==="Directory"){let o=this.chmod&&t.mode&&(i.mode&4095)!==t.mode,[h]=o?ye(()=>{external_node_fs_.chmodSync(String(t.absolute),Number(t.mode))}):[];return this[P](h,t)}let[n]=ye(()=>external_node_fs_.rmdirSync(String(t.absolute)));this[P](n,t)}let[r]=t.absolute===this.cwd?[]:ye(()=>po(String(t.absolute)));this[P](r,t)}[Ts](t,e){let i=typeof t.mode=="number"?t.mode&4095:this.fmode,r=h=>{let a;try{external_node_fs_.closeSync(n)}catch(l){a=l}(h||a)&&this[O](h||a,t),e()},n;try{n=external_node_fs_.openSync(String(t.absolute),ms(t.size),i)}catch(h){return r(h)}let o=this.transform&&this.transform(t)||t;o!==t&&(o.on("error",h=>this[O](h,t)),t.pipe(o)),o.on("data",h=>{try{external_node_fs_.writeSync(n,h,0,h.length)}catch(a){r(a)}}),o.on("end",()=>{let h=null;if(t.mtime&&!this.noMtime){let a=t.atime||new Date,l=t.mtime;try{external_node_fs_.futimesSync(n,a,l)}catch(c){try{external_node_fs_.utimesSync(String(t.absolute),a,l)}catch{h=c}}}if(this[ge](t)){let a=this[be](t),l=this[_e](t);try{external_node_fs_.fchownSync(n,Number(a),Number(l))}catch(c){try{external_node_fs_.chownSync(String(t.absolute),Number(a),Number(l))}catch{h=h||c}}}r(h)})}[xs](t,e){let i=typeof t.mode=="number"?t.mode&4095:this.dmode,r=this[yt](String(t.absolute),i);if(r){this[O](r,t),e();return}if(t.mtime&&!this.noMtime)try{external_node_fs_.utimesSync(String(t.absolute),t.atime||new Date,t.mtime)}catch{}if(this[ge](t))try{external_node_fs_.chownSync(String(t.absolute),Number(this[be](t)),Number(this[_e](t)))}catch{}e(),t.resume()}[yt](t,e){try{return _r(f(t),{uid:this.uid,gid:this.gid,processUid:this.processUid,processGid:this.processGid,umask:this.processUmask,preserve:this.preservePaths,unlink:this.unlink,cwd:this.cwd,mode:e})}catch(i){return i}}[Re](t,e,i,r,n){if(this.preservePaths||i.length===0)return r();let o=e;for(let h of i){o=external_node_path_.resolve(o,h);let[a,l]=ye(()=>external_node_fs_.lstatSync(o));if(a)return r();if(l.isSymbolicLink())return n(new St(o,external_node_path_.resolve(e,i.join("/"))))}r()}[gi](t,e,i,r){let n=`${i}Sync`;try{external_node_fs_[n](e,String(t.absolute)),r(),t.resume()}catch(o){return this[O](o,t)}}};var Eo=s=>{let t=new xe(s),e=s.file,i=external_node_fs_.statSync(e),r=s.maxReadSize||16*1024*1024;new Be(e,{readSize:r,size:i.size}).pipe(t)},wo=(s,t)=>{let e=new Xt(s),i=s.maxReadSize||16*1024*1024,r=s.file;return new Promise((o,h)=>{e.on("error",h),e.on("close",o),external_node_fs_.stat(r,(a,l)=>{if(a)h(a);else{let c=new _t(r,{readSize:i,size:l.size});c.on("error",h),c.pipe(e)}})})},So=K(Eo,wo,s=>new xe(s),s=>new Xt(s),(s,t)=>{t?.length&&Qi(s,t)});var yo=(s,t)=>{let e=new kt(s),i=!0,r,n;try{try{r=external_node_fs_.openSync(s.file,"r+")}catch(a){if(a?.code==="ENOENT")r=external_node_fs_.openSync(s.file,"w+");else throw a}let o=external_node_fs_.fstatSync(r),h=Buffer.alloc(512);t:for(n=0;n<o.size;n+=512){for(let c=0,d=0;c<512;c+=d){if(d=external_node_fs_.readSync(r,h,c,h.length-c,n+c),n===0&&h[0]===31&&h[1]===139)throw new Error("cannot append to compressed archives");if(!d)break t}let a=new F(h);if(!a.cksumValid)break;let l=512*Math.ceil((a.size||0)/512);if(n+l+512>o.size)break;n+=l,s.mtimeCache&&a.mtime&&s.mtimeCache.set(String(a.path),a.mtime)}i=!1,Ro(s,e,n,r,t)}finally{if(i)try{external_node_fs_.closeSync(r)}catch{}}},Ro=(s,t,e,i,r)=>{let n=new Wt(s.file,{fd:i,start:e});t.pipe(n),bo(t,r)},go=(s,t)=>{t=Array.from(t);let e=new wt(s),i=(n,o,h)=>{let a=(T,D)=>{T?external_node_fs_.close(n,E=>h(T)):h(null,D)},l=0;if(o===0)return a(null,0);let c=0,d=Buffer.alloc(512),y=(T,D)=>{if(T||D===void 0)return a(T);if(c+=D,c<512&&D)return external_node_fs_.read(n,d,c,d.length-c,l+c,y);if(l===0&&d[0]===31&&d[1]===139)return a(new Error("cannot append to compressed archives"));if(c<512)return a(null,l);let E=new F(d);if(!E.cksumValid)return a(null,l);let x=512*Math.ceil((E.size??0)/512);if(l+x+512>o||(l+=x+512,l>=o))return a(null,l);s.mtimeCache&&E.mtime&&s.mtimeCache.set(String(E.path),E.mtime),c=0,external_node_fs_.read(n,d,0,512,l,y)};external_node_fs_.read(n,d,0,512,l,y)};return new Promise((n,o)=>{e.on("error",o);let h="r+",a=(l,c)=>{if(l&&l.code==="ENOENT"&&h==="r+")return h="w+",external_node_fs_.open(s.file,h,a);if(l||!c)return o(l);external_node_fs_.fstat(c,(d,y)=>{if(d)return external_node_fs_.close(c,()=>o(d));i(c,y.size,(T,D)=>{if(T)return o(T);let E=new et(s.file,{fd:c,start:D});e.pipe(E),E.on("error",o),E.on("close",n),_o(e,t)})})};external_node_fs_.open(s.file,h,a)})},bo=(s,t)=>{t.forEach(e=>{e.charAt(0)==="@"?Ct({file:external_node_path_.resolve(s.cwd,e.slice(1)),sync:!0,noResume:!0,onReadEntry:i=>s.add(i)}):s.add(e)}),s.end()},_o=async(s,t)=>{for(let e of t)e.charAt(0)==="@"?await Ct({file:external_node_path_.resolve(String(s.cwd),e.slice(1)),noResume:!0,onReadEntry:i=>s.add(i)}):s.add(e);s.end()},vt=K(yo,go,()=>{throw new TypeError("file is required")},()=>{throw new TypeError("file is required")},(s,t)=>{if(!Bs(s))throw new TypeError("file is required");if(s.gzip||s.brotli||s.zstd||s.file.endsWith(".br")||s.file.endsWith(".tbr"))throw new TypeError("cannot append to compressed archives");if(!t?.length)throw new TypeError("no paths specified to add/replace")});var Oo=K(vt.syncFile,vt.asyncFile,vt.syncNoFile,vt.asyncNoFile,(s,t=[])=>{vt.validate?.(s,t),To(s)}),To=s=>{let t=s.filter;s.mtimeCache||(s.mtimeCache=new Map),s.filter=t?(e,i)=>t(e,i)&&!((s.mtimeCache?.get(e)??i.mtime??0)>(i.mtime??0)):(e,i)=>!((s.mtimeCache?.get(e)??i.mtime??0)>(i.mtime??0))};
//# sourceMappingURL=index.min.js.map

;// CONCATENATED MODULE: ./.build/src/archive/second-reader.js


/** The parser decompresses what it is given at once: no more than this, so that zeros cannot fill the memory. */
const FEED_BYTES = 32 * 1024;
/** The archive as an independent reader sees it: the npm tar package, strict. It keeps no names. */
class SecondReader {
    entries = 0;
    contentBytes = 0;
    /** What the reader did not like; nothing is fed to it afterwards. */
    complaint;
    #parser;
    #ended;
    constructor() {
        this.#parser = new rt({
            strict: true,
            // Every extent's digest is checked beside this; a backup of zeros is allowed to shrink as far as it can.
            maxDecompressionRatio: Infinity,
            onReadEntry: (entry) => {
                this.entries++;
                this.contentBytes += entry.size;
                entry.resume();
            },
        });
        this.#ended = new Promise((resolve) => {
            this.#parser.on('end', resolve);
            this.#parser.on('error', (error) => {
                this.complaint ??= (0,failure/* messageOf */.bD)(error);
                resolve();
            });
        });
    }
    /**
     * Takes the next bytes of the archive. Only what has been checked: the parser keeps whatever follows the end of a
     * tar in memory.
     */
    feed(chunk) {
        const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
        for (let start = 0; start < bytes.length && this.complaint === undefined; start += FEED_BYTES) {
            this.#write(bytes.subarray(start, start + FEED_BYTES));
        }
    }
    /** Waits until everything has been read. */
    async finish() {
        if (this.complaint === undefined)
            this.#parser.end();
        await this.#ended;
    }
    #write(bytes) {
        try {
            this.#parser.write(bytes);
        }
        catch (error) {
            this.complaint ??= (0,failure/* messageOf */.bD)(error);
        }
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/walk-extents.js



/** Goes through an archive to its end whatever is damaged in it, so that all damage is listed by name. */
async function walkExtents({ extents, visit, report }) {
    const guard = new EntryGuard();
    const source = extents[Symbol.asyncIterator]();
    const pull = async () => {
        const result = await source.next();
        return result.done ? undefined : result.value;
    };
    let next = await pull();
    const run = { isStopped: false };
    const wasStopped = () => run.isStopped;
    /** Sound extents from here on; an entry that is cut short by a damaged one is given up there. */
    async function* takeRun() {
        while (next && next.damage === undefined) {
            yield next;
            next = await pull();
        }
        run.isStopped = true;
        if (next?.isContinuation)
            throw new CutShort();
    }
    while (next) {
        if (next.damage !== undefined)
            reportExtent(next, next.damage, guard, report);
        if (next.damage !== undefined || next.isContinuation) {
            next = await pull();
            continue;
        }
        run.isStopped = false;
        try {
            for await (const entry of readOwnEntries(takeRun(), { guard, checksWholeDigests: true }))
                await visit(entry);
        }
        catch (error) {
            if (error instanceof ArchiveDamage) {
                report({ where: error.where, what: error.what });
                // A damaged extent, at which the run ended, is still to be reported.
                if (!wasStopped())
                    next = await pull();
            }
            else if (!(error instanceof CutShort)) {
                throw error;
            }
        }
    }
}
/** The entry under way ends in an extent whose damage is reported by itself. */
class CutShort extends Error {
}
function reportExtent({ names, lines, extent }, what, guard, report) {
    for (const name of names)
        report({ where: name, what });
    if (names.length === 0)
        report({ where: `the extent at ${extent.offset}`, what });
    for (const { type, name, mode = 0, uid = 0, gid = 0, mtimeNs = 0n, size = 0, linkName } of lines) {
        if (type === 'chunk')
            continue;
        try {
            // Later entries may lie below it or link to it.
            guard.admit({ name, type, mode, uid, gid, mtimeNs, size, ...(linkName ? { linkName } : {}) });
        }
        catch (error) {
            if (!(error instanceof ArchiveDamage))
                throw error;
            report({ where: error.where, what: error.what });
        }
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/verify-archive.js














/** More damage than this is counted, not listed. */
const verify_archive_LISTED_DAMAGE = 1000;
/**
 * Verifies a whole archive: every digest, the tar as we and as others read it, the index, the manifest and the dumps.
 * Damage is the result, never an exception; it goes on behind damage and names everything that is hit.
 */
async function verifyArchive(options) {
    return await new VerifyRun(options).run();
}
class VerifyRun {
    #options;
    #second = new SecondReader();
    #checked = { extents: 0, entries: 0, bytes: 0, databases: [], tables: 0 };
    #damage = [];
    #damagedExtents = [];
    /** So many of the reports are about damaged extents. */
    #extentReports = 0;
    #unlisted = 0;
    #manifest;
    constructor(options) {
        this.#options = options;
    }
    async run() {
        const known = await this.#findIndex();
        if (known) {
            await this.#checkStructure(known);
            if (this.#options.skipsContent)
                this.#countStructure(known.survey);
            else
                await this.#checkContent(known);
        }
        const reports = this.#damage.length + this.#unlisted;
        if (this.#unlisted > 0)
            this.#damage.push({ where: 'the archive', what: `${this.#unlisted} further damages` });
        return {
            damage: this.#damage,
            checked: this.#checked,
            ...(known ? { index: known.sha256 } : {}),
            ...(this.#manifest ? { manifest: this.#manifest } : {}),
            damagedExtents: this.#damagedExtents,
            isExtentsOnly: reports > 0 && reports === this.#extentReports,
        };
    }
    /** An index to go by: the archive's own where it is sound and the expected one, else the vault's copy. */
    async #findIndex() {
        const { archive, openIndexCopy } = this.#options;
        const own = await this.#attempt('the index', async () => {
            const offset = await locateIndex(archive);
            const known = await this.#survey(() => readIndexEntry(archive, offset));
            if (known.survey.endOffset !== offset)
                throw new TypeError('something stands between the extents and the index');
            return known;
        });
        if (own || !openIndexCopy)
            return own;
        return await this.#attempt('the copy of the index', () => this.#survey(openIndexCopy));
    }
    async #survey(open) {
        let sha256 = '';
        let sizeBytes = 0;
        const passing = hashPassing(open(), (digest, size) => ([sha256, sizeBytes] = [digest, size]));
        const survey = await surveyIndex(await IndexReader.open(passing));
        await drain(passing);
        if (this.#options.index !== undefined && sha256 !== this.#options.index) {
            throw new TypeError(`its digest is ${sha256}; expected ${this.#options.index}`);
        }
        return { open, sha256, sizeBytes, survey };
    }
    async #checkStructure(known) {
        const { archive } = this.#options;
        const { survey } = known;
        await this.#attempt('manifest.json', async () => {
            const index = await IndexReader.open(known.open());
            this.#manifest = await readManifest(archive, chooseExtents(index, survey.manifestExtents));
        });
        if (this.#manifest)
            compareWithManifest(this.#manifest, survey).forEach((damage) => this.#report(damage));
        if (!survey.topNames.has(layout/* README_NAME */.B5))
            this.#report({ where: layout/* README_NAME */.B5, what: 'it is not there' });
    }
    #countStructure({ extents, entries, endOffset }) {
        Object.assign(this.#checked, { extents, entries, bytes: this.#options.archive.sizeBytes - endOffset });
        for (const [name, { fingerprints }] of Object.entries(this.#manifest?.databases ?? {})) {
            this.#checked.databases.push(name);
            this.#checked.tables += Object.keys(fingerprints.tables).length;
        }
    }
    async #checkContent(known) {
        const { archive } = this.#options;
        const { survey } = known;
        let sha256 = '';
        await this.#attempt('the archive', async () => {
            const passing = hashPassing(known.open(), (digest) => (sha256 = digest));
            const index = await IndexReader.open(passing);
            const bytes = archive.read(0, survey.endOffset);
            const extents = this.#count(readExtents(index.entries(), bytes), survey.endOffset);
            await walkExtents({ extents, visit: (entry) => this.#visit(entry), report: (damage) => this.#report(damage) });
            await drain(passing);
            // What was checked against is what was surveyed, byte for byte, or somebody is writing to the archive.
            if (sha256 !== known.sha256)
                throw new TypeError('its index changed while it was read');
        });
        if (this.#damage.length === 0)
            await this.#compareSecondReader(known);
    }
    async *#count(extents, totalBytes) {
        for await (const read of extents) {
            this.#checked.extents++;
            if (read.damage !== undefined) {
                if (this.#damagedExtents.length <= verify_archive_LISTED_DAMAGE)
                    this.#damagedExtents.push(read.extent);
                // One for each entry in it, as whoever walks the extents tells it.
                this.#extentReports += Math.max(1, read.names.length);
            }
            this.#options.onProgress?.(read.extent.offset + read.extent.length, totalBytes);
            yield read;
            // By now its entries have been checked too.
            if (read.bytes && this.#damage.length === 0)
                this.#second.feed(read.bytes);
        }
    }
    async #visit({ header, body }) {
        const name = header.name.toString('utf8');
        const { checkDump } = this.#options;
        if (checkDump && this.#manifest && header.type === 'reg' && name.startsWith(layout/* DUMP_FOLDER */.OY)) {
            for (const what of await checkDump(name, body, this.#manifest))
                this.#report({ where: name, what });
        }
        // Reading to the end is what checks the chunks.
        await drain(body);
        this.#checked.entries++;
        this.#checked.bytes += header.size;
        const record = Object.entries(this.#manifest?.databases ?? {}).find(([, { dump }]) => dump === name);
        if (!record)
            return;
        this.#checked.databases.push(record[0]);
        this.#checked.tables += Object.keys(record[1].fingerprints.tables).length;
    }
    async #compareSecondReader({ survey, sizeBytes }) {
        const { archive } = this.#options;
        const tail = archive.read(survey.endOffset, archive.sizeBytes - survey.endOffset);
        for await (const chunk of tail)
            this.#second.feed(chunk);
        await this.#second.finish();
        const { complaint, entries, contentBytes } = this.#second;
        const expected = [survey.entries + 1, survey.contentBytes + sizeBytes];
        const what = complaint !== undefined
            ? `another reader of tar refuses it (${complaint})`
            : `another reader of tar finds ${entries} entries of ${contentBytes} bytes, not ${expected.join(' of ')}`;
        if (complaint !== undefined || entries !== expected[0] || contentBytes !== expected[1]) {
            this.#report({ where: 'the archive', what });
        }
    }
    /** Turns what is thrown over damaged content into a finding; errors of reading the disk and the like pass. */
    async #attempt(where, step) {
        try {
            return await step();
        }
        catch (error) {
            if (error instanceof ArchiveDamage)
                this.#report({ where: error.where, what: error.what });
            else if (error instanceof TypeError || error instanceof SyntaxError || error instanceof RangeError) {
                this.#report({ where, what: (0,failure/* messageOf */.bD)(error) });
            }
            else if (error instanceof failure/* Failure */.HR && error.kind === 'damaged')
                this.#report({ where, what: error.message });
            else
                throw error;
            return undefined;
        }
    }
    #report(damage) {
        if (this.#damage.length < verify_archive_LISTED_DAMAGE)
            this.#damage.push(damage);
        else
            this.#unlisted++;
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/confirm-damage.js





/**
 * Those extents whose very bytes are wrong on the disk. Others have the right bytes, but no archive of ours in them:
 * brought anew they would be the same.
 */
async function confirmDamage(store, name, file, places) {
    const wrong = [];
    const whole = { path: (0,store_layout/* archivePath */.oM)(store, name), handle: file.handle };
    for await (const block of checkExtents(whole, places))
        wrong.push(...block.wrong);
    return wrong;
}
/** A disk that cannot read something is damage of the archive, not an end of its verification. */
async function explainReadError(error, { store, file, line, progress }) {
    if (!isReadError(error))
        throw error;
    const checked = { extents: 0, entries: 0, bytes: 0, databases: [], tables: 0 };
    try {
        const wrong = await findWrongExtents(store, { ...line, file }, progress);
        // It could be read this time.
        if (wrong.length === 0)
            throw error;
        const damagedExtents = wrong.map((place) => ({ ...place, entries: 0 }));
        const damage = await describeDamage(store, line.name, wrong);
        return { damage, checked, index: line.index, damagedExtents, isExtentsOnly: true };
    }
    catch (failure) {
        if (!(failure instanceof ArchiveDamage))
            throw failure;
        const damage = [{ where: failure.where, what: failure.what }];
        return { damage, checked, damagedExtents: [], isExtentsOnly: false };
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/verify.js













const DEFAULT_LOCK_WAIT_MS = 60_000;
/**
 * Verifies an archive on the vault's own disk, and records the verdict: one that is damaged is never built upon
 * again, unless single extents are all that is damaged; these are barred.
 * Full verifications run one at a time: each takes memory and the disk for itself.
 * @throws Failure `vault` where the ledger knows no archive of ours by that name, `locked` where another full
 * verification does not end in time.
 */
async function verifySealed(options) {
    const { store, name, level, lockWaitMs = DEFAULT_LOCK_WAIT_MS } = options;
    if (level === 'seal')
        return await verifyAndRecord(options);
    const holder = `full verification of ${name}`;
    const lock = await acquireLock((0,store_layout/* verifyingLockPath */.YJ)(store), { holder, waitMs: lockWaitMs });
    try {
        return await verifyAndRecord(options);
    }
    finally {
        lock.release();
    }
}
async function verifyAndRecord(options) {
    const { store, name, level } = options;
    const line = await findSealed(store, name);
    const file = await openArchive(store, name);
    try {
        const { damage, checked, wrongExtents, isExtentsOnly } = await verifyFile(options, file, line);
        const { index } = line;
        const time = store.now().toISOString();
        const onlyExtents = isExtentsOnly ? { isExtentsOnly } : {};
        const isSound = damage.length === 0;
        const verdict = { name, index, level, isSound, ...onlyExtents, damage, checked, time };
        try {
            // Whoever has read all of it has the last word on its extents; before the verdict, which may say that all is well.
            if (level === 'full') {
                await clearDamage(store, name, index);
                await noteDamage(store, { name, index, wrong: wrongExtents, by: 'verify' });
            }
            await recordVerdict(store, verdict);
        }
        catch (error) {
            throw await explainUnrecorded(store, verdict, error);
        }
        return verdict;
    }
    finally {
        await file.close();
    }
}
/** What was found must be heard, though a full disk takes no note of it. */
async function explainUnrecorded(store, { name, isSound, damage }, error) {
    const found = isSound
        ? 'is sound'
        : `is damaged (${(0,quantity_text/* countOf */.pq)(damage.length, 'place')}, the first: ${damage[0]?.where})`;
    const next = `${name} ${found}, but that is recorded nowhere: make room on the backup server, then verify it again.`;
    return await (0,store_space/* explainFullDisk */.Eh)(error, { directory: store.directory, next });
}
async function verifyFile({ store, level, checkDump, progress }, file, line) {
    const reading = verifyArchive({
        archive: file,
        index: line.index,
        skipsContent: level === 'seal',
        ...(checkDump ? { checkDump } : {}),
        onProgress: progress,
    });
    const found = await reading.catch((error) => explainReadError(error, { store, file, line, progress }));
    const { damage, checked, manifest, damagedExtents } = found;
    const wrongExtents = await confirmDamage(store, line.name, file, damagedExtents);
    let isExtentsOnly = found.isExtentsOnly && wrongExtents.length === damagedExtents.length;
    if (file.sizeBytes !== line.size) {
        damage.unshift({ where: line.name, what: `has ${file.sizeBytes} bytes, ${line.size} in the ledger` });
        isExtentsOnly = false;
    }
    if (manifest && manifest.name !== line.name) {
        damage.unshift({ where: layout/* MANIFEST_NAME */.R5, what: `it is that of ${JSON.stringify(manifest.name).slice(0, 60)}` });
        isExtentsOnly = false;
    }
    return { damage, checked, wrongExtents, isExtentsOnly };
}
/** The ledger's line of an archive that we sealed. */
async function findSealed(store, name) {
    const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
    const { index } = line ?? {};
    if (line?.action === 'seal' && index !== undefined)
        return { ...line, index };
    throw new failure/* Failure */.HR('vault', line ? `${name} was made by the former script: it has no index` : `the vault holds no archive ${name}`, 'list shows the archives, and which of them are ours.');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/reject-damage.js










/**
 * What follows when extents turn out to be damaged while they are copied: a segment is removed, so that the next upload
 * brings it anew; the base is read to its end, and all that is damaged there is barred, so that the next backup brings
 * that anew. Returns what to tell the client; an error that is no such thing as it is.
 */
async function rejectDamage(store, plan, error, progress) {
    if (!(error instanceof WrongDigest) && !isReadError(error))
        return error;
    const origin = error instanceof WrongDigest ? plan.originOf(error.ordinal) : undefined;
    if (origin && 'segment' in origin) {
        await dropSegment(store, origin.segment);
        return new failure/* Failure */.HR('damaged', `segment ${origin.segment.slice(0, 12)}… does not hold what was announced (byte ${origin.at}): it was changed on its way`, 'It has been removed; run the backup again, which sends it anew.');
    }
    const { base } = plan.head;
    if (!base)
        return error;
    const file = await openArchive(store, base.name);
    const wrong = await findWrongExtents(store, { ...base, file }, progress)
        .catch((failure) => {
        if (failure instanceof ArchiveDamage)
            return [];
        throw failure;
    })
        .finally(() => file.close());
    if (wrong.length === 0)
        return error;
    await recordDamage(store, { ...base, wrong, by: 'seal' });
    return new failure/* Failure */.HR('damaged', `${base.name} is damaged on the backup server's disk: ${(0,quantity_text/* countOf */.pq)(wrong.length, 'extent')}, the first at byte ${wrong[0]?.offset}`, 'Run the backup again: it brings them anew. Have the disk looked at; scrub names the archives that are hit.', { cause: error });
}
/**
 * What follows when a recipe cannot be followed: where the fault is the base's own index, the base gets its verdict, and
 * the next backup builds upon an older one. Returns what to tell the client.
 */
async function blameBase(store, name, error) {
    const verdict = await verifySealed({ store, name, level: 'seal', progress: () => { } }).catch(() => undefined);
    if (!verdict || verdict.isSound)
        return error;
    return new failure/* Failure */.HR('damaged', `the index of ${name} is damaged on the backup server's disk`, 'Run the backup again: it builds upon an older archive. Have the disk looked at.', { cause: error });
}

;// CONCATENATED MODULE: ./.build/src/vault/store/seal.js
























const seal_DEFAULT_LOCK_WAIT_MS = 60_000;
/**
 * Seals an archive: until its last step nothing is visible, after it nothing changes. The recipe is followed before the
 * vault's lock is taken: however long that goes on, upkeep does not wait for it.
 * @throws Failure `refused` for what must not be, `damaged` for wrong bytes, `space`, or `locked`.
 */
async function sealArchive(options) {
    const { store, name, log } = options;
    checkSealName(name, store.now());
    try {
        const recipe = await receiveRecipe(store, options.recipe);
        try {
            const planning = await takeLock(options, (0,store_layout/* planningLockPath */.ob)(store));
            try {
                await settleBeforeGreeting(store, log);
                await emptyPlanning(store);
                return await planAndSeal(options, recipe);
            }
            finally {
                planning.release();
            }
        }
        finally {
            await recipe.close();
        }
    }
    catch (error) {
        throw await (0,store_space/* explainFullDisk */.Eh)(error, store);
    }
}
function takeLock({ name, lockWaitMs = seal_DEFAULT_LOCK_WAIT_MS }, path) {
    return acquireLock(path, { holder: `seal of ${name}`, waitMs: lockWaitMs });
}
/** What a killed seal left of its index. */
async function emptyPlanning(store) {
    for (const name of await (0,promises_.readdir)(store.planning))
        await (0,promises_.rm)((0,external_node_path_.join)(store.planning, name), { force: true });
}
/**
 * Settles what a killed seal has left before anybody is greeted: a client that saw its connection die asks at once
 * whether its archive is there. Does nothing while a seal is at work.
 */
async function settleBeforeGreeting(store, log) {
    if (!(await (0,promises_.lstat)((0,store_layout/* pendingPath */.pZ)(store)).catch(() => undefined)))
        return;
    try {
        const lock = await acquireLock((0,store_layout/* lockPath */.HZ)(store), { holder: 'settling a seal that was cut off' });
        try {
            await settleCutSeal(store, log);
        }
        finally {
            lock.release();
        }
    }
    catch (error) {
        if (!(error instanceof failure/* Failure */.HR && error.kind === 'locked'))
            throw error;
    }
}
/** The planning lock must be held. */
async function planAndSeal(options, recipe) {
    const { store, name, log } = options;
    const ledger = await readLedger(store);
    const isKnown = listLedgerArchives(ledger).some((line) => line.name === name);
    if (!isKnown)
        requireDailyRoom(store, ledger, { newBytes: 0, sharesExtents: true });
    const { size } = await recipe.stat();
    const steps = external_node_stream_.Readable.from(readRange(recipe, { offset: 0, length: size }), { objectMode: false });
    const guard = guardPlanning(store);
    const indexPath = (0,external_node_path_.join)(store.planning, `${name}.index`);
    let base;
    try {
        const openNamed = async (named) => {
            base = { name: named.name, file: await openBase(options, ledger, named) };
            return { index: named.index, stream: base.file.readIndex() };
        };
        const plan = await planArchive(steps, indexPath, openNamed, guard.signal).catch(async (error) => {
            throw base ? await blameBase(store, base.name, error) : error;
        });
        guard.stop();
        const lock = await takeLock(options, (0,store_layout/* lockPath */.HZ)(store));
        try {
            await settleCutSeal(store, log);
            return await sealLocked(options, { plan, ...(base ? { base } : {}) });
        }
        finally {
            lock.release();
        }
    }
    finally {
        guard.stop();
        steps.destroy();
        await (0,promises_.rm)(indexPath, { force: true });
        await base?.file.close();
    }
}
async function sealLocked(options, planned) {
    const { store, name, log } = options;
    const { plan } = planned;
    // Upkeep may have been at work since the recipe was followed.
    const ledger = await readLedger(store);
    if (plan.head.base)
        await (await openBase(options, ledger, plan.head.base)).close();
    const known = listLedgerArchives(ledger).find((line) => line.name === name);
    if (known && known.index !== plan.index)
        throw refuseName(name);
    const receipt = known ? makeReceipt(known, true) : await assembleAndPublish(options, planned, ledger);
    await placeCard(store, log);
    for (const segment of new Set(plan.head.segments))
        await dropSegment(store, segment).catch(() => { });
    log.info(`${name} ${receipt.already ? 'was sealed already' : 'is sealed'}: ${receipt.sizeBytes} bytes, index ${receipt.index}`);
    return receipt;
}
async function assembleAndPublish({ store, name, progress }, { plan, base }, ledger) {
    if (await (0,promises_.lstat)((0,store_layout/* archivePath */.oM)(store, name)).catch(() => undefined))
        throw refuseName(name);
    const segments = await SegmentFiles.check(store, plan.head.segments);
    await refuseBarred(store, plan);
    const path = (0,external_node_path_.join)(store.assembly, name);
    let isComplete = false;
    let needBytes = 0;
    try {
        const { isPossible: sharesExtents } = await detectSharing(store);
        const shares = base !== undefined && sharesExtents;
        const newBytesOnDisk = shares ? plan.newExtentBytes : plan.extents.endOffset;
        requireDailyRoom(store, ledger, { newBytes: newBytesOnDisk, sharesExtents });
        needBytes = newBytesOnDisk + boundTailBytes(plan);
        await (0,store_space/* requireSpace */.MK)(store, needBytes);
        const assembly = { store, plan, path, segments, shares, progress, ...(base ? { base } : {}) };
        const { sizeBytes, tailBytes } = await assembleArchive(assembly);
        await giveToGroup(store, path);
        const { trigger } = await checkAssembled(path, name, plan, sizeBytes);
        const newBytes = plan.newExtentBytes + tailBytes;
        const time = store.now().toISOString();
        const entry = { time, action: 'seal', name, size: sizeBytes, index: plan.index, newBytes, trigger };
        await noteOwnExtents(path, { name, plan, base: shares ? base.name : undefined, sealed: new Date(time) });
        isComplete = true;
        return await publishArchive(store, path, entry);
    }
    catch (error) {
        // What is complete may be visible already: publishing has said what comes next.
        if (isComplete)
            throw error;
        await Promise.all([path, assembledRecordPath(path)].map((each) => (0,promises_.rm)(each, { force: true })));
        const { directory } = store;
        throw await (0,store_space/* explainFullDisk */.Eh)(await rejectDamage(store, plan, error, progress), { directory, needBytes });
    }
    finally {
        await segments.close();
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

;// CONCATENATED MODULE: ./.build/src/vault/upkeep/record.js



/** A status lists what is wrong; whoever wants to know it all runs the command. */
const MOST_FAULTS = 20;
/** Notes down how a run of upkeep ended, in place of the run before; what else a result says is not kept. */
async function recordUpkeep(store, { verb, time, isFine, summary, faults }) {
    const rest = faults.length - MOST_FAULTS;
    const listed = rest > 0 ? [...faults.slice(0, MOST_FAULTS), `and ${rest} more`] : faults;
    const record = { verb, time, isFine, summary, faults: listed };
    const directory = upkeepDirectory(store);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeDurably(join(directory, `${record.verb}.json`), JSON.stringify(record), 0o600);
}
/** The last run of each verb, those that ever ran; what a crash cut is passed over. */
async function readUpkeep(store) {
    const directory = upkeepDirectory(store);
    const names = await (0,promises_.readdir)(directory).catch(() => []);
    const records = [];
    for (const name of names.filter((each) => each.endsWith('.json')).sort()) {
        try {
            records.push(JSON.parse(await (0,promises_.readFile)((0,external_node_path_.join)(directory, name), 'utf8')));
        }
        catch {
            // The next run writes it anew.
        }
    }
    return records;
}
function upkeepDirectory(store) {
    return (0,external_node_path_.join)(store.private, 'upkeep');
}

;// CONCATENATED MODULE: ./.build/src/vault/upkeep/removal-note.js



/** The removal that is under way, or was cut off; undefined where there is none. */
async function readRemovalNote(store) {
    try {
        return JSON.parse(await (0,promises_.readFile)(notePath(store), 'utf8'));
    }
    catch (error) {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    }
}
/** Before anything of the archive is removed: durable when this returns. */
async function writeRemovalNote(store, note) {
    await writeDurably(notePath(store), JSON.stringify(note), 0o600);
}
/** After all of it is gone, and the ledger says so. */
async function dropRemovalNote(store) {
    await rm(notePath(store), { force: true });
}
function notePath(store) {
    return (0,external_node_path_.join)(store.private, 'removal.json');
}

;// CONCATENATED MODULE: ./.build/src/vault/store/status.js










/** Everything that is to be known of a vault without reading an archive; oldest archive first. */
async function readStatus(store) {
    const now = store.now();
    const [ledger, sharing, space] = await Promise.all([readLedger(store), describeSharing(store), (0,store_space/* readSpace */.lM)(store)]);
    const lines = listLedgerArchives(ledger);
    const archives = [];
    for (const line of lines)
        archives.push(await summarise(store, line));
    const upkeep = await readUpkeep(store);
    const leaving = await readRemovalNote(store);
    const expected = [...lines, ...(leaving ? [leaving.entry] : [])].map(({ name }) => name);
    const unknown = await listUnknown(store, new Set(expected));
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
        warnings: [...warnOfLedger(ledger), ...unknown.map(describeUnknown), ...sharing.warnings],
        ...(upkeep.length > 0 || store.isProvisioned ? { upkeep } : {}),
    };
}
function describeUnknown(name) {
    const why = (0,archive_name/* parseArchiveName */.Lz)(name)?.foreign
        ? 'an archive of the former script, which adopt takes over'
        : 'no backup of ours put it there, or a seal was cut';
    return `${name} is on disk, but not in the ledger: ${why}`;
}
async function summarise(store, line) {
    const { name, index, sha256, size, newBytes, time, trigger } = line;
    const fault = await findFault(store, line);
    const verdict = await readVerdict(store, name, index);
    return {
        name,
        isForeign: line.action === 'foreign',
        sizeBytes: size,
        newBytes,
        sealed: time,
        ...(index === undefined ? {} : { index }),
        ...(sha256 === undefined ? {} : { sha256 }),
        ...(trigger === undefined ? {} : { trigger }),
        ...(verdict ? { verdict: { level: verdict.level, isSound: verdict.isSound, time: verdict.time } } : {}),
        ...(fault === undefined ? {} : { fault }),
    };
}
/** Files with the name of an archive that the ledger does not know. */
async function listUnknown(store, known) {
    const names = await (0,promises_.readdir)(store.directory);
    return names.filter((name) => (0,archive_name/* parseArchiveName */.Lz)(name) && !known.has(name)).sort();
}

;// CONCATENATED MODULE: ./.build/src/archive/gunzip-stream.js




/**
 * Decompresses gzip, member after member, in constant memory. Throws an ArchiveDamage of `where` where it is no sound
 * gzip or ends too early.
 */
async function* gunzipStream(gzip, where) {
    const gunzip = (0,external_node_zlib_.createGunzip)({ chunkSize: 256 * 1024 });
    // The pipeline destroys both ends together; its error arrives through the iteration below.
    (0,external_node_stream_.pipeline)(external_node_stream_.Readable.from(gzip, { objectMode: false }), gunzip, () => undefined);
    try {
        for await (const chunk of gunzip)
            yield chunk;
    }
    catch (error) {
        if (!String(error.code).startsWith('Z_'))
            throw error;
        throw new ArchiveDamage(where, `no sound gzip (${(0,failure/* messageOf */.bD)(error)})`, { cause: error });
    }
}

;// CONCATENATED MODULE: ./.build/src/archive/foreign-survey.js
/** What a gzip-compressed survey decompresses to at most: lines of three million entries with long names. */
const MAX_SURVEY_BYTES = 1024 ** 3;
const MAX_SURVEY_ENTRIES = 3_000_000;
/** Of a name or a link's target: Linux takes no longer path. */
const MAX_PATH_BYTES = 4096;
/** The names of all folders that are only implied: there may be two thousand of them in one long name. */
const MAX_IMPLIED_BYTES = 128 * 1024 ** 2;
/** What is found in all dumps together, written as JSON. */
const MAX_FINDINGS_BYTES = 256 * 1024 ** 2;

;// CONCATENATED MODULE: ./.build/src/archive/foreign-entries.js






const SETUID_SETGID_STICKY = 0o7000;
const WORLD_WRITABLE = 0o002;
const NOBODY = 65_534;
const NO_ID = (/* unused pure expression or super */ null && (2 ** 32 - 1));
/**
 * The entries of an archive that we did not make, read as strictly as ours, with nothing masked and nothing left out:
 * whoever extracts them does so (`maskHeader`, `isOutside`).
 * @throws ArchiveDamage on what cannot be extracted safely; Failure `space` beyond `maxBytes`.
 */
async function* admitForeignEntries({ tar, maxBytes, }) {
    const guard = new EntryGuard();
    let totalBytes = 0;
    let ordinal = 0;
    let headers = 0;
    for await (const { header: raw, body } of parseTar(tar, { isForeign: true })) {
        if (++headers > MAX_SURVEY_ENTRIES) {
            throw new ArchiveDamage(showStart(raw.name), `it holds more than ${MAX_SURVEY_ENTRIES} entries`);
        }
        if (raw.name.length > MAX_PATH_BYTES || (raw.linkName?.length ?? 0) > MAX_PATH_BYTES) {
            throw new ArchiveDamage(showStart(raw.name), `its name, or what it leads to, exceeds ${MAX_PATH_BYTES} bytes`);
        }
        const header = normalizeNames(raw);
        if (withoutSlash(header.name).length === 0 && header.type === 'dir')
            continue;
        guard.admit(header);
        if (guard.impliedBytes > MAX_IMPLIED_BYTES) {
            throw new ArchiveDamage(showStart(header.name), 'it implies more folders than anybody has');
        }
        totalBytes += header.size;
        if (totalBytes > maxBytes) {
            const message = `The archive holds more than the ${maxBytes} bytes that there is room for.`;
            throw new failure/* Failure */.HR('space', message, 'Make room, or choose another archive.');
        }
        const isOutside = header.type === 'symlink' && pointsOutside(header.name, header.linkName ?? Buffer.alloc(0));
        yield { ordinal: ++ordinal, header, isOutside, body };
    }
}
/** Of a name that nobody bounded. */
function showStart(name) {
    return showName(name.subarray(0, 100));
}
/** `./` before a name goes, a directory's name ends in a slash; a link's target loses `./` where it names an entry. */
function normalizeNames(raw) {
    const name = stripDotSlash(raw.name);
    const isBareDirectory = raw.type === 'dir' && name.length > 0 && name.at(-1) !== 0x2f;
    return {
        ...raw,
        name: isBareDirectory ? Buffer.concat([name, Buffer.from('/')]) : name,
        ...(raw.type === 'hardlink' && raw.linkName ? { linkName: stripDotSlash(raw.linkName) } : {}),
    };
}
/** Without the bits by which an entry could do harm; what belongs to root goes to `ownerForRoot`, by default nobody. */
function maskHeader(header, ownerForRoot) {
    const masked = { ...header };
    if (header.type !== 'symlink')
        masked.mode &= ~(SETUID_SETGID_STICKY | WORLD_WRITABLE);
    if (isRoots(header.uid))
        masked.uid = ownerForRoot?.uid ?? NOBODY;
    if (isRoots(header.gid))
        masked.gid = ownerForRoot?.gid ?? NOBODY;
    return masked;
}
/** What no id can hold is -1 to chown, which leaves the file with whoever unpacks it: root. */
function isRoots(id) {
    return id === 0 || id >= NO_ID;
}

;// CONCATENATED MODULE: ./.build/src/archive/former-dump.js
/** What the former script called its dumps: in `db`, below a folder named for the date. */
const FORMER_DUMP = /^\d{4}-\d\d-\d\d[^/]*\/db\/[^/]+\.sql$/;
/** Whether an entry of an archive that we did not make has a name by which it must be a dump, and a whole one. */
function isFormerDump(name) {
    return FORMER_DUMP.test(name.toString('latin1'));
}

;// CONCATENATED MODULE: ./.build/src/archive/tar-leftovers.js
/** Folders that macOS's archiver, and a tar that did not know extended headers, leave among the files. */
const FOLDER = /(?:^|\/)(?:__MACOSX|PaxHeaders?(?:\.\d+)?)\//;
const APPLE_DOUBLE = /^(.*\/|)\._([^/]+)$/s;
/**
 * Whether an entry is none of anybody's, but what a writer of tar has left: macOS's `.DS_Store`, `__MACOSX/` and `._NAME`
 * where NAME stands beside it, and `PaxHeader/`. `key`: latin1 of its name, a folder's with its slash.
 */
function isLeftover(key, holds) {
    if (FOLDER.test(key) || key === '.DS_Store' || key.endsWith('/.DS_Store'))
        return true;
    const [, folder, name] = APPLE_DOUBLE.exec(key) ?? [];
    return folder !== undefined && (holds(`${folder}${name}`) || holds(`${folder}${name}/`));
}

;// CONCATENATED MODULE: ./.build/src/archive/survey-lines.js





/**
 * The lines of a survey. They are sorted in memory, which takes about half a kilobyte for each entry: the number of
 * entries, and the length of all names together, is limited.
 */
class SurveyLines {
    #lines = [];
    #bytes = 0;
    /** @throws ArchiveDamage where there are too many. */
    add(line) {
        const text = formatTocLine(line);
        this.#lines.push({ key: line.name.toString('latin1'), text });
        this.#bytes += text.length + line.name.length;
        if (this.#lines.length > MAX_SURVEY_ENTRIES || this.#bytes > MAX_SURVEY_BYTES / 2) {
            throw new ArchiveDamage(showName(line.name), `it holds more than ${this.#lines.length - 1} entries`);
        }
    }
    /** All lines, sorted; with those of folders that are only implied, and without what nobody made on purpose. */
    finish(makeFolder) {
        this.#sort();
        const leftovers = { count: 0 };
        const all = this.#lines;
        const kept = all.filter(({ key }) => {
            if (!isLeftover(key, (name) => holds(all, name)))
                return true;
            if (leftovers.count++ === 0)
                leftovers.first = showName(Buffer.from(key, 'latin1'));
            return false;
        });
        this.#lines = kept;
        const missing = new Set();
        for (const { key } of kept) {
            for (let end = parentEnd(key); end > 0; end = parentEnd(key.slice(0, end))) {
                const folder = key.slice(0, end);
                if (missing.has(folder) || holds(kept, folder))
                    break;
                missing.add(folder);
            }
        }
        for (const key of missing)
            this.#lines.push({ key, text: formatTocLine(makeFolder(Buffer.from(key, 'latin1'))) });
        if (missing.size > 0)
            this.#sort();
        return { texts: this.#lines.map(({ text }) => text), leftovers };
    }
    #sort() {
        this.#lines.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    }
}
/** Length of the name of the folder that an entry lies in, with its slash; 0 at the top. */
function parentEnd(key) {
    return key.lastIndexOf('/', key.length - 2) + 1;
}
function holds(sorted, key) {
    let [low, high] = [0, sorted.length];
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (sorted[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return sorted[low]?.key === key;
}

;// CONCATENATED MODULE: ./.build/src/vault/store/survey-archive.js










/** No platform has as many databases. Elsewhere than where dumps belong, more are looked at like any other file. */
const MAX_DUMPS = 1000;
const FOLDER_MODE = 0o755;
/**
 * Reads an archive of the former script once, strictly, in memory that does not grow with its content. What is wrong
 * with it is part of the survey; it is hashed to its end in any case.
 */
async function surveyArchive(options) {
    const { name, sizeBytes, now } = options;
    const digested = new DigestedStream(options.bytes);
    const reading = new Reading(options.surveyDump);
    let fault;
    try {
        const tar = gunzipStream(digested, name);
        for await (const entry of admitForeignEntries({ tar, maxBytes: Infinity }))
            await reading.add(entry);
    }
    catch (error) {
        if (!(error instanceof ArchiveDamage))
            throw error;
        fault = { where: error.where, what: error.what };
    }
    const sha256 = await digested.finish();
    const { texts, leftovers } = reading.lines.finish((folder) => reading.implyFolder(folder));
    const { dumps, links, entries, contentBytes } = reading;
    return {
        head: {
            format: 3,
            name,
            sha256,
            sizeBytes,
            made: now().toISOString(),
            entries,
            contentBytes,
            dumps: dumps.length,
            ...(fault ? { fault } : {}),
            leftOut: { links, leftovers },
        },
        dumps,
        lines: texts,
    };
}
class Reading {
    lines = new SurveyLines();
    dumps = [];
    links = { count: 0 };
    entries = 0;
    contentBytes = 0;
    #surveyDump;
    #findingsBytes = 0;
    /** How many of the dumps lie where those of the former script do, and elsewhere. */
    #former = 0;
    #others = 0;
    /** For folders that the archive only implies: nothing tells their own. */
    #newestNs = 0n;
    constructor(surveyDump) {
        this.#surveyDump = surveyDump;
    }
    async add({ ordinal, header, isOutside, body }) {
        const { name, type, mode, uid, gid, mtimeNs, size, linkName } = header;
        this.entries = ordinal;
        this.contentBytes += size;
        if (mtimeNs > this.#newestNs)
            this.#newestNs = mtimeNs;
        if (isOutside) {
            if (this.links.count++ === 0)
                this.links.first = showName(name);
            return;
        }
        const digest = type === 'reg' ? await this.#read(ordinal, name, body) : undefined;
        this.lines.add({
            name,
            type,
            size,
            mtimeNs,
            mode,
            uid,
            gid,
            ...(linkName ? { linkName } : {}),
            ...(digest === undefined ? {} : { digest }),
            offset: ordinal,
        });
    }
    #keep(dump, name) {
        this.#findingsBytes += JSON.stringify(dump).length;
        if (this.#findingsBytes > MAX_FINDINGS_BYTES) {
            throw new ArchiveDamage(showName(name), 'its dumps name more than any platform has');
        }
        if (isFormerDump(name))
            this.#former++;
        else
            this.#others++;
        if (this.#former > MAX_DUMPS)
            throw new ArchiveDamage(showName(name), `it holds more than ${MAX_DUMPS} dumps`);
        this.dumps.push(dump);
    }
    implyFolder(name) {
        return { name, type: 'dir', mode: FOLDER_MODE, mtimeNs: this.#newestNs, offset: 0 };
    }
    async #read(ordinal, name, body) {
        const hash = (0,external_node_crypto_.createHash)('sha256');
        const pieces = (async function* () {
            for await (const piece of body) {
                hash.update(piece);
                yield piece;
            }
        })();
        // Whoever looks at it may stop early: the rest is still to be hashed.
        const unclosed = { [Symbol.asyncIterator]: () => ({ next: () => pieces.next() }) };
        if (name.toString('latin1').endsWith('.sql') && (this.#others < MAX_DUMPS || isFormerDump(name))) {
            const found = await this.#surveyDump(unclosed);
            if (found)
                this.#keep({ ordinal, ...found }, name);
        }
        await drain(unclosed);
        return hash.digest('hex');
    }
}

;// CONCATENATED MODULE: ./.build/src/vault/store/surveys.js














/** A survey of a large archive takes minutes, and each takes memory for itself. */
const surveys_DEFAULT_LOCK_WAIT_MS = 900_000;
const LINES_AT_ONCE = 4096;
const surveys_NEWLINE = 0x0a;
/**
 * The survey of an archive of the former script, open for reading; made where there is none yet, and kept. One is made
 * at a time, and gets its name when it is whole.
 * @throws Failure `vault` where the ledger knows no such archive, `damaged` where it is not what was adopted, `locked`
 * where another survey does not end in time.
 */
async function obtainSurvey(options) {
    const { store, name, lockWaitMs = surveys_DEFAULT_LOCK_WAIT_MS } = options;
    const line = await findForeign(store, name);
    const path = (0,store_layout/* surveyPath */.a)(store, name);
    const known = await openSurvey(path, line);
    if (known)
        return { line, file: known };
    const lock = await acquireLock((0,store_layout/* surveyingLockPath */.T7)(store), { holder: `survey of ${name}`, waitMs: lockWaitMs });
    try {
        const made = await openSurvey(path, line);
        if (made)
            return { line, file: made };
        await removeUnfinished((0,external_node_path_.dirname)(path), () => true);
        const survey = await makeSurvey(options);
        if (survey.head.sha256 !== line.sha256)
            throw await refuseOther(store, line, survey.head);
        await writeSurvey(path, survey);
        // It may have been retired meanwhile: its line in the ledger comes before what is kept beside it goes.
        await findForeign(store, name).catch(async (error) => {
            await removeSurvey(store, name);
            throw error;
        });
    }
    finally {
        lock.release();
    }
    const file = await openSurvey(path, line);
    if (file)
        return { line, file };
    throw new failure/* Failure */.HR('vault', `the survey of ${name} could not be read again`, 'Look at the disk of the backup server.');
}
/**
 * Reads an archive of the former script from its beginning to its end, whatever is known of it: one at a time, as surveys
 * are made.
 * @throws Failure `vault` where the ledger knows no such archive, `locked` where another reading does not end in time.
 */
async function readThrough(options) {
    const { store, name, lockWaitMs = surveys_DEFAULT_LOCK_WAIT_MS } = options;
    const line = await findForeign(store, name);
    const lock = await acquireLock((0,store_layout/* surveyingLockPath */.T7)(store), { holder: `verification of ${name}`, waitMs: lockWaitMs });
    try {
        return { line, survey: await makeSurvey(options) };
    }
    finally {
        lock.release();
    }
}
/** What the survey of an archive begins with; undefined where there is none yet. */
async function readKnownSurvey(store, line) {
    const file = await openSurvey(surveyPath(store, line.name), line);
    try {
        return file && (await readHead(file));
    }
    finally {
        await file?.close();
    }
}
/** No error where there is none: names of what is removed are not to outlive it. */
async function removeSurvey(store, name) {
    await (0,promises_.rm)((0,store_layout/* surveyPath */.a)(store, name), { force: true });
}
/** The ledger's line of an archive of the former script. */
async function findForeign(store, name) {
    const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
    const { sha256 } = line ?? {};
    if (line?.action === 'foreign' && sha256 !== undefined)
        return { ...line, sha256 };
    throw new failure/* Failure */.HR('vault', line ? `${name} is an archive of ours: it has an index, and no survey` : `the vault holds no archive ${name}`, 'list shows the archives, and which of them are ours.');
}
async function makeSurvey({ store, name, surveyDump, progress }) {
    const archive = await openArchive(store, name);
    try {
        const { sizeBytes } = archive;
        const bytes = (async function* () {
            let doneBytes = 0;
            for await (const piece of archive.read(0, sizeBytes)) {
                yield piece;
                progress((doneBytes += piece.length), sizeBytes);
            }
        })();
        return await surveyArchive({ name, bytes, sizeBytes, surveyDump, now: store.now });
    }
    finally {
        await archive.close();
    }
}
/** Whatever it is, it is not what was adopted: nothing of it is told. */
async function refuseOther(store, line, found) {
    const { name } = line;
    const what = describeOther(line, found);
    await findForeign(store, name);
    await recordVerdict(store, {
        name,
        index: NO_INDEX,
        isForeign: true,
        level: 'full',
        isSound: false,
        damage: [{ where: 'the archive', what }],
        checked: { extents: 0, entries: found.entries, bytes: found.sizeBytes, databases: [], tables: 0 },
        time: store.now().toISOString(),
    });
    return new failure/* Failure */.HR('damaged', `${name} is not the file that was adopted: it ${what}`, 'Restore another archive, and look at the disk of the backup server: who, or what, changed it?');
}
function describeOther({ sha256 }, found) {
    return `has the SHA-256 ${found.sha256.slice(0, 12)}…, in the ledger it is ${sha256.slice(0, 12)}…`;
}
/** Opens one that is whole, and of this very archive. */
async function openSurvey(path, { name, sha256 }) {
    const file = await (0,promises_.open)(path, promises_.constants.O_RDONLY | promises_.constants.O_NOFOLLOW).catch((error) => {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    });
    if (!file)
        return undefined;
    const head = await readHead(file).catch(() => undefined);
    if (head?.format === 3 && head.name === name && head.sha256 === sha256)
        return file;
    await file.close();
    return undefined;
}
/** To its end, so that its checksum has been compared: one that is broken is to be made anew. */
async function readHead(file) {
    const { size } = await file.stat();
    let start = Buffer.alloc(0);
    for await (const piece of gunzipStream(readRange(file, { offset: 0, length: size }), 'the survey')) {
        if (!start.includes(surveys_NEWLINE))
            start = Buffer.concat([start, piece]);
    }
    return JSON.parse(start.toString('utf8', 0, start.indexOf(surveys_NEWLINE)));
}
async function writeSurvey(path, { head, dumps, lines }) {
    const text = function* () {
        yield `${[head, ...dumps].map((each) => JSON.stringify(each)).join('\n')}\n`;
        for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
            yield `${lines.slice(at, at + LINES_AT_ONCE).join('\n')}\n`;
        }
    };
    await durable_file_writeDurably(path, external_node_stream_.Readable.from(text()).pipe((0,external_node_zlib_.createGzip)()), 0o600);
}

;// CONCATENATED MODULE: ./.build/src/vault/store/verify-foreign.js






/**
 * Says of an archive of the former script what can be said, and records it. `seal`: its size is the ledger's. `full`: it
 * is the file that was adopted, gzip and tar are whole to their ends, and what lies where the script put its dumps is
 * one, to its last line. What it held when it was made nobody wrote down.
 * @throws Failure as `readThrough` does.
 */
async function verifyForeign({ level, ...options }) {
    const { store, name } = options;
    const findings = level === 'seal' ? await compareSize(options) : await verify_foreign_readWhole(options);
    const isSound = findings.damage.length === 0;
    const time = store.now().toISOString();
    const verdict = { name, index: NO_INDEX, isForeign: true, level, isSound, ...findings, time };
    // Reading takes a while: of what was retired meanwhile nothing is to be kept.
    await findForeign(store, name);
    await recordVerdict(store, verdict);
    return verdict;
}
async function compareSize({ store, name }) {
    const { size } = await findForeign(store, name);
    const { handle, sizeBytes } = await openArchive(store, name);
    await handle.close();
    const what = `has ${sizeBytes} bytes, ${size} in the ledger`;
    const checked = { extents: 0, entries: 0, bytes: 0, databases: [], tables: 0 };
    return { damage: sizeBytes === size ? [] : [{ where: name, what }], checked };
}
async function verify_foreign_readWhole(options) {
    const { line, survey } = await readThrough(options);
    const { head, dumps } = survey;
    const { databases, damaged, cutElsewhere } = judgeDumps(survey);
    const tables = dumps.reduce((sum, { fingerprints }) => sum + Object.keys(fingerprints.tables).length, 0);
    const isOther = head.sha256 !== line.sha256;
    const damage = [];
    if (isOther)
        damage.push({ where: head.name, what: describeOther(line, head) });
    if (head.fault)
        damage.push(head.fault);
    const isDumpsOnly = damage.length === 0 && damaged.length > 0;
    damage.push(...damaged.slice(0, LISTED_DAMAGE));
    if (damaged.length > LISTED_DAMAGE)
        damage.push({ where: head.name, what: `${damaged.length - LISTED_DAMAGE} more are no dumps` });
    return {
        damage,
        ...(damage.length > 0 && !isOther ? { isAsAdopted: true } : {}),
        ...(isDumpsOnly ? { isDumpsOnly } : {}),
        ...(cutElsewhere.count > 0 ? { cutElsewhere } : {}),
        checked: { extents: 0, entries: head.entries, bytes: head.sizeBytes, databases, tables },
    };
}
/** The names of what begins as a dump; what is wrong where a dump has to be; and how much is elsewhere, such as uploads. */
function judgeDumps({ dumps, lines }) {
    const byOrdinal = new Map(dumps.map((dump) => [dump.ordinal, dump]));
    const databases = [];
    const damaged = [];
    const cutElsewhere = { count: 0, first: '' };
    for (const text of lines) {
        const { name, type, offset } = toc_line_parseTocLine(text);
        const dump = byOrdinal.get(offset);
        const where = showName(name);
        if (dump)
            databases.push(where);
        const fault = type === 'reg' ? verify_foreign_findFault(dump) : undefined;
        if (fault === undefined)
            continue;
        if (isFormerDump(name))
            damaged.push({ where, what: fault });
        else if (dump && cutElsewhere.count++ === 0)
            cutElsewhere.first = where;
    }
    return { databases, damaged, cutElsewhere };
}
function verify_foreign_findFault(dump) {
    if (!dump)
        return 'it is empty, or does not begin as a dump does';
    if (dump.isWhole)
        return undefined;
    return dump.hasWindowsLines ? 'its lines end as on Windows (CR LF)' : 'it is cut off: its last line is missing';
}

;// CONCATENATED MODULE: ./.build/src/vault/server/read-ranges.js



const RANGE = /^(\d{1,15}),(\d{1,15})$/;
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
        if (ranges.length > limits/* MAX_ARCHIVE_EXTENTS */.yJ)
            throw read_ranges_refuse('too many ranges in one request');
    }
    return ranges;
}
function read_ranges_refuse(message) {
    return new failure/* Failure */.HR('refused', message, 'Read the index of this archive again, then try once more.');
}

// EXTERNAL MODULE: ./.build/src/vault/server/receive-segments.js + 3 modules
var receive_segments = __nccwpck_require__(946);
;// CONCATENATED MODULE: ./.build/src/vault/server/serve.js
















/**
 * Answers one request, or receives segments; whatever is not in the protocol's table is refused with one line and a log
 * entry.
 * @returns the exit code: 0, that of rsync, or 1 where the answer was an error. Never throws.
 */
async function serve(options) {
    if (options.words[0] !== 'rsync')
        return await serveRequest(options);
    const { input, output } = options;
    return await serveRsync({ ...options, streams: { input, output } });
}
/** The same without rsync, which is refused like any other word that the table does not have. */
async function serveRequest(options) {
    const { words, role, log } = options;
    const answer = new Answer(options.output);
    try {
        const request = (0,protocol_words/* parseRequest */.TR)(words, role);
        const store = await (0,store_layout/* openStore */.Ch)(options);
        await answerRequest(request, { ...options, store, answer });
        return 0;
    }
    catch (error) {
        logFailure(log, role, words, error);
        await answer.error(await explain(error, options)).catch(() => { });
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
            throw new failure/* Failure */.HR('refused', 'a reader may not send anything', 'Use the writer key for backups.');
        const { incoming } = await (0,store_layout/* openStore */.Ch)(options);
        return await (0,receive_segments.receiveSegments)({ incoming, words, streams });
    }
    catch (error) {
        logFailure(log, role, words, error);
        return 1;
    }
}
/** What the disk did to a request that is not a seal, which says more itself. */
async function explain(error, { directory }) {
    return await (0,store_space/* explainFullDisk */.Eh)(error, { directory, next: 'Make room on the backup server, then try again.' });
}
function logFailure(log, role, words, error) {
    log.error(`${role}: ${JSON.stringify(words.join(' ').slice(0, 200))}: ${(0,failure/* messageOf */.bD)(error)}`);
}
async function answerRequest({ word, arguments: [name = '', level] }, exchange) {
    const { store, answer, role, input, log, lockWaitMs } = exchange;
    const { progress } = answer;
    const wait = lockWaitMs === undefined ? {} : { lockWaitMs };
    switch (word) {
        case 'hello':
            await settleBeforeGreeting(store, log).catch((error) => {
                // A full disk is in the way of the backup that asks for its name; never of a restore.
                if (name !== '' || !(error instanceof failure/* Failure */.HR && error.kind === 'space'))
                    throw error;
                log.warning(`${error.message}. ${error.next}`);
            });
            await answer.result(await greet(store, role, name === '' ? undefined : name));
            break;
        case 'status':
            await answer.result(await readStatus(store));
            break;
        case 'verify':
            await answer.result(await verify(name, level === 'full' ? 'full' : 'seal', exchange));
            break;
        case 'seal':
            await answer.result(await sealArchive({ store, role, name, recipe: input, progress, log, ...wait }));
            break;
        case 'index':
            await answerIndex(name, exchange);
            break;
        case 'survey':
            await answerSurvey(name, exchange);
            break;
        case 'read':
            await answerRanges(name, exchange);
            break;
    }
}
async function verify(name, level, exchange) {
    const { store, answer, checkDump, surveyDump, lockWaitMs } = exchange;
    const options = { store, name, level, ...(lockWaitMs === undefined ? {} : { lockWaitMs }) };
    const line = listLedgerArchives(await readLedger(store)).find((known) => known.name === name);
    if (surveyDump && line?.action === 'foreign') {
        return await verifyForeign({ ...options, surveyDump, progress: tellClient(answer) });
    }
    return await verifySealed({ ...options, progress: answer.progress, ...(checkDump ? { checkDump } : {}) });
}
/** Progress of what nobody has to go on with once its client has gone. */
function tellClient(answer) {
    return (done, total) => {
        answer.requireClient();
        answer.progress(done, total);
    };
}
/** The index's compressed bytes just as they stand in the archive: nothing is compressed twice. */
async function answerIndex(name, { store, role, answer }) {
    if (role === 'writer' && (await findNewest(store, await readLedger(store)))?.name !== name) {
        throw new failure/* Failure */.HR('refused', 'a writer may read the index of the newest archive only', 'Use the reader key for any other.');
    }
    const { index } = await findSealed(store, name);
    const file = await openArchive(store, name);
    try {
        const range = await file.locateIndex();
        await answer.result({ name, index }, range.length, file.read(range.offset, range.length));
    }
    finally {
        await file.close();
    }
}
/** Compressed, as it is kept; while it is being made for the first time, progress keeps the connection alive. */
async function answerSurvey(name, { store, answer, surveyDump, lockWaitMs }) {
    if (!surveyDump)
        throw new TypeError('nobody here can tell what a dump holds');
    const { line, file } = await obtainSurvey({
        store,
        name,
        surveyDump,
        progress: tellClient(answer),
        ...(lockWaitMs === undefined ? {} : { lockWaitMs }),
    });
    try {
        const { size } = await file.stat();
        await answer.result({ name, sha256: line.sha256 }, size, readRange(file, { offset: 0, length: size }));
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
                yield* file.read(range.offset, range.length);
        };
        await answer.result({ name, sizeBytes: file.sizeBytes }, length, body());
    }
    finally {
        await file.close();
    }
}


/***/ }),

/***/ 474:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   G: () => (/* binding */ splitCommand)
/* harmony export */ });
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(619);
/* harmony import */ var _protocol_words_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(376);


const LONGEST_COMMAND = 4096;
/**
 * Splits what an SSH client asked to run (`SSH_ORIGINAL_COMMAND`) into words, at single spaces and nowhere else. There is
 * no quoting: whatever would need some is refused.
 * @throws Failure `refused`.
 */
function splitCommand(command) {
    const words = command.split(' ');
    if (command.length <= LONGEST_COMMAND && words.every(_protocol_words_js__WEBPACK_IMPORTED_MODULE_1__/* .isWord */ .Jg))
        return words;
    throw new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('refused', 'this account runs no commands', 'It is for the continuity toolkit alone.');
}


/***/ }),

/***/ 293:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  o: () => (/* binding */ loadServingSettings)
});

// UNUSED EXPORTS: readPlainSettings

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: ./.build/src/config/quantities.js
/** Sizes and durations as people write them in `continuity.yml`: `50MB`, `1GiB`, `90s`, `1h30m`. */
const sizeUnits = {
    B: 1,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    KIB: 2 ** 10,
    MIB: 2 ** 20,
    GIB: 2 ** 30,
    TIB: 2 ** 40,
};
const durationUnits = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
const sizePattern = /^(\d{1,15}(?:\.\d{1,3})?) ?(B|[KMGT]i?B)$/i;
const durationPattern = /^(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/;
/** Bytes of a size such as `50MB` (decimal) or `1GiB` (binary); undefined where the text is no positive size. */
function parseSizeBytes(text) {
    const match = sizePattern.exec(text);
    if (!match)
        return undefined;
    const bytes = Math.round(Number(match[1]) * sizeUnits[match[2].toUpperCase()]);
    return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
/** Milliseconds of a duration such as `26h` or `1h30m`; undefined where the text is no positive duration. */
function parseDurationMs(text) {
    if (!durationPattern.test(text))
        return undefined;
    let milliseconds = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/g))
        milliseconds += Number(amount) * durationUnits[unit];
    return milliseconds > 0 ? milliseconds : undefined;
}

;// CONCATENATED MODULE: ./.build/src/config/timezone.js
/** Whether it names a time zone that this machine knows, such as Europe/Paris. */
function isTimezone(value) {
    try {
        new Intl.DateTimeFormat('en', { timeZone: value });
        return true;
    }
    catch {
        return false;
    }
}

// EXTERNAL MODULE: ./.build/src/logging/failure.js
var failure = __nccwpck_require__(619);
// EXTERNAL MODULE: ./.build/src/system/run-command.js
var run_command = __nccwpck_require__(940);
;// CONCATENATED MODULE: ./.build/src/vault/settings/defaults.js
/** What answering a request needs of the settings where the file is silent: as people would write it there. */
const servingDefaults = {
    directory: '/srv/tc-data/backups',
    accounts: {
        writer: 'skills-backup',
        reader: 'skills-restore',
        keeper: 'skills-vault',
        operators: 'skills-operators',
    },
    budgets: {
        incoming: '200GB',
        'incoming-files': 4096,
        reserve: '20GB',
        'seals-per-day': 48,
        'new-bytes-per-day': '400GB',
    },
    timezone: 'Europe/Paris',
    log: '/var/log/skills-vault/vault.log',
};

;// CONCATENATED MODULE: ./.build/src/vault/settings/plain-keys.js
/** Neither quoted nor of several words, and nothing that YAML takes for something else. */
const VALUE = /^[A-Za-z0-9_/][A-Za-z0-9_./+-]*$/;
const OTHER_TYPE = /^(?:null|true|false|yes|no|on|off)$/i;
const TOP = /^([a-z][a-z-]*):(?: +([^#\s].*?))?(?: +#.*)?$/;
const NESTED = /^( +)([a-z][a-z-]*): +([^#\s].*?)(?: +#.*)?$/;
const IGNORED = /^ *(?:#.*)?$/;
/** Groups that are not for those who answer requests: their lines are passed over. */
const PASSED_OVER = new Set(['retention', 'scrub', 'freshness', 'sweep', 'alerts']);
/**
 * Reads the simplest form of YAML: keys at the start of a line, and groups of them, indented or within braces on one line.
 * Undefined where there is anything else, which may be as right: a reader of YAML has to look.
 */
function readPlainKeys(text) {
    const keys = new Map();
    const groups = new Set();
    let group;
    let indent;
    const add = (key, value) => {
        if (!VALUE.test(value) || OTHER_TYPE.test(value) || keys.has(key))
            return false;
        keys.set(key, value);
        return true;
    };
    for (const line of text.split('\n')) {
        if (IGNORED.test(line))
            continue;
        if (line.startsWith(' ')) {
            if (group !== undefined && PASSED_OVER.has(group))
                continue;
            const [, spaces, key = '', value = ''] = NESTED.exec(line) ?? [];
            indent ??= spaces;
            if (group === undefined || spaces === undefined || spaces !== indent || !add(`${group}.${key}`, value)) {
                return undefined;
            }
            continue;
        }
        const [, key, value] = TOP.exec(line) ?? [];
        if (key === undefined || groups.has(key))
            return undefined;
        groups.add(key);
        group = value === undefined || PASSED_OVER.has(key) ? key : undefined;
        indent = undefined;
        if (value === undefined || PASSED_OVER.has(key))
            continue;
        const inner = /^\{ *(.*?) *\}$/.exec(value)?.[1];
        if (inner === undefined ? !add(key, value) : !inner.split(/ *, */).every((pair) => addPair(key, pair, add))) {
            return undefined;
        }
    }
    return keys;
}
function addPair(group, pair, add) {
    const [, key, value] = /^([a-z][a-z-]*): +(\S+)$/.exec(pair) ?? [];
    return key !== undefined && value !== undefined && add(`${group}.${key}`, value);
}

;// CONCATENATED MODULE: ./.build/src/vault/settings/serving.js








/**
 * Reads what answering a request needs. A file in the plain form that provisioning writes is read in less than a
 * millisecond; for any other, and for whatever may be wrong with one, the upkeep program is asked, which can read all of
 * YAML and check it: half a second. `library` is the folder of the installed program.
 * @throws Failure `config`
 */
async function loadServingSettings(path, library) {
    const text = await (0,promises_.readFile)(path, 'utf8').catch(() => undefined);
    const plain = text === undefined ? undefined : readPlainSettings(text);
    return plain ?? (await askUpkeepProgram(path, library));
}
async function askUpkeepProgram(path, library) {
    const words = ['vault', 'settings', '--settings', path, '--json'];
    const { code, stdout, stderr } = await (0,run_command/* runCommand */.d)((0,external_node_path_.join)(library, 'skills-vault'), words, { timeoutMs: 60_000 });
    if (code === 0)
        return JSON.parse(stdout);
    throw new failure/* Failure */.HR('config', stderr.replaceAll(/^error: |^next: .*\n?/gm, '').trim() || `${path} cannot be read (code ${code})`, 'Have the administrator of the backup server correct the file; skills-vault vault settings shows what is wrong.');
}
const ACCOUNT = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const COUNT = /^[1-9]\d{0,14}$/;
/** The same as the checker makes of a text; undefined where that is for the checker to say. */
function readPlainSettings(text) {
    const keys = readPlainKeys(text);
    if (!keys)
        return undefined;
    const take = new PlainTaker(keys);
    const settings = {
        directory: take.text('directory', servingDefaults.directory, /^\//),
        accounts: {
            writer: take.text('accounts.writer', servingDefaults.accounts.writer, ACCOUNT),
            reader: take.text('accounts.reader', servingDefaults.accounts.reader, ACCOUNT),
            keeper: take.text('accounts.keeper', servingDefaults.accounts.keeper, ACCOUNT),
            operators: take.text('accounts.operators', servingDefaults.accounts.operators, ACCOUNT),
        },
        budgets: {
            incomingBytes: take.size('budgets.incoming', servingDefaults.budgets.incoming),
            incomingFiles: take.count('budgets.incoming-files', servingDefaults.budgets['incoming-files']),
            reserveBytes: take.size('budgets.reserve', servingDefaults.budgets.reserve),
            sealsPerDay: take.count('budgets.seals-per-day', servingDefaults.budgets['seals-per-day']),
            newBytesPerDay: take.size('budgets.new-bytes-per-day', servingDefaults.budgets['new-bytes-per-day']),
        },
        timezone: take.text('timezone', servingDefaults.timezone, /^[A-Z][A-Za-z]+\/[A-Z][A-Za-z_/-]+$/),
        log: take.text('log', servingDefaults.log, /^\//),
    };
    return take.isWhole && isTimezone(settings.timezone) ? settings : undefined;
}
/** Takes keys one by one, and knows in the end whether each was fit and none is left of their groups. */
class PlainTaker {
    #keys;
    #isFit = true;
    constructor(keys) {
        this.#keys = new Map(keys);
    }
    get isWhole() {
        const known = ['directory', 'timezone', 'log', 'accounts', 'budgets'];
        const isLeft = [...this.#keys.keys()].some((key) => known.includes(key.split('.')[0] ?? ''));
        return this.#isFit && !isLeft;
    }
    text(key, standard, pattern) {
        const value = this.#take(key) ?? standard;
        this.#isFit &&= pattern.test(value);
        return value;
    }
    size(key, standard) {
        const bytes = parseSizeBytes(this.#take(key) ?? standard);
        this.#isFit &&= bytes !== undefined;
        return bytes ?? 0;
    }
    count(key, standard) {
        const value = this.#take(key) ?? String(standard);
        this.#isFit &&= COUNT.test(value);
        return Number(value);
    }
    #take(key) {
        const value = this.#keys.get(key);
        this.#keys.delete(key);
        return value;
    }
}


/***/ }),

/***/ 410:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Ch: () => (/* binding */ openStore),
/* harmony export */   HZ: () => (/* binding */ lockPath),
/* harmony export */   NO: () => (/* binding */ verdictPath),
/* harmony export */   T7: () => (/* binding */ surveyingLockPath),
/* harmony export */   WI: () => (/* binding */ receiptPath),
/* harmony export */   YJ: () => (/* binding */ verifyingLockPath),
/* harmony export */   a: () => (/* binding */ surveyPath),
/* harmony export */   jb: () => (/* binding */ extentsPath),
/* harmony export */   oM: () => (/* binding */ archivePath),
/* harmony export */   ob: () => (/* binding */ planningLockPath),
/* harmony export */   pZ: () => (/* binding */ pendingPath),
/* harmony export */   rM: () => (/* binding */ damagePath),
/* harmony export */   tf: () => (/* binding */ ledgerPath)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(760);
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(619);
/* harmony import */ var _system_disk_room_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(98);
/* harmony import */ var _config_archive_name_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(334);
/* harmony import */ var _space_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(988);






/**
 * Opens a vault, and makes its places on the first use. Its directory is made too, but not the folder above: a volume
 * that is not mounted must not become a vault that looks empty.
 * @throws Failure `config` where the directory cannot be made or is none.
 */
async function openStore(options) {
    const { directory } = options;
    const ownUid = process.getuid?.() ?? 0;
    const uploadUid = options.expectedUid ?? ownUid;
    const hidden = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(directory, '.vault');
    const store = {
        directory,
        private: hidden,
        assembly: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(hidden, 'assembly'),
        planning: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(hidden, 'planning'),
        incoming: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(directory, '.incoming'),
        uploadUid,
        isProvisioned: uploadUid !== ownUid,
        segmentLinks: options.segmentLinks ?? 1,
        ...(options.reserveBytes === undefined ? {} : { reserveBytes: options.reserveBytes }),
        ...(options.dailyLimits ? { dailyLimits: options.dailyLimits } : {}),
        now: options.now ?? (() => new Date()),
    };
    await makePlaces(store, options.uploadGid);
    return store;
}
/** Where an archive lies. The name must be one that `parseArchiveName` takes. */
function archivePath(store, name) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.directory, requireName(name));
}
/** The answer to a seal, kept so that it can be given again. */
function receiptPath(store, name) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'receipts', `${requireName(name)}.json`);
}
/** What the last verification of an archive found. */
function verdictPath(store, name) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'verdicts', `${requireName(name)}.json`);
}
/** The record of the extents that an archive holds by itself. */
function extentsPath(store, name) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'extents', requireName(name));
}
/** What an archive of the former script holds, found by reading it once. */
function surveyPath(store, name) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'surveys', `${requireName(name)}.jsonl.gz`);
}
/** Extents whose bytes are known as wrong. */
function damagePath(store) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'damage.jsonl');
}
function ledgerPath(store) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'ledger.jsonl');
}
function lockPath(store) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'lock');
}
/** Held by the seal that follows its recipe: one at a time, while upkeep goes on beside it. */
function planningLockPath(store) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'planning.lock');
}
/** Held by a full verification: it reads a whole archive, and a client may ask for as many as it likes. */
function verifyingLockPath(store) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'verifying.lock');
}
/** Held while a survey is made: it reads a whole archive, and holds a line for each of its entries. */
function surveyingLockPath(store) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'surveying.lock');
}
/** What a seal is about to make visible: where a crash leaves it, the next seal finishes the work. */
function pendingPath(store) {
    return (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, 'pending.json');
}
/** @throws Failure `usage`: nothing that is no archive's name ever becomes part of a path. */
function requireName(name) {
    if ((0,_config_archive_name_js__WEBPACK_IMPORTED_MODULE_4__/* .parseArchiveName */ .Lz)(name))
        return name;
    throw new _logging_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .Failure */ .HR('usage', `${JSON.stringify(name.slice(0, 60))} names no archive`, 'Give a full name such as backup_full_2026-01-31.tar.gz, with a date that exists.');
}
const privatePlaces = ['assembly', 'extents', 'planning', 'receipts', 'surveys', 'verdicts'];
async function makePlaces(store, uploadGid) {
    try {
        await makeDirectory(store.directory, 0o751);
        if (!(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(store.directory)).isDirectory())
            throw new Error('it is not a directory');
        await makeDirectory(store.private, 0o700);
        await refuseLink(store.private);
        for (const name of privatePlaces) {
            await makeDirectory((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, name), 0o700);
            await refuseLink((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(store.private, name));
        }
        // Sticky: the upload account adds to it, and can neither remove nor rename what others have put there.
        if (store.isProvisioned)
            await makeDirectory(store.incoming, 0o1770, uploadGid);
        else
            await makeDirectory(store.incoming, 0o700);
        await refuseLink(store.incoming);
    }
    catch (error) {
        if ((0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_3__/* .isDiskFull */ .b$)(error))
            throw await (0,_space_js__WEBPACK_IMPORTED_MODULE_5__/* .explainFullDisk */ .Eh)(error, store);
        const reason = error instanceof Error ? error.message : String(error);
        throw new _logging_failure_js__WEBPACK_IMPORTED_MODULE_2__/* .Failure */ .HR('config', `the vault's directory ${store.directory} cannot be used: ${reason}`, 'Check the path, that its disk is mounted, and who owns it.', { cause: error });
    }
}
async function makeDirectory(path, mode, gid) {
    try {
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdir)(path, { mode: 0o700 });
        if (gid !== undefined)
            await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.chown)(path, process.getuid?.() ?? 0, gid);
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.chmod)(path, mode);
    }
    catch (error) {
        if (error.code !== 'EEXIST')
            throw error;
    }
}
/** A link there would have the keeper clear up, or write, somewhere else. */
async function refuseLink(path) {
    if (!(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.lstat)(path)).isDirectory())
        throw new Error(`${path} is not a directory of its own`);
}


/***/ }),

/***/ 988:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Eh: () => (/* binding */ explainFullDisk),
/* harmony export */   MK: () => (/* binding */ requireSpace),
/* harmony export */   lM: () => (/* binding */ readSpace)
/* harmony export */ });
/* harmony import */ var _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(619);
/* harmony import */ var _logging_quantity_text_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(534);
/* harmony import */ var _system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(98);



const DEFAULT_RESERVE_BYTES = 1024 ** 3;
/** A reserve in proportion, where the disk is small. */
const LARGEST_PART = 0.02;
const NOTHING_SEALED = 'Nothing was sealed and nothing was lost. Make room on the backup server, then run the backup again.';
/** Free space as the vault's own account may use it, and the size of the disk; in bytes. */
async function readSpace(store) {
    const { freeBytes, totalBytes } = await (0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .measureRoom */ .qC)(store.directory);
    return { freeBytes, totalBytes };
}
/** @throws Failure `space` unless so many bytes and a few files fit, and the reserve stays free. */
async function requireSpace(store, needBytes) {
    const room = await (0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .measureRoom */ .qC)(store.directory);
    const { freeBytes, totalBytes } = room;
    const reserveBytes = store.reserveBytes ?? Math.min(DEFAULT_RESERVE_BYTES, totalBytes * LARGEST_PART);
    if (freeBytes - reserveBytes < needBytes) {
        throw new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('space', `vault full: ${(0,_logging_quantity_text_js__WEBPACK_IMPORTED_MODULE_2__/* .formatBytes */ .z3)(freeBytes)} free, of which ${(0,_logging_quantity_text_js__WEBPACK_IMPORTED_MODULE_2__/* .formatBytes */ .z3)(reserveBytes)} are kept in reserve, need ${(0,_logging_quantity_text_js__WEBPACK_IMPORTED_MODULE_2__/* .formatBytes */ .z3)(needBytes)}`, NOTHING_SEALED);
    }
    if ((0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .hasFewFiles */ ["in"])(room))
        throw new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('space', `vault full: ${(0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .describeRoom */ .l5)(room)}`, NOTHING_SEALED);
}
/**
 * A disk of the vault that takes no more, or no writes at all, as a Failure with what is free now; anything else as it
 * is. `needBytes`: what was to be written; `next`: what to do, where that is something else than to run a backup again.
 */
async function explainFullDisk(error, { directory, needBytes, next = NOTHING_SEALED }) {
    if ((0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .isReadOnly */ .PI)(error)) {
        return new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('vault', `the vault's disk is mounted read-only: ${(0,_logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error)}`, 'Have the administrator of the backup server look at it (dmesg, mount), then try again.', { cause: error });
    }
    if (!(0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .isDiskFull */ .b$)(error))
        return error;
    const room = await (0,_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .measureRoom */ .qC)(directory).then(_system_disk_room_js__WEBPACK_IMPORTED_MODULE_1__/* .describeRoom */ .l5, () => undefined);
    const figures = [
        ...(room === undefined ? [] : [room]),
        ...(needBytes === undefined ? [] : [`need ${(0,_logging_quantity_text_js__WEBPACK_IMPORTED_MODULE_2__/* .formatBytes */ .z3)(needBytes)}`]),
        `the disk took no more (${error.code})`,
    ];
    return new _logging_failure_js__WEBPACK_IMPORTED_MODULE_0__/* .Failure */ .HR('space', `vault full: ${figures.join(', ')}`, next, { cause: error });
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
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
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
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
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
