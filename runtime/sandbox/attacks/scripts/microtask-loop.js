// expect: TIMEOUT
(async () => {
  for (;;) await 0;
})();
