/** A real source for each connector, and how a session on it is opened: those of the connectors' own tests. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { Door } from '#blocks/connectors/door.testing.ts';
import fileDrop from '#blocks/connectors/file-drop/connector.ts';
import http from '#blocks/connectors/http/connector.ts';
import { WebService } from '#blocks/connectors/http/server.testing.ts';
import influx from '#blocks/connectors/influx/connector.ts';
import modbusServer from '#blocks/connectors/modbus-server/connector.ts';
import modbus from '#blocks/connectors/modbus-tcp/connector.ts';
import { ModbusServer } from '#blocks/connectors/modbus-tcp/server.testing.ts';
import { TestBroker } from '#blocks/connectors/mqtt/broker.testing.ts';
import mqtt from '#blocks/connectors/mqtt/connector.ts';
import { TestAgent } from '#blocks/connectors/mtconnect/agent.testing.ts';
import mtconnect from '#blocks/connectors/mtconnect/connector.ts';
import opcua from '#blocks/connectors/opcua/connector.ts';
import sparkplug from '#blocks/connectors/sparkplug/connector.ts';
import sparkplugNode from '#blocks/connectors/sparkplug-node/connector.ts';
import sql from '#blocks/connectors/sql/connector.ts';
import { testMariadb } from '#blocks/connectors/sql/mariadb.testing.ts';
import { freePort, type TestHost, until } from '#blocks/connectors/suite.ts';
import webhook from '#blocks/connectors/webhook/connector.ts';
import type { AnyConnector, Session } from '#blocks/sdk/connector.ts';
import { databaseAddress } from '#drizzle/address.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import type { NAMES } from './names.ts';

export interface Source {
  open(): Promise<Session>;
  /** Gives a value to an open session that has subscribed it. Absent: what is shown to others has none. */
  readonly address?: string;
  /** Sends to the session, where it does not ask by itself. */
  readonly send?: () => Promise<void>;
  /** Of one that others connect to: a client comes, is served, and goes. */
  readonly visit?: () => Promise<void>;
  stop(): Promise<void>;
}

const opener =
  (connector: AnyConnector, host: TestHost, settings: Record<string, unknown>, secrets: Record<string, unknown> = {}) =>
  () =>
    connector.open(connector.manifest.settings.parse(settings), connector.manifest.secrets.parse(secrets), host);
const LOOPBACK = '127.0.0.1';
const TOKEN = 'a-secret-of-twenty-letters';
const at = async (host: TestHost, path: string, headers: Record<string, string>, body: string) => {
  await (await fetch((await host.address()) + path, { method: 'POST', headers, body })).arrayBuffer();
};

async function sqlSource(
  host: TestHost,
  at: {
    readonly port: number;
    readonly settings: Record<string, unknown>;
    query(text: string): Promise<unknown>;
    end(): Promise<void>;
  },
): Promise<Source> {
  await at.query('create table state_now (speed numeric(10,3), machine varchar(20))');
  await at.query("insert into state_now values (12.5, 'P1')");
  return {
    open: opener(sql, host, { host: LOOPBACK, port: at.port, ...at.settings }, { password: 'right' }),
    address: 'state_now[machine=P1]#speed',
    stop: at.end,
  };
}

export const SOURCES: Readonly<Record<(typeof NAMES)[number], (host: TestHost) => Promise<Source>>> = {
  'modbus-tcp': async (host) => {
    const device = new ModbusServer(await freePort());
    device.words.set('1/holding/0', 7);
    await device.start();
    return {
      open: opener(modbus, host, { host: LOOPBACK, port: device.port }),
      address: '1/holding/0',
      stop: () => device.stop(),
    };
  },
  http: async (host) => {
    const service = new WebService(await freePort());
    service.documents.set('/press', () => ({ force: 7.25 }));
    await service.start();
    const settings = { url: `http://${LOOPBACK}:${service.port}`, sign: 'basic', username: 'mes' };
    return { open: opener(http, host, settings, { secret: 'right' }), address: '/press#force', stop: () => service.stop() };
  },
  mqtt: async (host) => {
    const broker = new TestBroker(await freePort());
    await broker.start();
    return {
      open: opener(mqtt, host, { host: LOOPBACK, port: broker.port, username: 'plant' }, { password: 'right' }),
      address: 'a/b#v',
      send: () =>
        new Promise((resolve, reject) => {
          const packet = { cmd: 'publish', topic: 'a/b', payload: '{"v":1}', qos: 1, retain: false, dup: false } as const;
          broker.aedes?.publish(packet, (error) => (error ? reject(error) : resolve()));
        }),
      stop: () => broker.stop(),
    };
  },
  sparkplug: async (host) => {
    const broker = new TestBroker(await freePort());
    await broker.start();
    const common = { host: LOOPBACK, port: broker.port, username: 'plant', group: 'G' };
    host.publish('Cabinet', 31.5);
    const own = { ...common, clientId: 'node', node: 'E', points: 'Cabinet = Cabinet' };
    const node = await opener(sparkplugNode, host, own, { password: 'right' })();
    return {
      open: opener(sparkplug, host, common, { password: 'right' }),
      address: 'G/E#Cabinet',
      stop: async () => {
        await node.close();
        await broker.stop();
      },
    };
  },
  'sparkplug-node': async (host) => {
    const broker = new TestBroker(await freePort());
    await broker.start();
    host.publish('Cabinet', 31.5);
    const settings = { host: LOOPBACK, port: broker.port, username: 'plant', group: 'G', node: 'E', points: 'Cabinet = Cabinet' };
    return { open: opener(sparkplugNode, host, settings, { password: 'right' }), stop: () => broker.stop() };
  },
  mtconnect: async (host) => {
    const agent = new TestAgent(await freePort());
    await agent.start();
    return {
      open: opener(mtconnect, host, { url: `http://${LOOPBACK}:${agent.port}` }),
      address: 'Xact',
      send: async () => agent.observe('Xact', '10.5'),
      stop: () => agent.stop(),
    };
  },
  influx: async (host) => ({
    open: opener(influx, host, {}, { token: TOKEN }),
    address: 'press#force',
    send: () => at(host, '/api/v2/write?precision=ns', { authorization: `Token ${TOKEN}` }, 'press force=7.25'),
    stop: async () => {},
  }),
  webhook: async (host) => ({
    open: opener(webhook, host, {}, { secret: TOKEN }),
    address: '/a#v',
    send: () => at(host, '/a', { authorization: `Bearer ${TOKEN}` }, '{"v":7.25}'),
    stop: async () => {},
  }),
  'file-drop': async (host) => {
    const inbox = join(await host.folder(), 'inbox');
    mkdirSync(inbox, { recursive: true });
    return {
      open: opener(fileDrop, host, { settleMs: 0, after: 'delete' }),
      address: 'press*.csv#force',
      send: async () => writeFileSync(join(inbox, 'press.csv'), 'force\n7.25\n'),
      stop: async () => {},
    };
  },
  'sql: PostgreSQL': async (host) => {
    const database = await testDatabase({ max: 1 });
    const address = databaseAddress(database.url);
    if (address.kind !== 'socket') throw new Error('the database is reached by its socket');
    const path = `${address.folder}/.s.PGSQL.5432`;
    const own = postgres({ path, user: address.user, database: address.database, onnotice: () => {}, max: 1 });
    const door = new Door(await freePort(), { path });
    await door.open();
    return sqlSource(host, {
      port: door.port,
      settings: { dialect: 'postgresql', database: address.database, username: address.user },
      query: (text) => own.unsafe(text),
      end: async () => {
        await door.shut();
        await own.end();
        await database.close();
      },
    });
  },
  'sql: MariaDB': async (host) => {
    const server = await testMariadb(process.env.MILLWRIGHT_MARIADB ?? '/usr/sbin/mariadbd');
    return sqlSource(host, {
      port: server.port,
      settings: { dialect: 'mysql', database: 'plant', username: 'mes' },
      query: server.query,
      end: server.close,
    });
  },
  'modbus-server': async (host) => {
    const port = await freePort();
    host.publish('Speed', 7);
    const open = opener(modbusServer, host, { port, points: '1/holding/0:uint16 = Speed' });
    const session = await open();
    return {
      open,
      // Modbus application protocol V1.1b3, 6.3: read one holding register; the answer is two bytes of value
      visit: async () => {
        const socket = connect(port, LOOPBACK);
        await once(socket, 'connect');
        socket.write(Buffer.from([0, 1, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1]));
        const [answer] = (await once(socket, 'data')) as [Buffer];
        if (answer.readUInt16BE(9) !== 7) throw new Error(`the register is ${answer.toString('hex')}`);
        socket.destroy();
        await once(socket, 'close');
      },
      stop: () => session.close(),
    };
  },
  opcua: async (host) => {
    const port = await freePort();
    // a process of its own: what the server keeps of its sessions is not ours
    const plant = fork(fileURLToPath(new URL('../many-nodes.ts', import.meta.url)), [String(port), '10'], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    await once(plant, 'message');
    return {
      open: opener(opcua, host, { endpoint: `opc.tcp://${LOOPBACK}:${port}`, security: 'none' }),
      address: 'ns=1;s=v1',
      stop: async () => {
        plant.kill('SIGKILL');
      },
    };
  },
};

/** Opens a session (or has a client come), with a value now and then to show that it is a real one, and closes it. */
export async function reconnect(source: Source, withValue: boolean): Promise<void> {
  if (source.visit) return source.visit();
  const session = await source.open();
  try {
    let values = 0;
    if (source.address !== undefined) {
      const tag = { tagId: 1, address: source.address, type: 'number', samplePeriodMs: 100, confirmMs: 1000 } as const;
      await session.subscribe([tag], async (samples) => {
        values += samples.filter(({ quality }) => quality === 0).length;
      });
      if (withValue) {
        await source.send?.();
        await until('a value', () => values > 0, 60_000);
      }
    }
  } finally {
    await session.close();
  }
}
