// expect: THREW: push works, not admin
// untrusted
try {
  Array.prototype.push = () => 666;
} catch {}
try {
  Object.prototype.admin = true;
} catch {}
throw new Error(`${[].push(1) === 1 ? 'push works' : 'push broken'}, ${({}).admin ? 'admin' : 'not admin'}`);
