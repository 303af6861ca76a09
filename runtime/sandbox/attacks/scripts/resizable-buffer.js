// expect: THREW: resizable false, resize undefined
const b = new ArrayBuffer(1, { maxByteLength: 1 << 28 });
const C = new Uint8Array(1).buffer.constructor;
const c = new C(1, { maxByteLength: 1 << 28 });
throw new Error(`resizable ${b.resizable || c.resizable}, resize ${typeof b.resize}`);
