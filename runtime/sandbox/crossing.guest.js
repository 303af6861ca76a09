// The isolate's side of crossing.ts: rows come and go in one area of memory. Evaluated before any app code, with built-ins of its own as guest.js
// has. The area is shared memory, which a program must not have: it stays in here, the program sees a copy.
(function crossing() {
  const { apply, getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor } = Reflect;
  const { isArray } = Array;
  const [Doubles, Integers, Bytes, Store, Dictionary] = [Float64Array, Int32Array, Uint8Array, ArrayBuffer, Map];
  const typed = getPrototypeOf(Bytes.prototype);
  const getter = (name) => getOwnPropertyDescriptor(typed, name).get;
  const [tagOf, lengthOf, bufferOf, offsetOf] = [Symbol.toStringTag, 'length', 'buffer', 'byteOffset'].map(getter);
  const { set } = typed;
  const { get: lookUp, set: note } = Dictionary.prototype;
  const tag = (v) => apply(tagOf, v, []);
  const length = (v) => apply(lengthOf, v, []);
  const toEight = (bytes) => (bytes + 7) & ~7;
  /** A list that what the program did to lists cannot reach. */
  const list = () => {
    const made = [];
    setPrototypeOf(made, null);
    return made;
  };
  const LARGE = 4 << 20;

  let area;
  let size = 0;
  let store = new Store(0);
  let stored = 0;
  const known = list();
  let told = 0;

  function open(shared) {
    area = shared;
    size = length(new Bytes(area));
  }

  /** The rows of a step, in memory that the next step uses again. */
  function unpack(rest) {
    const more = rest === undefined ? undefined : rest.words;
    if (more !== undefined) for (let i = 0; i < more.length; i++) known[known.length] = more[i];
    const boxed = rest === undefined ? undefined : rest.boxed;
    const head = new Integers(area, 0, 1)[0];
    const shape = new Integers(area, 4, head);
    const start = toEight(4 + head * 4);
    let at = 0;
    let box = 0;
    const n = shape[at++];
    const count = shape[at++];
    const words = [];
    const different = shape[at++];
    for (let i = 0; i < different; i++) words[i] = known[shape[at++]];
    let doublesIn = n;
    let integersIn = 0;
    let bytesIn = 0;
    for (let i = 0, s = at; i < count; i++) {
      const rows = shape[s + 1];
      const width = shape[s + 2];
      s += 3;
      doublesIn += rows;
      integersIn += 2 * rows;
      for (let c = 0; c < width; c++, s++) {
        if (!(shape[s] & 1)) doublesIn += rows;
        if (shape[s] & 2) bytesIn += rows;
      }
    }
    const total = doublesIn * 8 + integersIn * 4 + bytesIn;
    if (stored < total || stored > LARGE) {
      stored = total;
      store = new Store(stored);
    }
    apply(set, new Bytes(store, 0, total), [new Bytes(area, start, total)]);
    let doubles = 0;
    let integers = doublesIn * 8;
    let bytes = integers + integersIn * 4;
    const clock = new Doubles(store, 0, n);
    doubles += n * 8;
    const sources = [];
    for (let i = 0; i < count; i++) {
      const source = shape[at++];
      const rows = shape[at++];
      const width = shape[at++];
      const next = () => {
        const from = doubles;
        doubles += rows * 8;
        return new Doubles(store, from, rows);
      };
      const time = next();
      const row = new Integers(store, integers, rows);
      const key = new Integers(store, integers + rows * 4, rows);
      integers += rows * 8;
      const columns = [];
      const quality = [];
      for (let c = 0; c < width; c++) {
        const kind = shape[at++];
        columns[c] = kind & 1 ? boxed[box++] : next();
        quality[c] = undefined;
        if (kind & 2) {
          quality[c] = new Bytes(store, bytes, rows);
          bytes += rows;
        }
      }
      sources[i] = { source, n: rows, row, time, key, columns, quality };
    }
    return { n, clock, words, sources, answers: rest === undefined || rest.answers === undefined ? [] : rest.answers };
  }

  /**
   * Lays the rows of a result down; what does not fit into the area, or is no row, is put into `rest` by name. `refuse(message)` throws;
   * `plain(value)` makes copyable data of what is no typed array; `spend(bytes)` counts what leaves; `ofOutput(output, run)` names the node.
   */
  function pack({ outputs, keys, wakeAt, nodes }, { refuse, plain, spend, put, ofOutput }) {
    const shape = list();
    const boxed = list();
    const parts = { doubles: list(), integers: list(), bytes: list() };
    const sizes = { doubles: 0, integers: 0, bytes: 0 };
    /** Arrays may have room at their end. */
    const add = (kind, Kind, part, n) => {
      const has = length(part);
      if (!(has >= n)) refuse('a column of an output has fewer values than the output has rows');
      const to = parts[kind];
      to[to.length] = has === n ? part : new Kind(apply(bufferOf, part, []), apply(offsetOf, part, []), n);
      sizes[kind] += n;
    };
    const must = (part, name) => (tag(part) === name ? part : refuse(`an output needs a ${name}`));
    shape[0] = shape[1] = shape[2] = shape[3] = 0;
    const wake = new Doubles(1);
    wake[0] = typeof wakeAt === 'number' ? wakeAt : NaN;
    add('doubles', Doubles, wake, 1);
    if (nodes !== undefined) {
      shape[3] = length(must(nodes.last, 'Float64Array'));
      add('doubles', Doubles, nodes.last, shape[3]);
      add('integers', Integers, must(nodes.rows, 'Int32Array'), shape[3]);
      add('integers', Integers, must(nodes.failed, 'Int32Array'), shape[3]);
    }
    const names = keys === undefined ? list() : isArray(keys) ? keys : refuse('the keys of a step must be a list');
    const codes = new Dictionary();
    if (keys === undefined) told = 0;
    const take = ({ output, n, row, time, key, columns, quality }) => {
      if (!(n >= 0) || !isArray(columns)) refuse('an output is not whole');
      shape[shape.length] = output;
      shape[shape.length] = n;
      shape[shape.length] = columns.length;
      add('doubles', Doubles, must(time, 'Float64Array'), n);
      add('integers', Integers, must(row, 'Int32Array'), n);
      add('integers', Integers, keys === undefined ? coded(key, n, names, codes, refuse) : numbered(key, n, names, refuse), n);
      for (let c = 0; c < columns.length; c++) {
        const part = columns[c];
        const name = tag(part);
        if (name === 'Float64Array') add('doubles', Doubles, part, n);
        else if (name === 'Uint8Array') add('doubles', Bytes, part, n);
        else boxed[boxed.length] = firstOf(part, n, refuse, plain);
        const q = quality[c];
        const tells = q !== undefined && n > 0 && notGood(must(q, 'Uint8Array'), n, refuse);
        if (tells) add('bytes', Bytes, q, n);
        shape[shape.length] = (name === 'Float64Array' || name === 'Uint8Array' ? 0 : 1) | (tells ? 2 : 0);
      }
    };
    let widest;
    let most = -1;
    for (let i = 0; i < outputs.length; i++) {
      const before = sizes.doubles;
      ofOutput(outputs[i].output, () => take(outputs[i]));
      if (sizes.doubles - before <= most) continue;
      most = sizes.doubles - before;
      widest = outputs[i].output;
    }
    shape[0] = sizes.doubles;
    shape[1] = sizes.integers;
    shape[2] = sizes.bytes;
    if (told > names.length) told = 0;
    if (names.length > told) {
      const from = told;
      const more = list();
      for (; told < names.length; told++)
        more[told - from] = typeof names[told] === 'string' ? plain(names[told]) : refuse('a key must be a text');
      put('names', more);
      put('from', from);
    }
    if (boxed.length > 0) put('boxed', boxed);
    const start = toEight(4 + shape.length * 4);
    const total = start + sizes.doubles * 8 + sizes.integers * 4 + sizes.bytes;
    ofOutput(widest, () => spend(total));
    let target = area;
    if (total > size) {
      target = new Store(total);
      put('buffer', target);
    }
    const head = new Integers(target, 0, shape.length + 1);
    head[0] = shape.length;
    for (let i = 0; i < shape.length; i++) head[i + 1] = shape[i];
    const all = [
      new Doubles(target, start, sizes.doubles),
      new Integers(target, start + sizes.doubles * 8, sizes.integers),
      new Bytes(target, start + sizes.doubles * 8 + sizes.integers * 4, sizes.bytes),
    ];
    const lists = [parts.doubles, parts.integers, parts.bytes]; // literals define their elements, no setter is asked
    for (let kind = 0; kind < 3; kind++)
      for (let i = 0, at = 0; i < lists[kind].length; i++) {
        apply(set, all[kind], [lists[kind][i], at]);
        at += length(lists[kind][i]);
      }
  }
  /** Keys as the program numbers them. */
  function numbered(key, n, names, refuse) {
    if (tag(key) !== 'Int32Array' || !(length(key) >= n)) refuse('an output is not whole');
    for (let i = 0; i < n; i++) if (!(key[i] >= 0 && key[i] < names.length)) refuse('a key of an output has no name');
    return key;
  }
  /** Keys by name, of programs that do not number them: numbered here, for this step. */
  function coded(key, n, names, codes, refuse) {
    if (!isArray(key) || key.length !== n) refuse('an output is not whole');
    const made = new Integers(n);
    for (let i = 0; i < n; i++) {
      let code = apply(lookUp, codes, [key[i]]);
      if (code === undefined) {
        code = names.length;
        names[code] = key[i];
        apply(note, codes, [key[i], code]);
      }
      made[i] = code;
    }
    return made;
  }
  function firstOf(values, n, refuse, plain) {
    if (!isArray(values) || !(values.length >= n)) refuse('a column of an output has fewer values than the output has rows');
    const made = list();
    for (let i = 0; i < n; i++) made[i] = plain(values[i]);
    return made;
  }
  function notGood(quality, n, refuse) {
    if (!(length(quality) >= n)) refuse('a column of an output has fewer values than the output has rows');
    for (let i = 0; i < n; i++) if (quality[i] !== 0) return true;
    return false;
  }
  /** After a load the program has other keys. */
  const forget = () => {
    told = 0;
  };
  return { open, unpack, pack, forget };
});
