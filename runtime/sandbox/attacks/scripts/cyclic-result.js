// expect: OUTPUT_KIND: nested deeper
const o = {}; o.o = o; return { ...EMPTY, effects: [{ node: "n", request: o }] };
