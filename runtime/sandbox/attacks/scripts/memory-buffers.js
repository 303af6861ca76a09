// expect: MEMORY|THREW
const a = [];
for (;;) {
  const b = new Uint8Array(8 << 20);
  b.fill(1);
  a.push(b);
}
