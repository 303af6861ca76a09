// expect: THREW|OUTPUT_KIND|OUTPUT_LIMIT
let o = {}; for (let i = 0; i < 2e5; i++) o = { o }; return { ...EMPTY, effects: [{ node: "n", request: o }] };
