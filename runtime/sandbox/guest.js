// What runs first inside every isolate, before any app code. Evaluates to a function; the host calls it once with the limits and gets the
// guarded entries. It keeps its own copies of everything it uses, because app code may change the built-ins of its context.
(function guest(limits, makeCrossing) {
  const crossing = makeCrossing();
  const { apply, ownKeys, getPrototypeOf, getOwnPropertyDescriptor, defineProperty, deleteProperty } = Reflect;
  const { freeze, create, keys } = Object;
  const { isArray } = Array;
  const NativeBuffer = ArrayBuffer;
  const NativeError = Error;
  const string = String;
  const MapNative = Map;
  const SetNative = Set;
  const sliceText = String.prototype.slice;
  const toStringOf = Object.prototype.toString;
  const typedPrototype = getPrototypeOf(Uint8Array.prototype);
  const typedTag = getOwnPropertyDescriptor(typedPrototype, Symbol.toStringTag).get;
  const typedBytes = getOwnPropertyDescriptor(typedPrototype, 'byteLength').get;
  const typedBuffer = getOwnPropertyDescriptor(typedPrototype, 'buffer').get;
  const bufferBytes = getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength').get;
  const { slice } = Array.prototype;
  const mapEach = Map.prototype.forEach;
  const setEach = Set.prototype.forEach;
  const mapSet = Map.prototype.set;
  const setAdd = Set.prototype.add;
  const typed = {
    __proto__: null,
    Float64Array,
    Float32Array,
    Int32Array,
    Uint32Array,
    Int16Array,
    Uint16Array,
    Int8Array,
    Uint8Array,
    BigInt64Array,
  };

  // ---- what a deterministic, bounded program must not have -------------------------------------------------------------------------
  for (const name of [
    'WebAssembly', // memory that no limit counts
    'SharedArrayBuffer',
    'Atomics', // Atomics.wait blocks a thread
    'Date',
    'Temporal',
    'Intl', // ambient zone and locale
    'WeakRef',
    'FinalizationRegistry', // collection order is not in the log
    'console',
    'eval',
    'Function', // code from text
    'gc',
  ])
    deleteProperty(globalThis, name);
  const refuse = (message) =>
    function refused() {
      throw new NativeError(message);
    };
  const set = (on, name, value) => defineProperty(on, name, { value, writable: true, configurable: true, enumerable: false });
  set(Math, 'random', refuse('Math.random is not available here: use ctx.random()'));
  // Code from text is also reachable through any function's constructor.
  const noCode = refuse('code from text is not available here');
  for (const f of [() => {}, async () => {}, function* () {}, async function* () {}])
    set(getPrototypeOf(f), 'constructor', noCode);
  // A resizable buffer grows beyond the memory limit.
  function fixedBuffer(length) {
    return new NativeBuffer(length);
  }
  fixedBuffer.prototype = NativeBuffer.prototype;
  set(fixedBuffer, 'isView', NativeBuffer.isView);
  set(NativeBuffer.prototype, 'constructor', fixedBuffer);
  set(globalThis, 'ArrayBuffer', fixedBuffer);
  for (const name of ['resize', 'transfer', 'transferToFixedLength']) deleteProperty(NativeBuffer.prototype, name);
  // What depends on the machine's language says the same everywhere.
  const compare = function localeCompare(that) {
    const a = string(this);
    const b = string(that);
    return a < b ? -1 : a > b ? 1 : 0;
  };
  set(String.prototype, 'localeCompare', compare);
  set(String.prototype, 'toLocaleLowerCase', String.prototype.toLowerCase);
  set(String.prototype, 'toLocaleUpperCase', String.prototype.toUpperCase);
  for (const p of [Object.prototype, Number.prototype, BigInt.prototype, Array.prototype, typedPrototype])
    set(p, 'toLocaleString', p.toString);
  NativeError.stackTraceLimit = 10;
  deleteProperty(NativeError, 'prepareStackTrace');

  if (limits.freeze) freezeIntrinsics();

  /** Blocks of several publishers meet in one context: none may change what the others stand on. */
  function freezeIntrinsics() {
    // Assigning `error.name = …` to an object that inherits a frozen property would throw; these become accessors that assign to the object.
    const errors = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError];
    const overridable = [[Object.prototype, ['constructor', 'toString', 'valueOf', 'toLocaleString', 'hasOwnProperty']]];
    for (const E of errors) overridable.push([E.prototype, ['constructor', 'name', 'message', 'toString']]);
    for (const [on, names] of overridable)
      for (const name of names) {
        const own = getOwnPropertyDescriptor(on, name);
        if (!own || !('value' in own)) continue;
        const { value } = own;
        defineProperty(on, name, {
          enumerable: false,
          configurable: false,
          get: () => value,
          set(next) {
            if (this === on) throw new TypeError(`${name} is frozen`);
            defineProperty(this, name, { value: next, writable: true, enumerable: true, configurable: true });
          },
        });
      }
    const seen = new SetNative();
    const hidden = [
      getPrototypeOf(function* () {}),
      getPrototypeOf(async function* () {}),
      getPrototypeOf(async () => {}),
      getPrototypeOf(getPrototypeOf([][Symbol.iterator]())),
      getPrototypeOf([][Symbol.iterator]()),
      getPrototypeOf(new Map()[Symbol.iterator]()),
      getPrototypeOf(new Set()[Symbol.iterator]()),
      getPrototypeOf(''[Symbol.iterator]()),
      getPrototypeOf(/x/[Symbol.matchAll]('')),
    ];
    const queue = [globalThis, ...hidden];
    while (queue.length > 0) {
      const o = queue.pop();
      if ((typeof o !== 'object' && typeof o !== 'function') || o === null || seen.has(o)) continue;
      seen.add(o);
      queue.push(getPrototypeOf(o));
      for (const key of ownKeys(o)) {
        const d = getOwnPropertyDescriptor(o, key);
        if (!d) continue;
        if ('value' in d) queue.push(d.value);
        else queue.push(d.get, d.set);
      }
    }
    for (const o of seen) if (o !== globalThis) freeze(o);
    for (const key of ownKeys(globalThis)) {
      const d = getOwnPropertyDescriptor(globalThis, key);
      if (d?.configurable && 'value' in d) defineProperty(globalThis, key, { ...d, writable: false, configurable: false });
    }
    Object.preventExtensions(globalThis);
  }

  // ---- results are rebuilt as plain data within a budget ------------------------------------------------------------------------------
  class Refusal {
    constructor(code, message, node) {
      this.code = code;
      this.message = message;
      this.node = node;
    }
  }
  let left = 0;
  let allowed = 0;
  const spend = (bytes) => {
    left -= bytes;
    if (left < 0) throw new Refusal('OUTPUT_LIMIT', `a step may give at most ${allowed >> 20} MB`);
  };
  function plain(v, depth) {
    switch (typeof v) {
      case 'string':
        spend(v.length * 2 + 8);
        return v;
      case 'number':
      case 'boolean':
      case 'undefined':
        spend(8);
        return v;
      case 'bigint':
        spend(64);
        return v;
      case 'object':
        break;
      default:
        throw new Refusal('OUTPUT_KIND', `a ${typeof v} cannot leave a program`);
    }
    if (v === null) return v;
    if (depth > 100) throw new Refusal('OUTPUT_KIND', 'a value nested deeper than 100 cannot leave a program');
    const tag = apply(typedTag, v, []);
    if (tag !== undefined) {
      const bytes = apply(typedBytes, v, []);
      spend(bytes + 16);
      if (!(tag in typed)) throw new Refusal('OUTPUT_KIND', `a ${tag} cannot leave a program`);
      // a small view of a large buffer would take the whole buffer along
      // (and `slice` would ask the array's own idea of a copy)
      return apply(bufferBytes, apply(typedBuffer, v, []), []) === bytes ? v : new typed[tag](v);
    }
    spend(16);
    if (isArray(v)) {
      const n = v.length;
      spend(n * 8);
      const out = [];
      for (let i = 0; i < n; i++)
        defineProperty(out, i, { value: plain(v[i], depth + 1), writable: true, enumerable: true, configurable: true });
      return out;
    }
    const kind = apply(toStringOf, v, []);
    if (kind === '[object Map]') {
      const out = new MapNative();
      apply(mapEach, v, [(value, key) => apply(mapSet, out, [plain(key, depth + 1), plain(value, depth + 1)])]);
      return out;
    }
    if (kind === '[object Set]') {
      const out = new SetNative();
      apply(setEach, v, [(value) => apply(setAdd, out, [plain(value, depth + 1)])]);
      return out;
    }
    const out = create(null);
    const names = keys(v);
    for (let i = 0; i < names.length; i++) {
      spend(names[i].length * 2 + 8);
      defineProperty(out, names[i], {
        value: plain(v[names[i]], depth + 1),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return out;
  }
  const bounded = (v, bytes) => {
    left = allowed = bytes;
    return plain(v, 0);
  };
  const leaves = (v) => plain(v, 1);

  /** The node that has most of a list that grew too long. */
  function loudest(list) {
    const counts = create(null);
    let best;
    for (let i = 0; i < list.length; i++) {
      const node = list[i].node;
      if (typeof node !== 'string') continue;
      counts[node] = (counts[node] ?? 0) + 1;
      if (best === undefined || counts[node] > counts[best]) best = node;
    }
    return best;
  }
  function mustBeList(result, name) {
    if (!isArray(result[name])) throw new Refusal('OUTPUT_KIND', `the ${name} of a step must be a list`);
  }
  /** The node whose output has most rows. */
  function fullest(outputs) {
    let best;
    for (let i = 0; i < outputs.length; i++) if (best === undefined || outputs[i].n > outputs[best].n) best = i;
    return best === undefined ? undefined : limits.nodes[outputs[best].output];
  }
  /** What one node gave is refused in its name. */
  function ofNode(node, run) {
    try {
      return run();
    } catch (e) {
      if (e instanceof Refusal && e.node === undefined && typeof node === 'string') e.node = node;
      throw e;
    }
  }
  /** A list of what nodes asked for or failed on. */
  function listed(list) {
    const out = [];
    for (let i = 0; i < list.length; i++) {
      const value = ofNode(list[i].node, () => plain(list[i], 1));
      defineProperty(out, i, { value, writable: true, enumerable: true, configurable: true });
    }
    return out;
  }
  /** The state within its limit; when it is beyond, the node with the largest part of it is named. */
  function saved() {
    const state = program.save();
    try {
      return bounded(lasting(state), limits.stateBytes);
    } catch (e) {
      if (e instanceof Refusal && e.code === 'OUTPUT_LIMIT') {
        e.message = `the state may take at most ${limits.stateBytes >> 20} MB`;
        e.node = heaviest(state);
      }
      throw e;
    }
  }
  /** What says how the state lies is the same object each time: the host was told once and fills it in. */
  function lasting(state) {
    const layout = state?.layout;
    const blocks = state?.blocks;
    if (typeof layout !== 'object' || typeof blocks !== 'object') return state;
    if (told?.layout === layout && told.blocks === blocks) return { ...state, layout: undefined, blocks: undefined };
    told = { layout, blocks };
    return state;
  }
  let told;
  /** By the lists of a compiled program's state (`runtime/compile/layout.ts`): fields with their node, and their contents beside them. */
  function heaviest(state) {
    let best;
    let most = -1;
    const parts = ['A', 'J'];
    for (let p = 0; p < 2; p++) {
      const part = parts[p];
      const fields = state?.layout?.[part];
      if (!isArray(fields)) continue;
      for (let i = 0; i < fields.length; i++) {
        let bytes = limits.stateBytes;
        try {
          bounded(state[part][i], limits.stateBytes);
          bytes -= left;
        } catch {
          bytes = Infinity;
        }
        if (bytes <= most) continue;
        most = bytes;
        best = fields[i][0];
      }
    }
    return best;
  }
  function mustBeFew(list, most, what) {
    if (list.length > most)
      throw new Refusal('OUTPUT_LIMIT', `${list.length} ${what} in one step; at most ${most} are allowed`, loudest(list));
  }
  const refuseOutput = (message) => {
    throw new Refusal('OUTPUT_KIND', message);
  };
  /** Rows go into the shared area; what else a result holds is given back, nothing when there is nothing. */
  function checked(result, look) {
    if (typeof result !== 'object' || result === null) throw new Refusal('OUTPUT_KIND', 'a step must give a result');
    if (typeof result.then === 'function') throw new Refusal('OUTPUT_KIND', 'a step must not be asynchronous');
    // no `for … of`: what iterating means belongs to the program too
    mustBeList(result, 'outputs');
    mustBeList(result, 'effects');
    mustBeList(result, 'alarms');
    mustBeList(result, 'dead');
    mustBeFew(result.effects, limits.effects, 'effects');
    mustBeFew(result.alarms, limits.alarms, 'alarm changes');
    let rows = 0;
    for (let i = 0; i < result.outputs.length; i++) rows += result.outputs[i].n;
    if (!(rows <= limits.rows))
      throw new Refusal(
        'OUTPUT_LIMIT',
        `${rows} output rows in one step; at most ${limits.rows} are allowed`,
        fullest(result.outputs),
      );
    left = allowed = limits.bytes;
    let rest;
    const put = (name, value) => {
      rest ??= create(null);
      rest[name] = value;
    };
    if (result.effects.length > 0) put('effects', listed(result.effects));
    if (result.alarms.length > 0) put('alarms', listed(result.alarms));
    if (result.dead.length > 0) {
      // Refused rows are counted, not copied one and all: a broken block refuses every row.
      const more = result.dead.length - limits.dead;
      put('dead', listed(more > 0 ? apply(slice, result.dead, [0, limits.dead]) : result.dead));
      if (more > 0) put('deadMore', more);
    }
    if (typeof result.late !== 'object' || result.late === null)
      throw new Refusal('OUTPUT_KIND', 'the late of a step must be counts by node');
    if (keys(result.late).length > 0) put('late', plain(result.late, 0));
    if (look) put('probes', plain(looked(), 0));
    const tools = {
      refuse: refuseOutput,
      plain: leaves,
      spend,
      put,
      ofOutput: (output, run) => ofNode(limits.nodes[output], run),
    };
    crossing.pack(result, tools);
    return rest;
  }

  // ---- entries: nothing thrown inside reaches the host as an object ---------------------------------------------------------------------
  const cut = (v, n) => (typeof v === 'string' ? apply(sliceText, v, [0, n]) : '');
  function described(e) {
    if (e instanceof Refusal) return { code: e.code, message: e.message, node: cut(e.node, 200) };
    if (typeof e !== 'object' || e === null)
      return { code: 'THREW', message: cut(typeof e === 'symbol' ? 'a symbol' : `${e}`, 500) };
    const name = cut(e.name, 100);
    const message = cut(e.message, 500);
    return {
      code: 'THREW',
      message: name && message ? `${name}: ${message}` : message || name || 'an object',
      stack: cut(e.stack, 4000),
    };
  }
  /** `true` for done with nothing to tell: what is no object costs nothing to cross. */
  const guarded = (run) => (a, b, c, d) => {
    try {
      const value = run(a, b, c, d);
      return value === undefined ? true : { ok: true, value };
    } catch (e) {
      return { ok: false, error: described(e) };
    }
  };

  let program;
  const looked = () => (typeof program.probes === 'function' ? program.probes() : []);
  return {
    start: guarded((made, seed, cell) => {
      // a traced program is first given the cell that lives outside
      const make = cell === undefined ? made : made(new Int32Array(cell));
      if (typeof make !== 'function') throw new Refusal('BAD_PROGRAM', 'the program is no function');
      program = make({ seed });
      for (const entry of ['step', 'save', 'load'])
        if (typeof program?.[entry] !== 'function') throw new Refusal('BAD_PROGRAM', `the program has no ${entry}`);
    }),
    step: guarded((save, look, area, given) => {
      if (area !== undefined) crossing.open(area);
      const rest = checked(program.step(crossing.unpack(given)), look);
      if (!save) return rest;
      return { rest, state: saved() };
    }),
    // Steps that were taken before: only the state behind them is wanted, and when the last of them wants to be woken.
    again: guarded((inputs) => {
      let wakeAt = null;
      for (let i = 0; i < inputs.length; i++) wakeAt = program.step(inputs[i])?.wakeAt;
      return typeof wakeAt === 'number' ? wakeAt : null;
    }),
    /** One part of a step of a timed program; `undefined` where there is none, to know what a call costs by itself. */
    part: guarded((part, area, given) => {
      if (part === undefined) return;
      if (part >= 0) {
        program.parts.run(part);
        return;
      }
      if (area !== undefined) crossing.open(area);
      program.parts.begin(crossing.unpack(given));
    }),
    end: guarded(() => checked(program.parts.end(), false)),
    save: guarded(saved),
    probes: guarded(() => bounded(looked(), limits.bytes)),
    load: guarded((state) => {
      crossing.forget();
      program.load(state);
    }),
  };
});
