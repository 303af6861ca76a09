// expect: OUTPUT_LIMIT|MEMORY|THREW
return { ...EMPTY, effects: [{ node: 'n', request: { s: 'x'.repeat(2e8) } }] };
