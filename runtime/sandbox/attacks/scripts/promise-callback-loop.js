// expect: TIMEOUT
Promise.resolve().then(() => {
  for (;;);
});
