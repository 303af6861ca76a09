// expect: TIMEOUT
throw new Proxy(
  {},
  {
    get() {
      for (;;);
    },
    getPrototypeOf() {
      for (;;);
    },
  },
);
