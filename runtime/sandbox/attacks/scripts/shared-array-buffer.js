// expect: THREW: SharedArrayBuffer is not defined
new SharedArrayBuffer(8);
