// expect: THREW: Error: x{400,500}$
throw new Error('x'.repeat(5e6));
