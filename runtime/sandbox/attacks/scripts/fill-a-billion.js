// expect: PROCESS
const a = [];
a.length = 1e9;
a.fill(0);
