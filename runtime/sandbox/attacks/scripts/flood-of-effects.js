// expect: OUTPUT_LIMIT: 5000 effects in one step; at most 1000 @loud
return { ...EMPTY, effects: Array.from({ length: 5000 }, () => ({ node: 'loud', key: 'k', row: 0, time: 0, kind: 'notify.send', request: {} })) };
