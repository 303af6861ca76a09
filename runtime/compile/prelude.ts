/**
 * The fixed part of every program: plain functions, no host objects. Kept small: what is here runs in an isolate beside the blocks.
 * Quality bytes as in `runtime/batch/quality.ts`: 128 bad, 137 bad:missing, 129 bad:stale, 65 uncertain:stale, 68 uncertain:substituted.
 */
export const PRELUDE: readonly string[] = [
  // mulberry32; one generator per node and key, its cell is state
  'const $uniform = (a) => { let t = Math.imul(a ^ (a >>> 15), 1 | a); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; };',
  'const $seedOf = (node, key) => { let h = (node ^ $seed) | 0; for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 16777619); h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d); return h ^ (h >>> 12); };',
  "const $range = (i, n) => { throw new RangeError('index ' + i + ' is outside 0..' + (n - 1)); };",
  'const $worst = (a, b) => (a > b ? a : b);',
  "const $num = (x) => (typeof x === 'number' ? x : typeof x === 'boolean' ? +x : NaN);",
  // what leaves a block must not change when its state does
  'const $numbers = (a) => Float64Array.from(a, (x) => (typeof x === "number" ? x : typeof x === "boolean" ? +x : NaN));',
  'const $list = (a) => Array.from(a);',
  'const $copy = (x) => { if (x === null || typeof x !== "object") return x; if (Array.isArray(x)) return x.map($copy); if (ArrayBuffer.isView(x)) return x.slice(); const o = {}; for (const k of Object.keys(x)) o[k] = $copy(x[k]); return o; };',
  'const $scaled = (a, gain, offset) => { if (!a) return a; const o = new Float64Array(a.length); for (let i = 0; i < o.length; i++) o[i] = a[i] * gain + offset; return o; };',
  'const $wave = (w, gain, offset) => (w && w.values ? { t0: w.t0, rate: w.rate, n: w.n, values: $scaled(w.values, gain, offset) } : w);',
  "const $even = (columns) => { let n = -1; for (const c of columns) { if (!c || typeof c.length !== 'number') throw new TypeError('a frame needs a list in every column'); if (n >= 0 && c.length !== n) throw new RangeError('the columns of a frame have ' + n + ' and ' + c.length + ' values'); n = c.length; } };",
  // rows that a block failed on: message, and the line of the source by the stack
  'let $dead = [], $traced = 0;',
  'function $fail(node, row, k, e) {',
  "  let message = 'failed', line; $failed[$order[node]]++;",
  "  try { message = e instanceof Error ? String(e.message) : String(e); if (message.length > 500) message = message.slice(0, 500); if ($traced < 100) { $traced++; line = $sourceLine(node, e); } } catch { message = 'failed with an error that cannot be read'; }",
  '  $dead.push([$pos[0], line === undefined ? { node, key: $keys[k], row, message } : { node, key: $keys[k], row, message, line }]);',
  '}',
  'let $effects = [], $alarms = [], $late = {};',
  'const $effect = (node, k, row, time, kind, request) => { $effects.push([$pos[0], { node, key: $keys[k], row, time, kind: String(kind), request: $copy(request) || {} }]); };',
  // time of the timer of which the row at hand came, Infinity for rows of entries; a cell of an array, as a variable would box every number
  'const $pos = new Float64Array(1).fill(Infinity);',
  // what was pushed as [position, thing], as if each node had seen row after row
  'const $inOrder = (list) => { if (list.length > 1) list.sort((a, b) => a[1].row - b[1].row || a[0] - b[0] || $order[a[1].node] - $order[b[1].node]); return list.map((x) => x[1]); };',
  // first global row at or after a time of the entry clock
  'const $rowAt = (t) => { let lo = 0, hi = $N - 1; while (lo < hi) { const m = (lo + hi) >> 1; if ($clock[m] >= t) hi = m; else lo = m + 1; } return lo; };',
  // timers of one node: a binary heap of keys by due time (then by name: key numbers depend on how the stream was cut)
  'function $timers(read, write) {',
  '  const heap = []; let pos = new Int32Array($cap).fill(-1); const due = read;',
  '  const before = (a, b) => { const x = due(a), y = due(b); return x < y || (x === y && $keys[a] < $keys[b]); };',
  '  const swap = (i, j) => { const a = heap[i], b = heap[j]; heap[i] = b; heap[j] = a; pos[b] = i; pos[a] = j; };',
  '  const up = (i) => { while (i > 0) { const p = (i - 1) >> 1; if (!before(heap[i], heap[p])) break; swap(i, p); i = p; } };',
  '  const down = (i) => { for (;;) { let m = i; const l = 2 * i + 1, r = l + 1; if (l < heap.length && before(heap[l], heap[m])) m = l; if (r < heap.length && before(heap[r], heap[m])) m = r; if (m === i) return; swap(i, m); i = m; } };',
  '  const remove = (k) => { const i = pos[k]; if (i < 0) return; const last = heap.length - 1; if (i !== last) swap(i, last); heap.pop(); pos[k] = -1; if (i < heap.length) { up(i); down(i); } };',
  '  const self = {',
  // the last row that its node saw, by the number of the entry and the time of the timer
  '    min: Infinity, row: -1, at: Infinity,',
  '    last() { return self.row < 0 ? -Infinity : self.at === Infinity ? $clock[self.row] : self.at; },',
  '    set(k, t) { remove(k); write(k, t); if (t !== Infinity) { pos[k] = heap.length; heap.push(k); up(heap.length - 1); } self.min = heap.length ? due(heap[0]) : Infinity; },',
  '    take() { const k = heap[0]; remove(k); write(k, Infinity); self.min = heap.length ? due(heap[0]) : Infinity; return k; },',
  '    grow(cap) { if (pos.length < cap) { const o = pos; pos = new Int32Array(cap).fill(-1); pos.set(o); } },',
  '    rebuild() { heap.length = 0; self.grow($cap); pos.fill(-1); for (let k = 0; k < $keys.length; k++) if (due(k) !== Infinity) { pos[k] = heap.length; heap.push(k); up(heap.length - 1); } self.min = heap.length ? due(heap[0]) : Infinity; },',
  '  };',
  '  return self;',
  '}',
  "const $wake = (timers, k, t, firing) => { const at = +t; if (at !== at) throw new TypeError('wakeAt needs a time'); if (firing !== undefined && at <= firing) throw new RangeError('a timer must be set later than now'); timers.set(k, at); };",
];

/** Rows of several wires with the same time and key. State per key: pending rows, oldest first, at most 256. */
export const EXACT = [
  'function $exact(s, port, ports, t, v, q, late) {',
  '  let i = s.length - 1; while (i >= 0 && s[i].t > t) i--;',
  '  let e = i >= 0 && s[i].t === t ? s[i] : undefined;',
  '  if (!e) { e = { t, v: new Array(ports).fill(null), q: new Array(ports).fill(null), n: 0 }; s.splice(i + 1, 0, e); }',
  '  if (e.v[port] === null) e.n++; e.v[port] = v; e.q[port] = q;',
  '  if (e.n === ports) { s.splice(s.indexOf(e), 1); return e; }',
  '  if (s.length > 256) { s.shift(); late(); }',
  '  return null;',
  '}',
];

/**
 * Nearest rows of several wires in event time. A row of the first port is decided when the watermark (newest time - lateness) has passed
 * its tolerance, or when nothing came for tolerance + lateness in entry time. State per key: waiting rows by port in time order.
 */
export const ALIGN = [
  'const $aligner = (ports) => ({ newest: -Infinity, done: -Infinity, rows: Array.from({ length: ports }, () => []) });',
  'function $alignAdd(s, port, t, v, q, now, tolerance, lateness, late) {',
  '  if (t < s.newest - lateness || (port === 0 && t < s.done)) { late(); return false; }',
  '  const rows = s.rows[port]; let i = rows.length; while (i > 0 && rows[i - 1].t > t) i--; rows.splice(i, 0, { t, v, q, now });',
  '  if (t > s.newest) s.newest = t;',
  '  return true;',
  '}',
  'function $alignNext(s, now, tolerance, lateness) {',
  '  const first = s.rows[0][0]; if (!first) { $alignPrune(s, tolerance, lateness); return null; }',
  '  if (s.newest - lateness < first.t + tolerance && !(now >= first.now + tolerance + lateness)) return null;',
  '  s.rows[0].shift(); s.done = first.t;',
  '  const found = [first];',
  '  for (let p = 1; p < s.rows.length; p++) { let best = null; for (const r of s.rows[p]) { const d = Math.abs(r.t - first.t); if (d <= tolerance && (best === null || d < Math.abs(best.t - first.t))) best = r; } found.push(best); }',
  '  $alignPrune(s, tolerance, lateness);',
  '  return found;',
  '}',
  'function $alignPrune(s, tolerance, lateness) { const first = s.rows[0][0]; const keep = Math.min(first ? first.t : Infinity, s.newest - lateness) - tolerance; for (let p = 1; p < s.rows.length; p++) { const rows = s.rows[p]; let i = 0; while (i < rows.length && rows[i].t < keep) i++; if (i) rows.splice(0, i); } }',
  'const $alignDue = (s, tolerance, lateness) => (s.rows[0].length ? s.rows[0][0].now + tolerance + lateness : Infinity);',
];
