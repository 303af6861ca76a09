/**
 * Hostile programs of a line or two, in the form of `scripts/`: what must become of it, and the body of a step. Those that need more are a
 * file there.
 */
export interface ShortAttack {
  readonly name: string;
  /** Codes of SandboxError, or OK; then a pattern of the message. */
  readonly expected: string;
  readonly body: string;
  /** Runs with frozen intrinsics, as user code does. */
  readonly untrusted?: boolean;
}
const one = (fields: string) =>
  `{ output: 0, n: 1, row: new Int32Array(1), time: new Float64Array(1), key: ['k'], columns: [], quality: [], ${fields} }`;
const gives = (output: string) => `return { ...EMPTY, outputs: [${output}] };`;
const NO_CODE = 'THREW: code from text';
const ABSENT = 'THREW: is not defined';

export const SHORT_ATTACKS: readonly ShortAttack[] = [
  // results that lie
  {
    name: 'an output with fewer values than rows',
    expected: 'OUTPUT_KIND: fewer values',
    body: gives(one('n: 5, key: [1, 2, 3, 4, 5]')),
  },
  { name: 'an output of NaN rows', expected: 'OUTPUT_KIND|OUTPUT_LIMIT', body: gives(one('n: NaN')) },
  { name: 'an output of a billion rows', expected: 'OUTPUT_LIMIT: at most', body: gives(one('n: 1e9')) },
  { name: 'an output with negative rows', expected: 'OUTPUT_KIND: not whole', body: gives(one('n: -1, key: []')) },
  { name: 'event times of another kind', expected: 'OUTPUT_KIND: Float64Array', body: gives(one('time: new Float32Array(1)')) },
  {
    name: 'qualities as a list',
    expected: 'OUTPUT_KIND: Uint8Array',
    body: gives(one('columns: [new Float64Array(1)], quality: [[0]]')),
  },
  {
    name: 'a column that loops when read',
    expected: 'TIMEOUT',
    body: gives(one('columns: [new Proxy([1], { get() { for (;;); } })]')),
  },
  { name: 'an output that loops when counted', expected: 'TIMEOUT', body: gives('{ get n() { for (;;); } }') },
  {
    name: 'a flood of empty outputs',
    expected: 'OUTPUT_LIMIT|TIMEOUT|MEMORY',
    body: `const o = ${one('n: 0, row: new Int32Array(0), time: new Float64Array(0), key: []')}; return { ...EMPTY, outputs: new Array(2e6).fill(o) };`,
  },
  {
    name: 'keys of a hundred megabytes',
    expected: 'OUTPUT_LIMIT|TIMEOUT|MEMORY',
    body: `const n = 5e4, key = Array.from({ length: n }, (_, i) => i + 'x'.repeat(1000)); ${gives('{ output: 0, n, row: new Int32Array(n), time: new Float64Array(n), key, columns: [], quality: [] }')}`,
  },
  { name: 'effects that are no list', expected: 'OUTPUT_KIND: list', body: 'return { ...EMPTY, effects: { length: 0 } };' },
  { name: 'refused rows that are no list', expected: 'OUTPUT_KIND: list', body: 'return { ...EMPTY, dead: "many" };' },
  {
    name: 'a revoked proxy as a request',
    expected: 'THREW|OUTPUT_KIND',
    body: 'const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return { ...EMPTY, effects: [{ node: "n", request: proxy }] };',
  },
  {
    name: 'a symbol in a request',
    expected: 'OUTPUT_KIND: symbol',
    body: 'return { ...EMPTY, effects: [{ node: "n", request: Symbol("x") }] };',
  },
  {
    name: 'a copy that is larger than what it copies',
    expected: 'OK',
    body: 'class Big extends Float64Array { static get [Symbol.species]() { return class extends Float64Array { constructor() { super(5e6); } }; } } return { ...EMPTY, effects: [{ node: "n", request: new Big(new ArrayBuffer(64), 0, 1) }] };',
  },
  // what crosses by the shared area
  {
    name: 'looks for memory that is shared',
    expected: 'OK',
    body: 'for (const a of [input.clock, ...input.sources.flatMap((s) => [s.time, s.row, s.key])]) if (Object.prototype.toString.call(a.buffer) !== "[object ArrayBuffer]") throw new Error("shared");',
  },
  {
    name: 'keys without names',
    expected: 'OUTPUT_KIND: has no name',
    body: `return { ...EMPTY, keys: ['a'], outputs: [${one('key: Int32Array.of(1)')}] };`,
  },
  {
    name: 'names that are no texts',
    expected: 'OUTPUT_KIND: must be a text',
    body: `return { ...EMPTY, keys: [{ length: 1 }], outputs: [${one('key: Int32Array.of(0)')}] };`,
  },
  {
    name: 'names of a hundred megabytes',
    expected: 'OUTPUT_LIMIT|TIMEOUT|MEMORY',
    body: 'return { ...EMPTY, keys: Array.from({ length: 5e4 }, (_, i) => i + "x".repeat(1000)) };',
  },
  {
    name: 'qualities of fewer rows',
    expected: 'OUTPUT_KIND: fewer values',
    body: gives(one('columns: [new Float64Array(1)], quality: [new Uint8Array(0)]')),
  },
  {
    name: 'counts of another length',
    expected: 'OUTPUT_KIND: fewer values',
    body: 'return { ...EMPTY, nodes: { last: new Float64Array(9), rows: new Int32Array(1), failed: new Int32Array(9) } };',
  },
  {
    name: 'counts of half a gigabyte',
    expected: 'OUTPUT_LIMIT|TIMEOUT|MEMORY|THREW',
    body: 'const n = 3e6; return { ...EMPTY, nodes: { last: new Float64Array(n), rows: new Int32Array(n), failed: new Int32Array(n) } };',
  },
  {
    name: 'typed arrays that lie about their length',
    expected: 'OK|OUTPUT_KIND',
    body: `Object.defineProperty(Object.getPrototypeOf(Float64Array.prototype), "length", { get: () => 1e9 }); Object.defineProperty(Object.getPrototypeOf(Float64Array.prototype), "byteOffset", { get: () => 64 }); ${gives(one('columns: [new Float64Array(4)]'))}`,
  },
  // what is thrown
  { name: 'throws nothing', expected: 'THREW: undefined', body: 'throw undefined;' },
  { name: 'throws null', expected: 'THREW: null', body: 'throw null;' },
  { name: 'throws a symbol', expected: 'THREW: a symbol', body: 'throw Symbol("x");' },
  { name: 'throws what loops when made text', expected: 'THREW: an object', body: 'throw { toString() { for (;;); } };' },
  {
    name: 'throws a function that loops when made text',
    expected: 'TIMEOUT',
    body: 'const f = () => {}; f.toString = () => { for (;;); }; throw f;',
  },
  {
    name: 'throws a chain of causes that closes',
    expected: 'THREW: Error: a',
    body: 'const e = new Error("a"); e.cause = e; throw e;',
  },
  { name: 'a trace without end', expected: 'THREW|TIMEOUT', body: 'Error.stackTraceLimit = 1e9; (function f() { f(); })();' },
  { name: 'loops on its way out', expected: 'TIMEOUT', body: 'try { for (;;); } finally { for (;;); }' },
  // code from text
  { name: 'the constructor of the global object', expected: NO_CODE, body: 'globalThis.constructor.constructor("return 1")();' },
  { name: 'the constructor of a built-in', expected: NO_CODE, body: '[].filter.constructor("return this")();' },
  { name: 'the constructor by reflection', expected: NO_CODE, body: 'Reflect.construct((() => {}).constructor, ["return 1"]);' },
  {
    name: 'the constructor of asynchronous generators',
    expected: NO_CODE,
    body: '(async function* () {})["constructor"]("yield 1")();',
  },
  { name: 'eval', expected: ABSENT, body: '(0, eval)("1");' },
  { name: 'a module of Node', expected: 'OK', body: 'import("node:fs").catch(() => {});' },
  // what is not there
  { name: 'the clock', expected: ABSENT, body: 'Date.now();' },
  { name: 'chance', expected: 'THREW: ctx.random', body: 'Math.random();' },
  { name: 'languages of the machine', expected: ABSENT, body: 'new Intl.DateTimeFormat();' },
  { name: 'the collector', expected: ABSENT, body: 'new FinalizationRegistry(() => {});' },
  { name: 'weak references', expected: ABSENT, body: 'new WeakRef({});' },
  { name: 'waiting', expected: ABSENT, body: 'Atomics.waitAsync(new Int32Array(4), 0, 0);' },
  { name: 'timers', expected: ABSENT, body: 'setTimeout(() => {}, 0);' },
  // what the guard stands on
  {
    name: 'a then on every object',
    expected: 'OUTPUT_KIND: asynchronous',
    body: 'Object.prototype.then = () => {}; return { ...EMPTY };',
  },
  {
    name: 'a setter for the first element of every list',
    expected: 'OK',
    body: `Object.defineProperty(Array.prototype, 0, { set() { throw "caught"; } }); ${gives(one('columns: [new Float64Array(1)]'))}`,
  },
  {
    name: 'every list iterates for ever',
    expected: 'OK',
    body: 'Array.prototype[Symbol.iterator] = function* () { for (;;) yield 1; };',
  },
  {
    name: 'maps that forget',
    expected: 'OK',
    body: `Map.prototype.get = Map.prototype.set = () => { throw "patched"; }; ${gives(one(''))}`,
  },
  {
    name: 'typed arrays without their methods',
    expected: 'OK',
    body: `for (const k of ["set", "slice", "subarray"]) delete Object.getPrototypeOf(Float64Array.prototype)[k]; ${gives(one('columns: [new Float64Array(1)]'))}`,
  },
  { name: 'its input wiped', expected: 'OK', body: 'input.clock.fill(0); input.words.length = 0; input.sources.length = 0;' },
  {
    name: 'frozen built-ins changed',
    expected: 'THREW: TypeError',
    body: '"use strict"; (() => { "use strict"; Array.prototype.map = 1; })();',
    untrusted: true,
  },
  // too much
  { name: 'a string of half a gigabyte', expected: 'THREW|MEMORY|TIMEOUT|OK', body: '"x".padEnd(2 ** 29 - 25).charCodeAt(5);' },
  { name: 'a buffer of half a gigabyte', expected: 'THREW|MEMORY', body: 'new Float64Array(6e7);' },
  {
    name: 'a pattern of a hundred thousand groups',
    expected: 'THREW|TIMEOUT|MEMORY|OK',
    body: 'new RegExp("(".repeat(1e5) + ")".repeat(1e5)).test("a");',
  },
  {
    name: 'a pattern repeated a million times',
    expected: 'THREW|TIMEOUT|OK|MEMORY',
    body: '/(?:a{1000}){1000}b/.test("a".repeat(1e4));',
  },
  { name: 'text of what loops when read', expected: 'TIMEOUT', body: 'JSON.stringify({ get x() { for (;;); } });' },
];
