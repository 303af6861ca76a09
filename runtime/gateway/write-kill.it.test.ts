/** A gateway killed with -9 in the middle of a write: the machine has the old value or the new one, and the asking app gets one answer, which is honest. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { lane } from '#drizzle/schema/index.ts';
import { expireEffects } from '#runtime/effects/outbox.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { MASTER_KEY } from './fixture.testing.ts';
import { station } from './station.testing.ts';

vi.setConfig({ testTimeout: 180_000 });
const OLD = 70;
const NEW = 75;

test.for([
  { moment: 'when the interlock was asked and the command not yet sent', at: 'interlock', holds: OLD },
  { moment: 'when the machine had the command and its answer was on the way', at: 'command', holds: NEW },
])(
  'a gateway killed $moment: the machine holds one of both values, the app hears once that nobody knows',
  async ({ at, holds }) => {
    await using s = await station();
    // polled once an hour: whoever reads it after the start judges the interlock
    s.device.words.set('1/coil/1', 1);
    const guard = await s.tag(s.id, '1/coil/1', { type: 'boolean', samplePeriodMs: 3_600_000, staleAfterMs: 7_200_000 });
    let gateway: ChildProcess | undefined;
    let asked = false;
    let commands = 0;
    const { get, set } = s.device.words;
    const kill = () => gateway?.kill('SIGKILL');
    s.device.words.get = (key) => {
      if (asked && at === 'interlock' && key === '1/coil/1') kill();
      return get.call(s.device.words, key);
    };
    s.device.words.set = (key, value) => {
      if (asked) commands++;
      if (asked && at === 'command') kill();
      return set.call(s.device.words, key, value);
    };
    const start = () => {
      gateway = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./main.ts', import.meta.url))],
        {
          env: {
            ...process.env,
            DATABASE_URL: s.url,
            MILLWRIGHT_DATA: s.dataFolder,
            MILLWRIGHT_MASTER_KEY: MASTER_KEY,
            MILLWRIGHT_BROKER_PORT: 'off',
          },
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      );
    };
    start();
    try {
      await until('live', async () => (await s.status(s.id)).state === 'live', 60_000);
      asked = true;
      const values = { guard: { tagId: guard, gain: 1, offset: 0 } };
      const preconditions = [{ node: 'lock', expression: 'guard > 0', maxAge: 2_000, values }];
      const effect = await s.ask({ value: NEW / 10, preconditions }, { deadline: new Date(Date.now() + 6_000) });
      await until('killed', () => gateway?.signalCode === 'SIGKILL', 30_000);
      expect(get.call(s.device.words, '1/holding/0')).toBe(holds);
      // its successor does not repeat it; the runner answers when its time is over, as it does every second
      asked = false;
      start();
      await until(
        'an answer',
        async () => {
          await expireEffects(s.db);
          return (await effect())?.answer !== null;
        },
        30_000,
      );
      expect(await effect()).toMatchObject({ status: 'failed', attempts: 1, answer: { ok: false, code: 'outcome-unknown' } });
      expect(await expireEffects(s.db)).toBe(0);
      expect(get.call(s.device.words, '1/holding/0')).toBe(holds);
      expect(commands).toBe(at === 'command' ? 1 : 0);
      const [control] = await s.db.select().from(lane).where(eq(lane.kind, 'control'));
      const reader = await openLogReader(s.url);
      const rows = await reader.readAfter([control?.id ?? 0], [0], 100);
      await reader.close();
      const answers = rows.flatMap(({ entry }) =>
        entry.kind === 'control' && entry.event.type === 'answer' ? [entry.event] : [],
      );
      expect(answers).toMatchObject([{ shardId: 1, step: 1, ok: false, reason: 'outcome-unknown' }]);
    } finally {
      gateway?.kill('SIGKILL');
    }
  },
);
