// expect: OUTPUT_KIND: a function cannot leave
return { ...EMPTY, effects: [{ node: "n", request: { f() {} } }] };
