// expect: THREW: Atomics is not defined
Atomics.wait(new Int32Array(4), 0, 0);
