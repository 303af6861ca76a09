import { describe } from 'vitest';
import { testMariadb } from './mariadb.testing.ts';
import { sqlSuite } from './suite.testing.ts';

const program = process.env.MILLWRIGHT_MARIADB;

// without MariaDB on this machine (it is not installed by itself elsewhere than on Debian) these are skipped
describe.skipIf(!program)('MariaDB', () => {
  sqlSuite('sql: MariaDB', async () => {
    const server = await testMariadb(program ?? '');
    return {
      at: { host: '127.0.0.1', port: server.port },
      settings: { dialect: 'mysql', database: 'plant', username: 'mes' },
      password: 'right',
      schema: 'plant',
      stamp: 'datetime(6)',
      query: server.query,
      close: server.close,
    };
  });
});
