// expect: OK
return { ...EMPTY, outputs: [{ output: 0, n: 1, row: new Int32Array(1), time: new Float64Array(new ArrayBuffer(24 << 20), 0, 1), key: ['k'], columns: [], quality: [] }] };
