/** What the connector does with every dialect, against the real server. */

import type { NetConnectOpts } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery, Sample, SampleSink, Session } from '#blocks/sdk/connector.ts';
import { Door } from '../door.testing.ts';
import { refusing } from '../flood.testing.ts';
import { connectorSuite, freePort, TestHost, type TestSource, until } from '../suite.ts';
import connector from './connector.ts';

export interface SqlServer {
  readonly at: NetConnectOpts;
  readonly settings: Record<string, unknown>;
  readonly password: string;
  readonly schema: string;
  /** Type of a time without zone, to the microsecond. */
  readonly stamp: string;
  query(sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

const TABLES = (stamp: string) => [
  `create table readings (id int primary key, machine varchar(20), force_kn numeric(10,3), running boolean, state varchar(20), ts ${stamp})`,
  'create table state_now (speed numeric(10,3), machine varchar(20))',
  "insert into state_now values (12.5, 'P1')",
  `create table setpoints (force_kn numeric(10,3), ts ${stamp})`,
  `create table many (ts ${stamp}, ${Array.from({ length: 130 }, (_, i) => `m${i} int`).join(', ')})`,
];

/** Rows come every 50 ms beside the door, as from an MES of its own. */
class Mes implements TestSource {
  readonly #server: SqlServer;
  readonly #door: Door;
  #timer: NodeJS.Timeout | undefined;
  #id = 1;
  constructor(server: SqlServer, door: Door) {
    this.#server = server;
    this.#door = door;
  }
  async start(): Promise<void> {
    await this.#door.open();
    this.#timer ??= setInterval(() => {
      const ts = new Date().toISOString().slice(0, -1).replace('T', ' ');
      this.#server
        .query(
          `insert into readings values (${this.#id++}, 'P1', 7.25, true, 'run', '${ts}'), (${this.#id++}, 'P2', 1, false, 'stop', '${ts}')`,
        )
        .catch(() => {}); // the server is closed while one is on its way
    }, 50);
  }
  async stop(): Promise<void> {
    await this.#door.shut();
  }
  async silence(on: boolean): Promise<void> {
    this.#door.silence(on);
  }
  async written(): Promise<number | undefined> {
    const [row] = await this.#server.query('select force_kn as f from setpoints order by ts desc limit 1');
    return row ? Number(row.f) : undefined;
  }
  end(): void {
    clearInterval(this.#timer);
  }
}

export function sqlSuite(name: string, serve: () => Promise<SqlServer>): void {
  describe(name, () => {
    let server: SqlServer;
    let port = 0;
    let mes: Mes | undefined;
    beforeAll(async () => {
      server = await serve();
      for (const sql of TABLES(server.stamp)) await server.query(sql);
    }, 120_000);
    afterAll(async () => {
      mes?.end();
      await server.close();
    });
    const settings = () => ({ ...server.settings, host: '127.0.0.1', port, timeoutMs: 1500, overlap: 2 });

    connectorSuite(name, {
      connector,
      source: async () => {
        port = await freePort();
        mes = new Mes(server, new Door(port, server.at));
        return mes;
      },
      settings,
      secrets: { password: 'right' },
      tags: [
        { address: 'readings[machine=P1]#force_kn@ts', type: 'number', value: 7.25 },
        { address: 'readings[machine=P1,state=run]#running@ts', type: 'boolean', value: true },
        { address: 'readings[machine=P2]#state@ts', type: 'text', value: 'stop' },
        { address: 'state_now[machine=P1]#speed', type: 'number', value: 12.5 },
      ],
      writable: { address: 'setpoints#force_kn@ts>setpoints#force_kn@ts', type: 'number', value: 720 },
      readOnly: { address: 'readings[machine=P1]#force_kn@ts', type: 'number' },
      absent: { address: 'nothing#x@ts', type: 'number' },
      malformed: ['', 'readings', '#x', 'a.b.c#x', 'a[b]#x', 'a b#x', "a'#x", 'a#x@', 'a#x>', 'a#x>b[k=1]#x', 'a;drop#x'],
      flood: () =>
        refusing((on) =>
          server.query(`alter table ${on ? 'readings' : 'readings_away'} rename to ${on ? 'readings_away' : 'readings'}`),
        ),
      refused: { settings: { username: 'nobody' }, part: 'permission' },
    });

    describe('rows', () => {
      let host: TestHost;
      let table = 0;
      let door: Door;
      /** What the log has: a row that it knows is passed over, as the gateway does. */
      let logged: Map<bigint, readonly Sample[]>;
      let refuse = false;
      const sink: SampleSink = async (samples, delivery?: Delivery) => {
        const print = delivery?.message?.print;
        if (print === undefined) throw new Error('a row has a print');
        if (delivery?.message?.again && logged.has(print)) return;
        if (refuse) throw new Error('log away');
        if (logged.has(print)) throw new Error(`row twice: ${JSON.stringify(samples)}`);
        logged.set(print, samples);
      };
      const values = () => [...logged.values()].flat().map((s) => s.value);
      const open = (more: Record<string, unknown> = {}): Promise<Session> =>
        connector.open(
          connector.manifest.settings.parse({ ...settings(), port: door.port, from: 'all', ...more }),
          { password: 'right' },
          host,
        );
      const tags = (address: string) => [{ tagId: 1, address, type: 'number' as const, samplePeriodMs: 100, confirmMs: 60_000 }];
      beforeAll(async () => {
        door = new Door(await freePort(), server.at);
        await door.open();
      });
      afterAll(() => door.shut());
      beforeEach(async () => {
        host = new TestHost();
        logged = new Map();
        refuse = false;
        table++;
        await server.query(`create table t${table} (id int, v numeric(10,3), ts ${server.stamp})`);
      });
      const row = (id: number, v: number | string = id, ts = '2026-03-01 08:00:00.123456') => `(${id}, ${v}, '${ts}')`;

      it('takes each row once, over failures of the log, kills, and rows that others commit late', async () => {
        const t = `t${table}`;
        await server.query(`insert into ${t} values ${[1, 2, 4].map((id) => row(id)).join(', ')}`);
        let session = await open({ cursor: 'id', overlap: 3 });
        await session.subscribe(tags(`${t}#v`), sink);
        await until('three rows', () => logged.size === 3);
        // 3 was begun before 4 and is committed after it
        await server.query(`insert into ${t} values ${row(3)}`);
        await until('the late row', () => logged.size === 4);
        refuse = true;
        await server.query(`insert into ${t} values ${row(5)}, ${row(6)}`);
        await new Promise((resolve) => setTimeout(resolve, 800));
        expect(logged.size).toBe(4);
        refuse = false;
        await until('what the log refused', () => logged.size === 6, 20_000);
        // a kill: what was kept last is older than what the log has
        await session.close();
        await host.keep({ [`${t}/id`]: '4' });
        await server.query(`insert into ${t} values ${row(7)}`);
        session = await open({ cursor: 'id', overlap: 3 });
        await session.subscribe(tags(`${t}#v`), sink);
        await until('the row of the time between', () => logged.size === 7);
        await new Promise((resolve) => setTimeout(resolve, 700));
        expect(values().sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
        expect(await host.kept()).toEqual({ [`${t}/id`]: '7' });
        await session.close();
      });

      it('reads more rows of one moment than a page holds', async () => {
        const t = `t${table}`;
        const ids = Array.from({ length: 4500 }, (_, i) => i);
        for (let i = 0; i < 4500; i += 500)
          await server.query(
            `insert into ${t} values ${ids
              .slice(i, i + 500)
              .map((id) => row(id))
              .join(', ')}`,
          );
        const session = await open();
        await session.subscribe(tags(`${t}#v@ts`), sink);
        await until('all rows', () => logged.size === 4500, 30_000);
        expect(new Set(values()).size).toBe(4500);
        await session.close();
      });

      it('begins with what comes from now on, unless told otherwise', async () => {
        const t = `t${table}`;
        await server.query(`insert into ${t} values ${row(1)}`);
        const session = await open({ from: 'new' });
        await session.subscribe(tags(`${t}#v@ts`), sink);
        await new Promise((resolve) => setTimeout(resolve, 1200));
        await server.query(`insert into ${t} values ${row(2, 2, '2026-03-01 08:00:01')}`);
        await until('the new row', () => logged.size === 1);
        expect(values()).toEqual([2]);
        await session.close();
      });

      it('takes times in their zone to the microsecond, and tells values that do not fit', async () => {
        const t = `t${table}`;
        await server.query(`alter table ${t} add note varchar(20)`);
        await server.query(
          `insert into ${t} values (1, 1.5, '2026-03-01 08:00:00.123456', '12.5'), (2, null, '2026-03-01 08:00:01', 'twelve')`,
        );
        const session = await open({ offset: '+08:00', cursor: 'id' });
        await session.subscribe([...tags(`${t}#v@ts`), { ...tags(`${t}#note@ts`)[0], tagId: 2 } as never], sink);
        await until('both rows', () => logged.size === 2);
        const [first, second] = [...logged.values()];
        const eight = Date.UTC(2026, 2, 1, 0, 0, 0, 123);
        expect(first?.[0]?.time).toBeCloseTo(eight + 0.456, 3);
        expect(first?.map((s) => s.value)).toEqual([1.5, 12.5]);
        expect(second?.map((s) => [s.value, s.quality >= 0x80])).toEqual([
          [undefined, true],
          [undefined, true],
        ]);
        expect(host.events.filter((e) => e.kind === 'address')).toMatchObject([{ tagId: 2, error: { code: 'payload.type' } }]);
        await session.close();
      });

      it('names a column that went away, and goes on when it is back', async () => {
        const t = `t${table}`;
        const session = await open({ cursor: 'id' });
        await session.subscribe(tags(`${t}#v`), sink);
        await server.query(`insert into ${t} values ${row(1)}`);
        await until('the first row', () => logged.size === 1);
        await server.query(`alter table ${t} rename column v to w`);
        await until('the drift is told', () => host.events.some((e) => e.kind === 'device' && e.state === 'failed'), 20_000);
        expect(host.events.findLast((e) => e.kind === 'device')).toMatchObject({
          reason: { en: expect.stringMatching(/no such column.*v/) },
        });
        await server.query(`insert into ${t} values ${row(2)}`);
        await server.query(`alter table ${t} rename column w to v`);
        await until('the row of the time between', () => logged.size === 2, 20_000);
        await session.close();
      });

      it('lists tables and columns page by page, and refuses to read along text', async () => {
        const session = await open({ cursor: 'state' });
        const seen: string[] = [];
        let page: string | undefined;
        do {
          const got = await session.browse(`${server.schema}.many`, page);
          seen.push(...got.nodes.map((node) => node.address ?? ''));
          page = got.next;
        } while (page);
        expect(seen).toHaveLength(130);
        expect(seen).toContain(`${server.schema}.many#m7@ts`);
        await session.subscribe(tags('readings#force_kn'), sink);
        await until('the wrong cursor is told', () => host.events.some((e) => e.kind === 'device' && e.state === 'failed'));
        expect(host.events.at(-1)).toMatchObject({ reason: { en: expect.stringContaining('only grows') } });
        await session.close();
      });
    });
  });
}
