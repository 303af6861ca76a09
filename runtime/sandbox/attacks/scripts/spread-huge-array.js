// expect: THREW|MEMORY|TIMEOUT|PROCESS
Math.max(...new Array(1e7).fill(1));
