// expect: TIMEOUT
for (;;);
