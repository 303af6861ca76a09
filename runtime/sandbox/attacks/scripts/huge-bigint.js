// expect: PROCESS
(7n ** (3n ** 14n)).toString().length;
