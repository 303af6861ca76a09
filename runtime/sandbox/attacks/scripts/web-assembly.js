// expect: THREW: WebAssembly is not defined
new WebAssembly.Memory({ initial: 1024 });
