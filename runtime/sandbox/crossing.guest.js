// The isolate's side of crossing.ts: rows come and go in one buffer. Evaluated before any app code, with built-ins of its own as guest.js has.
(function crossing() {
  const { apply, getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor } = Reflect;
  const { isArray } = Array;
  const [Doubles, Integers, Bytes, Store, Dictionary] = [Float64Array, Int32Array, Uint8Array, ArrayBuffer, Map];
  const typed = getPrototypeOf(Bytes.prototype);
  const tagOf = getOwnPropertyDescriptor(typed, Symbol.toStringTag).get;
  const lengthOf = getOwnPropertyDescriptor(typed, 'length').get;
  const { set } = typed;
  const { get: lookUp, set: note } = Dictionary.prototype;
  const tag = (v) => apply(tagOf, v, []);
  const length = (v) => apply(lengthOf, v, []);

  function unpack(buffer, shape, { words, boxed, answers }) {
    let at = 0;
    let box = 0;
    const n = shape[at++];
    const count = shape[at++];
    let doubles = 0;
    let integers = shape[at++];
    let bytes = shape[at++];
    const clock = new Doubles(buffer, 0, n);
    doubles += n * 8;
    const sources = [];
    for (let i = 0; i < count; i++) {
      const source = shape[at++];
      const rows = shape[at++];
      const width = shape[at++];
      const next = () => {
        const from = doubles;
        doubles += rows * 8;
        return new Doubles(buffer, from, rows);
      };
      const time = next();
      const row = new Integers(buffer, integers, rows);
      const key = new Integers(buffer, integers + rows * 4, rows);
      integers += rows * 8;
      const columns = [];
      const quality = [];
      for (let c = 0; c < width; c++) {
        const kind = shape[at++];
        columns[c] = kind & 1 ? boxed[box++] : next();
        quality[c] = undefined;
        if (kind & 2) {
          quality[c] = new Bytes(buffer, bytes, rows);
          bytes += rows;
        }
      }
      sources[i] = { source, n: rows, row, time, key, columns, quality };
    }
    return { n, clock, words, sources, answers };
  }

  /** A list that what the program did to lists cannot reach. */
  const list = () => {
    const made = [];
    setPrototypeOf(made, null);
    return made;
  };

  /** `refuse(message)` throws; `plain(value)` makes copyable data of what is no typed array; `spend(bytes)` counts what leaves. */
  function pack(outputs, refuse, plain, spend) {
    const shape = list();
    const boxed = list();
    const words = list();
    const codes = new Dictionary();
    const parts = { doubles: list(), integers: list(), bytes: list() };
    const sizes = { doubles: 0, integers: 0, bytes: 0 };
    const add = (kind, part, n) => {
      if (length(part) !== n) refuse('a column of an output has another number of rows than the output');
      parts[kind][parts[kind].length] = part;
      sizes[kind] += n;
    };
    const must = (part, name) => (tag(part) === name ? part : refuse(`an output needs a ${name}`));
    for (let i = 0; i < outputs.length; i++) {
      const { output, n, row, time, key, columns, quality } = outputs[i];
      if (!(n >= 0) || !isArray(key) || key.length !== n || !isArray(columns)) refuse('an output is not whole');
      shape[shape.length] = output;
      shape[shape.length] = n;
      shape[shape.length] = columns.length;
      add('doubles', must(time, 'Float64Array'), n);
      add('integers', must(row, 'Int32Array'), n);
      const keys = new Integers(n);
      for (let k = 0; k < n; k++) {
        let code = apply(lookUp, codes, [key[k]]);
        if (code === undefined) {
          code = words.length;
          words[code] = plain(key[k]);
          apply(note, codes, [key[k], code]);
        }
        keys[k] = code;
      }
      add('integers', keys, n);
      for (let c = 0; c < columns.length; c++) {
        const doubles = tag(columns[c]) === 'Float64Array';
        const q = quality[c];
        if (doubles) add('doubles', columns[c], n);
        else boxed[boxed.length] = plain(columns[c]);
        if (q !== undefined) add('bytes', must(q, 'Uint8Array'), n);
        shape[shape.length] = (doubles ? 0 : 1) | (q === undefined ? 0 : 2);
      }
    }
    const bytes = sizes.doubles * 8 + sizes.integers * 4 + sizes.bytes;
    spend(bytes + shape.length * 8);
    const buffer = new Store(bytes);
    const all = [
      new Doubles(buffer, 0, sizes.doubles),
      new Integers(buffer, sizes.doubles * 8, sizes.integers),
      new Bytes(buffer, sizes.doubles * 8 + sizes.integers * 4, sizes.bytes),
    ];
    const lists = [parts.doubles, parts.integers, parts.bytes]; // literals define their elements, no setter is asked
    for (let kind = 0; kind < 3; kind++)
      for (let i = 0, at = 0; i < lists[kind].length; i++) {
        apply(set, all[kind], [lists[kind][i], at]);
        at += length(lists[kind][i]);
      }
    return {
      buffer,
      shape,
      words,
      boxed,
      count: outputs.length,
      integers: sizes.doubles * 8,
      bytes: sizes.doubles * 8 + sizes.integers * 4,
    };
  }
  return { unpack, pack };
});
