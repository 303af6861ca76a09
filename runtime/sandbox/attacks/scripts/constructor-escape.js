// expect: THREW: code from text is not available
[]['con' + 'structor']['con' + 'structor']('return process')();
