import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { freePort } from '../suite.ts';

/** A real MariaDB (`MILLWRIGHT_MARIADB` is its program) on a loopback port of its own, with a database `plant` and a user `mes`. */
export async function testMariadb(program: string) {
  const folder = await mkdtemp(join(tmpdir(), 'mw-maria-'));
  const port = await freePort();
  const data = join(folder, 'data');
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const install = join(program, '../../bin/mariadb-install-db');
  const places = [install, '/usr/bin/mariadb-install-db'];
  const options = [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
    ...user,
  ];
  for (const [i, place] of places.entries()) {
    try {
      await promisify(execFile)(place, options);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || i === places.length - 1) throw error;
    }
  }
  const small = [
    '--innodb-buffer-pool-size=16M',
    '--innodb-log-file-size=8M',
    '--performance-schema=OFF',
    '--innodb-flush-log-at-trx-commit=0',
  ];
  const child = spawn(
    program,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${join(folder, 's')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      ...small,
      ...user,
    ],
    { stdio: 'ignore' },
  );
  const connectRoot = async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await createConnection({ host: '127.0.0.1', port, user: 'root', multipleStatements: true });
      } catch (error) {
        if (child.exitCode !== null || attempt > 300) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const root = await connectRoot();
  await root.query(
    "create database plant character set utf8mb4; create user mes@'%' identified by 'right'; grant select, insert on plant.* to mes@'%'; use plant",
  );
  return {
    port,
    query: async (sql: string): Promise<readonly Record<string, unknown>[]> => {
      const [rows] = await root.query(sql);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
    close: async () => {
      await root.end();
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      if (child.exitCode === null) await once(child, 'exit');
      clearTimeout(timer);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
