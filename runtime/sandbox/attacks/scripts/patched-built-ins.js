// expect: OUTPUT_LIMIT: 5000 effects @loud
// Trusted contexts are not frozen: the guard must not lean on what the program changed.
String.prototype.slice = Array.prototype.slice = Object.keys = Array.isArray = Reflect.apply = () => {
  throw 'patched';
};
return { ...EMPTY, effects: Array.from({ length: 5000 }, () => ({ node: 'loud' })) };
