// expect: PROCESS|TIMEOUT|MEMORY
const a = new Array(5e7).fill(1.1);
a.sort();
a.join();
