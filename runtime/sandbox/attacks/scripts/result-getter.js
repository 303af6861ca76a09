// expect: TIMEOUT
return { ...EMPTY, get outputs() { for (;;); } };
