// expect: TIMEOUT
/^(a+)+$/.test('a'.repeat(45) + 'b');
