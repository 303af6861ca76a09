// expect: THREW: reaches: nothing
throw new Error(
  'reaches: ' +
    ([
      'process',
      'require',
      'module',
      'setTimeout',
      'fetch',
      'console',
      'Date',
      'Intl',
      'WeakRef',
      'FinalizationRegistry',
      'eval',
      'Function',
      'ivm',
      'performance',
      'crypto',
    ]
      .filter((k) => typeof globalThis[k] !== 'undefined')
      .join() || 'nothing'),
);
