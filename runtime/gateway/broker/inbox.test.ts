import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Inbox, InboxFullError } from './inbox.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mw-inbox-'));
});
afterEach(async () => {
  for (const inbox of opened.splice(0)) await inbox.close().catch(() => {}); // some tests close their own
  await rm(folder, { recursive: true, force: true });
});
const opened: Inbox[] = [];
const open = async (limits?: Parameters<typeof Inbox.open>[1]) => {
  const inbox = await Inbox.open(folder, limits);
  opened.push(inbox);
  return inbox;
};

const message = (text: string, more: object = {}) => ({
  topic: 'a/b',
  payload: Buffer.from(text),
  qos: 1 as const,
  retain: false,
  ...more,
});
const left = (inbox: Inbox) =>
  [...inbox.kept].map(({ payload, waits }) => [payload.toString(), Object.fromEntries(waits)] as const);
/** As a kill would: the earlier one is not closed. */
const again = () => open();

test('what was kept waits for every session until it has it, over processes, with the packet id that it was sent under', async () => {
  const first = await open();
  await first.subscribe('s1', [{ topic: 'a/#', qos: 1 }]);
  const one = await first.keep(message('1'), ['s1', 's2']);
  const two = await first.keep(message('2'), ['s1']);
  await first.sent(one, 's1', 7);
  await first.done(one, 's2');
  await first.done(two, 's1');
  const second = await again();
  expect(left(second)).toEqual([['1', { s1: 7 }]]);
  expect(second.sessions.get('s1')?.get('a/#')).toEqual({ topic: 'a/#', qos: 1 });
  await second.done(one, 's1');
  const third = await again();
  expect(left(third)).toEqual([]);
  expect(third.bytes).toBe(0);
  expect(await third.keep(message('3'), ['s1']), 'numbers go on while anything is kept').toBeGreaterThan(0);
});

test('a message that its device sends again is known, also when nothing waits for it any more', async () => {
  const first = await open();
  const n = await first.keep(message('1'), ['s'], { client: 'dev', packetId: 5 });
  await first.done(n, 's');
  for (const inbox of [first, await again(), await again()]) {
    expect(inbox.knows({ client: 'dev', packetId: 5 }, message('1'))).toBe(true);
    expect(inbox.knows({ client: 'dev', packetId: 6 }, message('1'))).toBe(false);
    expect(inbox.knows({ client: 'dev', packetId: 5 }, message('2'))).toBe(false);
  }
});

test('a retained message stays until another takes its place', async () => {
  const first = await open();
  await first.keep(message('old', { retain: true }), []);
  await first.keep(message('new', { retain: true }), ['s']);
  const second = await again();
  expect(left(second)).toEqual([['new', { s: 0 }]]);
  await second.forget('s');
  const third = await again();
  expect(left(third)).toEqual([['new', {}]]);
  await third.keep(message('', { retain: true }), []);
  expect(left(await again())).toEqual([]);
});

test('it is bounded for each session and altogether, and a record cut off by a kill ends the journal', async () => {
  const inbox = await open({ session: 1000, total: 2000 });
  const big = message('x'.repeat(500));
  await inbox.keep(big, ['s1']);
  await expect(inbox.keep(big, ['s1'])).rejects.toBeInstanceOf(InboxFullError);
  await inbox.keep(big, ['s2']);
  await expect(inbox.keep(big, ['s3'])).rejects.toBeInstanceOf(InboxFullError);
  await inbox.forget('s2');
  await inbox.keep(big, ['s3']);
  const [name = ''] = await readdir(folder);
  await appendFile(join(folder, name), Buffer.from([9, 0, 0, 0, 1, 2]));
  expect(left(await again()).length).toBe(2);
});

test('history is left behind: the journal stays near what is kept', async () => {
  const inbox = await open();
  const large = message('x'.repeat(1 << 20));
  for (let i = 0; i < 40; i++) await inbox.done(await inbox.keep(large, ['s']), 's');
  await inbox.keep(message('last'), ['s']);
  await expect.poll(() => readdir(folder)).toHaveLength(1);
  expect(Number((await readdir(folder))[0]?.slice(0, 8))).toBeGreaterThan(1);
  expect(left(await again())).toEqual([['last', { s: 0 }]]);
});

test('messages stay in their order while the journal is written anew', async () => {
  const inbox = await open();
  await inbox.subscribe('s1', [{ topic: 'a/#', qos: 1 }]);
  // the journal is past its limit as soon as the large one is done with: its bytes raise the limit while it waits
  const large = await inbox.keep(message('x'.repeat(1 << 20)), ['s1']);
  for (let i = 0; i < 17; i++) await inbox.done(await inbox.keep(message('y'.repeat(1 << 20)), ['s1']), 's1');
  const numbers: number[] = [];
  for (let i = 0; i < 20; i++) numbers.push(await inbox.keep(message(String(i)), ['s1']));
  const gone: number[] = [];
  const going = numbers.map((n, i) => inbox.sent(n, 's1', i + 1).then(() => gone.push(n)));
  await Promise.all([...going, inbox.done(large, 's1')]);
  expect(gone).toEqual(numbers);
  await inbox.close();
  expect(left(await again())).toEqual(numbers.map((_, i) => [String(i), { s1: i + 1 }]));
});
