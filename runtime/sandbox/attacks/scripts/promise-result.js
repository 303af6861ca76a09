// expect: OUTPUT_KIND: asynchronous
return new Promise(() => {});
