import { existsSync, mkdtempSync, readFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LogFile } from './log-file.ts';

test('a log is cut by size while it is written, keeps three old ones, and goes on at its start', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'mw-log-')), 'x.log');
  const log = new LogFile(path);
  const { fd, release } = log.open();
  for (let n = 1; n <= 5; n++) {
    writeSync(fd, `line ${n}\n`);
    log.rotate(3);
  }
  writeSync(fd, 'line 6\n');
  log.rotate(1_000);
  release();
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('line 6\n');
  expect([1, 2, 3].map((n) => readFileSync(`${path}.${n}`, 'utf8'))).toEqual(['line 5\n', 'line 4\n', 'line 3\n']);
  expect(existsSync(`${path}.4`)).toBe(false);
  expect(log.lastLines(2)).toEqual(['line 6']);
});
