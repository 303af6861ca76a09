// expect: MEMORY|THREW
const b = new Uint8Array(1 << 30);
b.fill(1);
