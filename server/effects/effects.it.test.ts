import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deadLetter, effect } from '#drizzle/schema/index.ts';
import { trimRows } from '#runtime/effects/dead-letters.ts';
import { claimEffects } from '#runtime/effects/outbox.ts';
import { reason } from '#runtime/effects/reasons.ts';
import { pack } from '#runtime/log/entry.ts';
import { as, code, OWN, one, openWorld, STRANGER } from '../operate/fixture.testing.ts';
import { inspectLetter } from './inspect-letter.ts';
import { listDeadLetters, listEffects } from './list-effects.ts';
import { settleLetter } from './settle-letter.ts';

let open: Awaited<ReturnType<typeof openWorld>>;
beforeAll(async () => {
  open = await openWorld();
});
afterAll(() => open.close());

const entry = () => ({
  kind: 'samples' as const,
  at: 1_795_000_000_000,
  origin: 'measured' as const,
  n: 1,
  tag: Int32Array.of(open.world.tagId),
  time: Float64Array.of(1_795_000_000_000),
  value: Float64Array.of(13),
});
const letter = async (more: Partial<typeof deadLetter.$inferInsert> = {}) =>
  one(
    await open.test.db
      .insert(deadLetter)
      .values({
        orgId: OWN.orgId,
        instanceId: open.world.instanceId,
        shardId: open.world.shardId,
        step: 4,
        node: 'mine',
        reason: 'TIMEOUT: the step took longer than 200 ms',
        line: 3,
        laneId: open.world.scan,
        seq: 7,
        entry: pack(entry()),
        ...more,
      })
      .returning(),
  ).id;
const failed = async (step: number, kind: string) => {
  const id = { shardId: open.world.shardId, step, ordinal: 0 };
  await open.test.db.insert(effect).values({
    ...id,
    orgId: OWN.orgId,
    instanceId: open.world.instanceId,
    node: 'n',
    key: 'C-101',
    kind,
    request: {},
    status: 'dead',
    attempts: 8,
    answered: true,
    answer: { ok: false, ...reason('receiver-away', { cause: 'ECONNREFUSED' }) },
  });
  return id;
};
let step = 100;
const settle = (what: Parameters<typeof settleLetter>[2]['what'], how: 'retry' | 'drop', actor = OWN) =>
  as(actor, (tx, a) => settleLetter(tx, a, { what, how }));

it('lists and shows what was set aside, with reasons in both languages, to its own organization alone', async () => {
  const id = await letter();
  await failed(1, 'notify.send');
  const own = await as(OWN, (tx, a) => listDeadLetters(tx, a.orgId));
  expect(own.letters).toMatchObject([
    { id, node: 'mine', line: 3, reason: { zh: '积木运行超过时间上限。' }, detail: null, repeatable: true },
  ]);
  expect(own.effects).toMatchObject([{ status: 'dead', answer: { reason: { zh: '接收方没有响应（ECONNREFUSED）。' } } }]);
  expect(await as(STRANGER, (tx, a) => listDeadLetters(tx, a.orgId))).toEqual({ letters: [], effects: [] });
  expect(await as(STRANGER, (tx, a) => listEffects(tx, a.orgId))).toEqual([]);
  expect(await as(OWN, (tx, a) => inspectLetter(tx, a.orgId, { id }))).toMatchObject({
    total: 1,
    samples: [{ tag: 'Air.Setpoint', unit: 'bar', value: 13, time: 1_795_000_000_000 }],
  });
  expect(await code(as(STRANGER, (tx, a) => inspectLetter(tx, a.orgId, { id })))).toBe('access.not-found');
});

it('a record is tried again as an entry of the log, once, by its own organization, and audited', async () => {
  const id = await letter();
  expect(await code(settle({ letter: id }, 'retry', STRANGER))).toBe('effects.settled');
  expect(await code(settle({ letter: id }, 'drop', STRANGER))).toBe('effects.settled');
  expect(await open.audited(STRANGER.orgId)).toEqual([]);
  expect(await settle({ letter: id }, 'retry')).toEqual({ settled: 'retried' });
  expect(await open.lastControl()).toMatchObject({
    type: 'retry',
    shardId: open.world.shardId,
    lane: open.world.scan,
    seq: 7,
    by: 'Zhang Wei',
    entry: { kind: 'samples', n: 1, value: Float64Array.of(13) },
  });
  expect(await code(settle({ letter: id }, 'retry'))).toBe('effects.settled');
  const row = await letter({ laneId: null, seq: null, entry: null, reason: 'no such recipe' });
  const { letters } = await as(OWN, (tx, a) => listDeadLetters(tx, a.orgId));
  expect(letters.find((l) => l.id === row)).toMatchObject({ detail: 'no such recipe', repeatable: false });
  expect(await code(settle({ letter: row }, 'retry'))).toBe('effects.row-not-kept');
  expect(await settle({ letter: row }, 'drop')).toEqual({ settled: 'dropped' });
  expect(await open.audited()).toEqual(expect.arrayContaining(['effects.retry', 'effects.drop']));
});

it('a message is sent again from its first attempt under the same key; a command is not repeated later', async () => {
  const message = await failed(2, 'notify.send');
  const command = await failed(3, 'tag.write');
  expect(await code(settle({ effect: message }, 'retry', STRANGER))).toBe('effects.settled');
  expect(await settle({ effect: message }, 'retry')).toEqual({ settled: 'retried' });
  expect(await claimEffects(open.test.db, { kinds: ['notify.send'] })).toMatchObject([
    { ...message, attempts: 1, answered: true },
  ]);
  expect(await code(settle({ effect: message }, 'retry'))).toBe('effects.settled');
  expect(await code(settle({ effect: command }, 'retry'))).toBe('effects.command-stays');
  expect(await settle({ effect: command }, 'drop')).toEqual({ settled: 'dropped' });
  const [kept] = await open.test.db.select().from(effect).where(eq(effect.step, 3));
  expect(kept).toMatchObject({ status: 'dead', settled: { how: 'dropped', by: 'Zhang Wei' } });
});

it.each(['tag.write', 'command.send', 'recipe.download', 'watchdog.beat', 'lease.take'])(
  'an act on a machine stays as it ended, whatever it was: %s',
  async (kind) => {
    const id = await failed(step++, kind);
    expect((await as(OWN, (tx, a) => listDeadLetters(tx, a.orgId))).effects.find((e) => e.step === id.step)).toMatchObject({
      kind,
      repeatable: false,
    });
    expect(await code(settle({ effect: id }, 'retry'))).toBe('effects.command-stays');
    expect(await code(settle({ effect: id }, 'drop', STRANGER))).toBe('effects.settled');
    expect(await settle({ effect: id }, 'drop')).toEqual({ settled: 'dropped' });
  },
);

it('a report is made and mailed again: its documents stand already', async () => {
  const id = await failed(step++, 'report.make');
  expect((await as(OWN, (tx, a) => listDeadLetters(tx, a.orgId))).effects.find((e) => e.step === id.step)).toMatchObject({
    repeatable: true,
  });
  expect(await settle({ effect: id }, 'retry')).toEqual({ settled: 'retried' });
  expect(await claimEffects(open.test.db, { kinds: ['report.make'] })).toMatchObject([{ ...id, attempts: 1, answered: true }]);
});

it('every reason that an act, a message or a report can end with is told in both languages', async () => {
  const ends = [
    reason('leased', { holder: 'Zhang Wei', seconds: 60 }),
    reason('recipe-in-part', { tag: 'T1', cause: { en: 'read-back differs', zh: '回读不一致' }, left: 'T2' }),
    reason('method-refused', { method: 'Start', cause: { en: 'BadInvalidState', zh: '状态无效' } }),
    reason('robot-signature', { status: 310_000 }),
    reason('mail-certificate'),
    reason('channel-no-files', { channel: 'hook' }),
  ];
  for (const why of ends) {
    const id = await failed(step++, 'notify.send');
    await open.test.db
      .update(effect)
      .set({ answer: { ok: false, ...why } })
      .where(eq(effect.step, id.step));
    const { effects } = await as(OWN, (tx, a) => listDeadLetters(tx, a.orgId));
    const told = effects.find((e) => e.step === id.step)?.answer?.reason;
    expect(told?.zh, why.code).toMatch(/\p{Script=Han}/u);
    expect(told?.zh).not.toMatch(/[{}]/);
    expect(told?.en).not.toMatch(/\p{Script=Han}|[{}]/u);
  }
});

it('of rows that a block refuses the newest are kept, and every entry that was set aside', async () => {
  const rows = { laneId: null, seq: null, entry: null, reason: 'no' };
  for (let i = 0; i < 5; i++) await letter({ ...rows, createdAt: new Date(1_700_000_000_000 + i) });
  const entryId = await letter({ createdAt: new Date(1_600_000_000_000) });
  const before = await open.test.db.select().from(deadLetter);
  const single = before.filter((l) => l.laneId === null);
  expect(await trimRows(open.test.db, 3)).toBe(single.length - 3);
  const after = await open.test.db.select().from(deadLetter);
  expect(after.filter((l) => l.laneId !== null)).toHaveLength(before.length - single.length);
  expect(after.some((l) => l.id === entryId)).toBe(true);
});
