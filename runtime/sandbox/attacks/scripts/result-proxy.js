// expect: TIMEOUT
return { ...EMPTY, effects: [{ node: "n", request: new Proxy({}, { ownKeys() { for (;;); } }) }] };
