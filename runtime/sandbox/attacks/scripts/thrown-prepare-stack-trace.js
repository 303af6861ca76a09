// expect: TIMEOUT
Error.prepareStackTrace = () => {
  for (;;);
};
null.x;
