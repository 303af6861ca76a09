// expect: THREW: code from text is not available
(function* () {})['con' + 'structor']('yield 1')();
