import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '#drizzle/client.ts';
import { asset, lane, tag } from '#drizzle/schema/index.ts';
import { openNotifier } from '#runtime/log/notify.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import type { Figure, FigureSet } from '../figure.ts';
import { productFolder, startProduct } from '../product.ts';

const SAMPLES_A_SECOND = 1_000;
const TAGS = 100;
const EVERY_MS = (1_000 * TAGS) / SAMPLES_A_SECOND;
const WARM_MS = 5_000;
const WATCH_MS = 30_000;
/** Tags on the screen that is looked at. */
const SHOWN = 20;

/**
 * From the moment a sample is measured to the moment a browser has it: append, wake-up, web process, server-sent event over HTTP. The whole
 * product runs; the figure writes the samples into its log itself, as a gateway does, and so knows when each was made.
 */
const sampleToScreen: FigureSet = {
  name: 'sample-to-screen',
  async run() {
    using data = productFolder();
    const url = join(data.folder, 'postgres', 's');
    const product = await startProduct(data.folder, '--no-demo');
    try {
      const person = await setUp(product.url);
      const { tags, scan } = await makeTags(url, person.orgId);
      const stop = new AbortController();
      const shown = tags.slice(0, SHOWN);
      const delays: number[] = [];
      let counting = false;
      const watching = watch(product.url, person.cookie, shown, stop.signal, (time) => {
        if (counting) delays.push(Date.now() - time);
      });
      const writer = await openScanWriter(url, [scan]);
      const notify = openNotifier(url);
      const until = performance.now() + WARM_MS + WATCH_MS;
      for (let due = performance.now(); due < until; due += EVERY_MS) {
        const rest = due - performance.now();
        if (rest > 0) await sleep(rest);
        counting = due > until - WATCH_MS;
        const at = Date.now();
        const entry = {
          kind: 'samples' as const,
          at,
          origin: 'measured' as const,
          n: TAGS,
          tag: Int32Array.from(tags),
          time: new Float64Array(TAGS).fill(at),
          value: Float64Array.from(tags, (_, i) => Math.sin(at / 1000 + i)),
        };
        await writer.append([{ lane: scan, entry }]);
        notify.lanes([scan]);
      }
      await sleep(1_000);
      stop.abort();
      await watching;
      await writer.close();
      await notify.close();
      delays.sort((a, b) => a - b);
      const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
      const conditions = `${SAMPLES_A_SECOND} samples/s (${TAGS} tags every ${EVERY_MS} ms), a client with ${SHOWN} of them over server-sent events, ${delays.length} values in ${WATCH_MS / 1000} s, same machine and clock`;
      const figures: Figure[] = [
        { name: 'sample to screen: median', value: at(0.5), unit: 'ms', conditions, goal: { atMost: 150 } },
        { name: 'sample to screen: 99 %', value: at(0.99), unit: 'ms', conditions, goal: { atMost: 500 } },
      ];
      return figures;
    } finally {
      await product.stop();
    }
  },
};
export default sampleToScreen;

async function setUp(base: string): Promise<{ cookie: string; orgId: string }> {
  const post = async (path: string, body: unknown) => {
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: base },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return { answer: JSON.parse(text), cookies: response.headers.getSetCookie().map((c) => c.split(';')[0]) };
  };
  const person = { organization: 'Bench', name: 'Bench', email: 'bench@example.com', password: 'a long bench sentence' };
  const { answer } = await post('/api/trpc/firstRun.setUp', { json: person });
  const { cookies } = await post('/api/auth/sign-in/email', { email: person.email, password: person.password });
  return { cookie: cookies.join('; '), orgId: answer.result.data.json.orgId };
}

async function makeTags(url: string, orgId: string): Promise<{ tags: number[]; scan: number }> {
  const { db, close } = openDatabase(url, { max: 1, name: 'bench' });
  try {
    const [place] = await db
      .insert(asset)
      .values({ orgId, level: 'asset', code: 'B', name: { en: 'B', zh: 'B' } })
      .returning();
    const [group] = await db.insert(lane).values({ orgId, kind: 'scan' }).returning();
    if (!place || !group) throw new Error('nothing was inserted');
    const rows = await db
      .insert(tag)
      .values(Array.from({ length: TAGS }, (_, i) => ({ orgId, assetId: place.id, name: `B.${i}`, laneId: group.id })))
      .returning();
    return { tags: rows.map((r) => r.id), scan: group.id };
  } finally {
    await close();
  }
}

/** Reads the stream as a browser's EventSource does. */
async function watch(
  base: string,
  cookie: string,
  ids: number[],
  signal: AbortSignal,
  on: (time: number) => void,
): Promise<void> {
  const input = encodeURIComponent(JSON.stringify({ json: { ids } }));
  const response = await fetch(`${base}/api/trpc/history.live?input=${input}`, {
    headers: { cookie, accept: 'text/event-stream' },
    signal,
  });
  if (!response.ok || !response.body) throw new Error(`live: ${response.status} ${await response.text()}`);
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const part of response.body) {
      text += decoder.decode(part, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const line = text
          .slice(0, end)
          .split('\n')
          .find((l) => l.startsWith('data: '));
        text = text.slice(end + 2);
        const message = line ? (JSON.parse(line.slice(6)) as { json?: { values?: { time: number }[] } }) : undefined;
        for (const value of message?.json?.values ?? []) on(value.time);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
