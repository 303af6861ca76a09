// expect: OUTPUT_LIMIT: output rows
return { ...EMPTY, outputs: [{ output: 0, n: 1e6, row: [], time: [], key: [], columns: [], quality: [] }] };
