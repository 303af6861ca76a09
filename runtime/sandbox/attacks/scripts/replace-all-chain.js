// expect: PROCESS|MEMORY|THREW
let s = 'aaaaaaaaaa';
for (let i = 0; i < 12; i++) s = s.replaceAll('a', 'aaaaaaaaaa');
s.length;
