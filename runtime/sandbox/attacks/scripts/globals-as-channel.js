// expect: THREW: nothing kept
// untrusted
try {
  globalThis.kept = 1;
} catch {}
try {
  Math.kept = 1;
} catch {}
try {
  (() => {}).constructor.prototype.kept = 1;
} catch {}
throw new Error(
  typeof globalThis.kept === 'undefined' && Math.kept === undefined && (() => {}).kept === undefined ? 'nothing kept' : 'kept',
);
