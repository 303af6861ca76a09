import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Spool, SpoolFullError } from './spool.ts';

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'mw-spool-')), 's');
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));
const entry = (n: number, size = 4) => ({ lane: 3, seq: n, bytes: new Uint8Array(size).fill(n) });
const drain = async (spool: Spool) => {
  const all: number[] = [];
  for (let segment = await spool.oldest(); segment; segment = await spool.oldest()) {
    all.push(...segment.entries.map((one) => one.seq));
    await spool.remove(segment.name);
  }
  return all;
};

test('what was added comes back in order, also in another process, and the folder is gone after', async () => {
  const first = await Spool.open(folder, 1e6);
  await first.add([entry(1), entry(2)]);
  await first.add([entry(3)]);
  await first.close();
  const second = await Spool.open(folder, 1e6);
  await second.add([entry(4)]);
  const oldest = await second.oldest();
  expect(oldest?.first).toBe(1);
  expect(oldest?.entries[0]).toEqual({ lane: 3, seq: 1, bytes: Buffer.from([1, 1, 1, 1]) });
  expect(await drain(second)).toEqual([1, 2, 3, 4]);
  expect(second.empty).toBe(true);
  await expect(readdir(folder)).rejects.toThrow();
});
test('adding while it is drained keeps order', async () => {
  const spool = await Spool.open(folder, 1e6);
  await spool.add([entry(1)]);
  const oldest = await spool.oldest();
  await spool.add([entry(2)]);
  await spool.remove(oldest?.name ?? '');
  expect(await drain(spool)).toEqual([2]);
});
test('a record cut off by a power failure, or damaged, ends its segment; what is before it is whole', async () => {
  const spool = await Spool.open(folder, 1e6);
  await spool.add([entry(1), entry(2)]);
  await spool.close();
  const [name = ''] = (await readdir(folder)).filter((one) => one.endsWith('.seg'));
  await appendFile(join(folder, name), Buffer.from([9, 0, 0, 0, 1, 2]));
  const again = await Spool.open(folder, 1e6);
  expect((await again.oldest())?.entries.map((one) => one.seq)).toEqual([1, 2]);
  const bytes = await readFile(join(folder, name));
  bytes[bytes.length - 8] = 77; // inside the second record
  await writeFile(join(folder, name), bytes);
  expect((await again.oldest())?.entries.map((one) => one.seq)).toEqual([1]);
});
test('places go on over processes and begin anew, under another id, when the spool was emptied', async () => {
  const first = await Spool.open(folder, 1e6);
  expect(await first.add([entry(1), entry(2)])).toBe(1);
  await first.close();
  const second = await Spool.open(folder, 1e6);
  expect(second.id).toBe(first.id);
  expect(await second.add([entry(3)])).toBe(3);
  const { id } = second;
  const ids: (string | undefined)[] = [];
  for (let segment = await second.oldest(); segment; segment = await second.oldest()) ids.push(await second.remove(segment.name));
  expect(ids).toEqual([undefined, id]);
  expect(await second.add([entry(4)])).toBe(1);
  expect(second.id).not.toBe(id);
});
test('it is bounded', async () => {
  const spool = await Spool.open(folder, 100);
  await spool.add([entry(1, 60)]);
  await expect(spool.add([entry(2, 60)])).rejects.toBeInstanceOf(SpoolFullError);
  expect(await drain(spool)).toEqual([1]);
});
