// expect: MEMORY
const a = [];
for (let i = 0; ; i++) a.push(('x' + i).repeat(500) + i, JSON.stringify({ i, s: 'y'.repeat(3000) }));
