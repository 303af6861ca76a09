import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MW = fileURLToPath(new URL('./mw.mjs', import.meta.url));

test('mw run: schedules alone drive a graph, by zone and shifts, on a virtual clock', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mw-schedule-'));
  const mw = (...args: string[]) =>
    spawnSync(process.execPath, [MW, 'run', 'graph.json', ...args], { encoding: 'utf8', cwd: folder });
  const name = { en: 'Night', zh: '夜班' };
  await writeFile(
    path.join(folder, 'graph.json'),
    JSON.stringify({
      format: 1,
      nodes: [{ id: 's', block: 'millwright/source.schedule', version: '1.0.0', params: { on: 'shift-start' } }],
      wires: [],
      outputs: [{ name: 'starts', from: { node: 's', port: 'out' } }],
    }),
  );
  await writeFile(
    path.join(folder, 'shifts.json'),
    JSON.stringify({
      shifts: [{ code: 'night', name, start: '20:00', end: '08:00', days: [1, 2, 3, 4, 5] }],
      exceptions: [{ date: '2026-05-01', name, shifts: [] }],
    }),
  );
  const window = ['--from', '2026-04-29T00:00:00+08:00', '--until', '2026-05-05T00:00:00+08:00'];
  const done = mw(...window, '--zone', 'Asia/Shanghai', '--calendar', 'shifts.json', '--out', 'out', '--json');
  expect(done.stderr).toBe('');
  expect(JSON.parse(done.stdout)).toMatchObject({ records: 3, outputs: { starts: { rows: 3 } }, deadLetters: 0 });
  const lines = (await readFile(path.join(folder, 'out/starts.csv'), 'utf8')).trim().split('\n');
  // Wednesday, Thursday; Friday 1 May is off; then Monday. 20:00 in Shanghai is 12:00 UTC
  expect(lines.slice(1).map((line) => line.split(',').filter((cell) => cell !== 'good'))).toEqual(
    ['2026-04-29', '2026-04-30', '2026-05-04'].map((day) => [`${day}T12:00:00.000Z`, 'demo', 'night', day, '0']),
  );
  const wrong = mw(...window, '--zone', 'Mars/Olympus');
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('Mars/Olympus')]);
  await writeFile(path.join(folder, 'shifts.json'), '{"shifts":[]}');
  expect(mw(...window, '--calendar', 'shifts.json')).toMatchObject({ status: 2, stderr: expect.stringContaining('shifts.json') });
});
