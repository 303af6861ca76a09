import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app } from '#drizzle/schema/index.ts';
import { type TestDatabase, testDatabase } from '#drizzle/seed/test-database.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { openBlobStore } from '#runtime/log/blobs.ts';
import { connectLog } from '#runtime/log/connection.ts';
import { unpack } from '#runtime/log/entry.ts';
import { openLogReader } from '#runtime/log/reader.ts';
import { openScanWriter } from '#runtime/log/scan-writer.ts';
import { performRun } from '#runtime/worker/replay-run.ts';
import { auth, closeAuth } from '../auth.ts';
import { createContext } from '../context.ts';
import { database } from '../db.ts';
import { closeLogReader } from '../history/log-reader.ts';
import { createCaller } from '../root.ts';
import { handleRest } from './handle.ts';
import { closePushWriter } from './push-writer.ts';

/** The handler behind a real HTTP server, so that bodies, headers and status go over a socket. */
function serve(): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const part of request) body.push(part as Buffer);
    const init = { method: request.method ?? 'GET', headers: request.headers as Record<string, string> };
    const whole = request.method === 'GET' ? init : { ...init, body: Buffer.concat(body) };
    const answer = await handleRest(new Request(`http://${request.headers.host}${request.url}`, whole));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/v1`, server });
    }),
  );
}

describe('the programming interface', () => {
  let test: TestDatabase;
  let server: Server;
  let url: string;
  let orgId: string;
  let key: string;
  let narrow: string;
  const ask = (path: string, init: RequestInit & { key?: string } = {}) => {
    const { key: own = key, ...rest } = init;
    return fetch(`${url}${path}`, {
      ...rest,
      headers: { 'content-type': 'application/json', ...(own ? { authorization: `Bearer ${own}` } : {}) },
    });
  };
  const push = (samples: unknown[], init = {}) => ask('/samples', { method: 'POST', body: JSON.stringify({ samples }), ...init });

  beforeAll(async () => {
    test = await testDatabase();
    process.env.DATABASE_URL = test.url;
    process.env.MILLWRIGHT_MASTER_KEY = 'a master key of at least thirty-two letters';
    ({ url, server } = await serve());
    const person = { name: 'E', email: 'e@example.com', password: 'long enough word' };
    const signed = await auth().api.signUpEmail({ body: person, returnHeaders: true });
    const cookie = signed.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const caller = () => createCaller(createContext(new Headers({ cookie })));
    orgId = (await caller().organization.create({ name: 'Baoan' })).orgId;
    key = (await caller().keys.create({ name: 'all', scopes: ['samples.write', 'history.read', 'alarms.read', 'runs.start'] }))
      .key;
    narrow = (await caller().keys.create({ name: 'alarms only', scopes: ['alarms.read'] })).key;
    // The key that may write has made the connection that pushed tags need.
    const [connection] = await test.sql`select id from connection where org_id = ${orgId} and connector = 'push'`;
    await test.sql`insert into asset (id, org_id, level, code, name) values ('019a0000-0000-7000-8000-000000000001', ${orgId}, 'asset', 'C-101', '{"en":"C","zh":"C"}')`;
    await test.sql`insert into tag (org_id, asset_id, name, type, unit, low, high, connection_id, gain) values
      (${orgId}, '019a0000-0000-7000-8000-000000000001', 'C-101.p', 'number', 'bar', 0, 16, ${connection?.id}, 1),
      (${orgId}, '019a0000-0000-7000-8000-000000000001', 'C-101.t', 'number', 'Cel', null, null, ${connection?.id}, 0.1),
      (${orgId}, '019a0000-0000-7000-8000-000000000001', 'C-101.run', 'boolean', null, null, null, ${connection?.id}, 1),
      (${orgId}, '019a0000-0000-7000-8000-000000000001', 'other', 'number', null, null, null, null, 1)`;
  });
  afterAll(async () => {
    server.close();
    await closePushWriter();
    await closeLogReader();
    await closeAuth();
    await database().close();
    await test.close();
  });

  it('describes itself in OpenAPI 3.1', async () => {
    const document = (await (await ask('/openapi.json', { key: '' })).json()) as {
      openapi: string;
      paths: Record<string, unknown>;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual([
      '/samples',
      '/tags',
      '/history',
      '/history/rollups',
      '/history/resampled',
      '/alarms',
      '/events',
      '/backtests',
      '/runs',
      '/records',
      '/record',
    ]);
    expect(document).toMatchObject({
      paths: {
        '/samples': { post: { requestBody: { content: { 'application/json': { schema: { required: ['samples'] } } } } } },
      },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    });
  });

  it('appends pushed samples to the log, scaled and judged, and reads them back', async () => {
    const t0 = Date.parse('2026-01-05T08:00:00Z');
    const at = (s: number) => new Date(t0 + s * 1000).toISOString();
    const answer = await push([
      { tag: 'C-101.p', time: at(0), value: 7.5 },
      { tag: 'C-101.p', time: at(1), value: 17 },
      { tag: 'C-101.p', time: at(2), value: null },
      { tag: 'C-101.t', time: '2026-01-05T16:00:00+08:00', value: 412, quality: 'uncertain:manual' },
      { tag: 'C-101.run', time: at(0), value: true },
    ]);
    expect(await answer.json()).toEqual({ accepted: 5 });
    const log = await connectLog(test.url, 'test');
    const { rows } = await log.query<{ lane: number; seq: number; data: Buffer }>(
      'select lane, seq, data from log order by lane, seq',
    );
    await log.end();
    expect(rows).toHaveLength(1);
    const entry = unpack(rows[0]?.data ?? Buffer.alloc(0));
    expect(entry).toMatchObject({ kind: 'samples', origin: 'measured', n: 5 });

    const read = async (tag: string) =>
      (await ask(`/history?tag=${encodeURIComponent(tag)}&from=2026-01-05T07:59:00Z&to=2026-01-05T08:10:00Z`)).json();
    expect(await read('C-101.p')).toEqual({
      tag: 'C-101.p',
      unit: 'bar',
      samples: [
        { time: at(0), value: 7.5, quality: 'good', origin: 'measured' },
        { time: at(1), value: 17, quality: 'bad:out-of-range', origin: 'measured' },
        { time: at(2), value: null, quality: 'bad', origin: 'measured' },
      ],
    });
    // 412 × 0.1, at 16:00 in Shanghai = 08:00 UTC
    expect(await read('C-101.t')).toMatchObject({ samples: [{ time: at(0), value: 41.2, quality: 'uncertain:manual' }] });
    expect(await read('C-101.run')).toMatchObject({ samples: [{ value: 1 }] });
    const [connection] = await test.sql`select status from connection where org_id = ${orgId}`;
    expect(connection?.status).toMatchObject({ state: 'live' });
  });

  it('rolls up and resamples what was pushed, and refuses a grid that cannot be', async () => {
    const window = 'tag=C-101.p&from=2026-01-05T08:00:00Z&to=2026-01-05T08:00:04Z';
    const json = async (path: string) => (await ask(path)).json();
    expect(await json(`/history/rollups?${window}&unit=day&zone=Asia/Shanghai`)).toEqual({
      tag: 'C-101.p',
      unit: 'bar',
      // Of 7.5, a bad 17 and a bad value that is missing: one is usable. Midnight in Shanghai is 16:00 UTC.
      rollups: [
        {
          time: '2026-01-04T16:00:00.000Z',
          n: 3,
          count: 1,
          min: 7.5,
          max: 7.5,
          mean: 7.5,
          first: 7.5,
          last: 7.5,
          quality: 'bad:out-of-range',
        },
      ],
    });
    expect(await json(`/history/resampled?${window}&unit=second&method=step`)).toMatchObject({
      samples: [
        { value: 7.5, quality: 'good' },
        { value: null, quality: 'bad:out-of-range' },
        { value: null, quality: 'bad' },
        { value: null, quality: 'bad' },
      ],
    });
    expect(await json(`/history/rollups?${window}&unit=day&zone=Mars/Olympus`)).toMatchObject({ code: 'history.grid' });
    expect((await ask(`/history/resampled?${window}&unit=second`)).status).toBe(400);
    expect(await json('/events?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z')).toEqual({ events: [] });
    expect((await ask('/events?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z', { key: narrow })).status).toBe(403);
  });

  it('numbers the entries of pushes that come at once without a gap', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        push([{ tag: 'C-101.p', time: new Date(Date.now() - i * 1000).toISOString(), value: i }]),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(12).fill(200));
    const rows = await test.sql`select seq::int from log order by seq`;
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, i) => i + 1));
  });

  it('pages history by time', async () => {
    const page = async (from: string) =>
      (await (await ask(`/history?tag=C-101.p&from=${from}&to=2026-01-05T09:00:00Z&limit=2`)).json()) as {
        samples: { time: string }[];
        next?: string;
      };
    const first = await page('2026-01-05T08:00:00Z');
    expect(first.samples).toHaveLength(2);
    expect(first.next).toBe('2026-01-05T08:00:02.000Z');
    const second = await page(first.next ?? '');
    expect(second.samples).toHaveLength(1);
    expect(second.next).toBeUndefined();
  });

  it('lists tags and alarms', async () => {
    expect(await (await ask('/tags?limit=2')).json()).toMatchObject({
      tags: [{ name: 'C-101.p', unit: 'bar', asset: 'C-101' }, { name: 'C-101.run' }],
      next: 'C-101.run',
    });
    expect(await (await ask('/alarms?state=unack-active&state=ack-active')).json()).toEqual({ alarms: [] });
  });

  it('starts a backtest on data as they arrived, and tells its figures once a worker has done it', async () => {
    const graph = {
      format: 1,
      roles: [{ name: 'p', title: { en: 'p', zh: 'p' } }],
      nodes: [{ id: 'p', block: 'millwright/source.tag', version: '1.0.0', params: { role: 'p' } }],
      wires: [],
      outputs: [{ name: 'p', from: { node: 'p', port: 'out' } }],
    };
    const [place] = await test.sql`select id from tag where name = 'other'`;
    const draft = {
      ...{ orgId, slug: 'seen', name: { en: 'Seen', zh: '所见' }, graph: graphDocument.parse(graph) },
      binding: { assetId: '019a0000-0000-7000-8000-000000000001', roles: { p: { tagId: Number(place?.id) } } },
    };
    await test.db.insert(app).values(draft);
    const wish = { app: 'seen', from: '2026-01-05T12:00:00Z', to: '2026-01-05T20:30:00+08:00', input: 'arrived' };
    const start = (body: object, own = key) => ask('/backtests', { method: 'POST', body: JSON.stringify(body), key: own });
    const { runId } = (await (await start(wish)).json()) as { runId: string };
    const read = async () => (await ask(`/runs?id=${runId}`)).json();
    expect(await read()).toMatchObject({ id: runId, status: 'queued', report: null });
    const time = Date.parse(wish.from);
    const sample = { kind: 'samples' as const, at: time, origin: 'measured' as const, n: 2 };
    const columns = {
      tag: Int32Array.of(Number(place?.id), Number(place?.id)),
      time: Float64Array.of(time, time + 1),
      value: Float64Array.of(6, 7),
    };
    const [lane] =
      await test.sql`insert into lane (org_id, kind, scan_group) values (${orgId}, 'scan', 'rest test') returning id`;
    await test.sql`update tag set lane_id = ${lane?.id} where id = ${place?.id}`;
    const writer = await openScanWriter(test.url, [Number(lane?.id)]);
    await writer.append([{ lane: Number(lane?.id), entry: { ...sample, ...columns } }]);
    await writer.close();
    const reader = await openLogReader(test.url);
    const tools = {
      db: test.db,
      reader,
      blobs: openBlobStore('/nonexistent'),
      dataFolder: '/nonexistent',
      holder: 'w1',
      onFatal: () => {},
    };
    await performRun(tools, runId, new AbortController().signal);
    await reader.close();
    expect(await read()).toMatchObject({
      status: 'done',
      progress: 1,
      error: null,
      report: {
        input: 'arrived',
        samples: 2,
        outputs: [{ name: 'p', rows: 2 }],
        alarms: 0,
        effects: {},
        difference: null,
        source: { kind: 'log' },
        wavesGone: 0,
      },
    });
    expect((await start({ ...wish, app: 'nothing' })).status).toBe(404);
    expect((await start(wish, narrow)).status).toBe(403);
    expect((await start({ ...wish, input: 'raw' })).status).toBe(400);
  });

  describe('refuses, as RFC 9457 problems with a stable code', () => {
    const problem = async (response: Response) => {
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      const body = (await response.json()) as { code: string; status: number; errors?: { path: string; detail: string }[] };
      expect(body.status).toBe(response.status);
      return body;
    };

    it('no key, a wrong one, one without the scope, a revoked one', async () => {
      expect(await problem(await ask('/tags', { key: '' }))).toMatchObject({ status: 401, code: 'api.key-missing' });
      expect(await problem(await ask('/tags', { key: 'mw_wrong' }))).toMatchObject({ status: 401, code: 'api.key-refused' });
      expect(await problem(await ask('/tags', { key: narrow }))).toMatchObject({ status: 403, code: 'api.scope-missing' });
      await test.sql`delete from apikey where name = 'alarms only'`;
      expect(await problem(await ask('/alarms', { key: narrow }))).toMatchObject({ status: 401, code: 'api.key-refused' });
    });

    it('samples that are wrong, each named, and stores none of the request', async () => {
      const before = (await test.sql`select count(*)::int as n from log`)[0]?.n;
      const wrong = await problem(
        await push([
          { tag: 'C-101.p', time: '2026-01-05T08:00:00Z', value: 1 },
          { tag: 'C-101.p', time: '2026-01-05T08:00:00Z', value: 'seven' },
          { tag: 'C-101.p', time: '2099-01-05T08:00:00Z', value: 1 },
        ]),
      );
      expect(wrong).toMatchObject({ status: 400, code: 'input.invalid' });
      expect(wrong.errors).toEqual([
        { path: 'samples.1.value', detail: 'the tag wants a number' },
        { path: 'samples.2.time', detail: 'lies more than an hour in the future' },
      ]);
      const shape = await problem(await push([{ tag: 'C-101.p', time: 'yesterday', value: 1, quality: 'nice' }]));
      expect(shape.errors?.map((error) => error.path)).toEqual(['samples.0.time', 'samples.0.quality']);
      expect((await test.sql`select count(*)::int as n from log`)[0]?.n).toBe(before);
    });

    it('tags that are absent, another organization’s, or not pushed', async () => {
      await test.sql`insert into asset (id, org_id, level, code, name) values ('019a0000-0000-7000-8000-000000000002', 'else', 'asset', 'X', '{"en":"X"}')`;
      await test.sql`insert into tag (org_id, asset_id, name) values ('else', '019a0000-0000-7000-8000-000000000002', 'theirs')`;
      for (const tag of ['absent', 'theirs', 'other']) {
        const answer = await problem(await push([{ tag, time: '2026-01-05T08:00:00Z', value: 1 }]));
        expect(answer, tag).toMatchObject({ status: 404, code: 'access.not-found' });
      }
      expect(await problem(await ask('/history?tag=theirs&from=2026-01-05T08:00:00Z&to=2026-01-05T09:00:00Z'))).toMatchObject({
        status: 404,
      });
    });

    it('a body that is no JSON or too large, a window that is too long, an address that is not there', async () => {
      expect(await problem(await ask('/samples', { method: 'POST', body: '{"samples":' }))).toMatchObject({
        code: 'api.not-json',
      });
      const large = JSON.stringify({ samples: [], pad: 'x'.repeat(5_000_000) });
      expect(await problem(await ask('/samples', { method: 'POST', body: large }))).toMatchObject({ status: 413 });
      expect(await problem(await ask('/history?tag=C-101.p&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z'))).toMatchObject({
        code: 'input.invalid',
        errors: [{ path: 'to' }],
      });
      expect(await problem(await ask('/nothing'))).toMatchObject({ status: 404, code: 'api.no-such-address' });
      expect(await problem(await ask('/tags', { method: 'POST', body: '{}' }))).toMatchObject({ code: 'api.no-such-address' });
    });
  });

  it('puts the events of other systems into the log, each once by its id, and refuses a wrong one with the whole request', async () => {
    const send = (...events: object[]) => ask('/events', { method: 'POST', body: JSON.stringify({ events }) });
    const one = {
      id: 'mes-1',
      kind: 'cycle',
      subject: 'press-3',
      asset: 'C-101',
      time: '2026-01-05T16:00:00+08:00',
      value: 12.5,
    };
    expect(await (await send(one, { ...one, id: 'mes-2', data: { good: 4 } }, one)).json()).toEqual({ accepted: 2 });
    expect(await (await send(one, { ...one, id: 'mes-3' })).json()).toEqual({ accepted: 1 });
    const [lane] = await test.sql<{ id: number }[]>`select id from lane where org_id = ${orgId} and kind = 'control'`;
    const reader = await openLogReader(test.url);
    const rows = await reader.readAfter([lane?.id ?? 0], [0], 100);
    await reader.close();
    const told = rows.flatMap(({ entry }) => (entry.kind === 'control' && entry.event.type === 'event' ? [entry.event] : []));
    expect(told.map((event) => event.id)).toEqual(['mes-1', 'mes-2', 'mes-3']);
    const time = Date.UTC(2026, 0, 5, 8);
    expect(told[1]).toMatchObject({ kind: 'cycle', subject: 'press-3', about: 'C-101', time, value: 12.5, data: { good: 4 } });
    for (const [wrong, why] of [
      [{ ...one, id: 'mes-4', kind: 'alarm' }, 'kind'],
      [{ ...one, id: 'mes-4', time: 'yesterday' }, 'time'],
      [{ ...one, id: 'mes-4', data: { text: 'x'.repeat(20_000) } }, 'data'],
    ] as const) {
      const answer = await send({ ...one, id: 'mes-5' }, wrong);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(why)]);
    }
    // nothing of a refused request was taken
    expect(await (await send({ ...one, id: 'mes-5' })).json()).toEqual({ accepted: 1 });
  });
});
