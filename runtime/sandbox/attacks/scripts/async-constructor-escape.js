// expect: THREW: code from text is not available
(async () => {})['con' + 'structor']('return 1')();
