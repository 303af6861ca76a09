/** A session that is resumed while its device goes on publishing: each message once, in order. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqttPacket, { type Packet } from 'mqtt-packet';
import pino from 'pino';
import { expect, test } from 'vitest';
import { until } from '#blocks/connectors/suite.ts';
import { claimBrokerName, createDeviceToken } from '#drizzle/device-tokens.ts';
import { testDatabase } from '#drizzle/seed/test-database.ts';
import { openBroker } from './broker.ts';

const ORG = 'a';

/** Packets as they are on the wire: a client library would hide a doubled one. */
function wire(
  port: number,
  clientId: string,
  token: { username: string; password: string },
  on: (packet: Packet) => void,
): Socket {
  const socket = connect(port, '127.0.0.1');
  const parser = mqttPacket.parser();
  parser.on('packet', on);
  socket.on('data', (bytes) => parser.parse(bytes));
  socket.on('error', () => {});
  socket.on('connect', () =>
    send(socket, { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId, keepalive: 0, ...token }),
  );
  return socket;
}
const send = (socket: Socket, packet: object) => socket.write(mqttPacket.generate(packet as Packet));

test('a session resumed under a stream of messages gets each once, in order, whatever it had not acknowledged', async () => {
  await using data = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'mw-broker-'));
  await claimBrokerName(data.db, ORG, 'plant');
  const { username, password } = await createDeviceToken(data.db, ORG, 'line');
  const token = { username, password };
  const broker = await openBroker({ db: data.db, log: pino({ level: 'silent' }), dataFolder: folder });
  const signed = Promise.withResolvers<void>();
  let acknowledged = 0;
  const device = wire(broker.port, 'device', token, (packet) => {
    if (packet.cmd === 'connack') signed.resolve();
    if (packet.cmd === 'puback') acknowledged++;
  });
  await signed.promise;

  /** New messages in the order in which they came; what was marked as sent again is known by its packet id and must be. */
  const fresh: number[] = [];
  const known = new Map<number, number>();
  const wrong: string[] = [];
  let listener: Socket | undefined;
  let connected = false;
  const listen = () => {
    const socket = wire(broker.port, 'listener', token, (packet) => {
      if (packet.cmd === 'connack') {
        connected = true;
        if (!packet.sessionPresent)
          send(socket, { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'plant/#', qos: 1 }] });
      }
      if (packet.cmd !== 'publish') return;
      const n = Number(packet.payload.toString());
      const id = packet.messageId ?? 0;
      if (packet.dup && known.get(id) !== n) fresh.push(n);
      else if (!packet.dup) fresh.push(n);
      known.set(id, n);
      send(socket, { cmd: 'puback', messageId: id });
    });
    listener = socket;
  };
  listen();
  await until('subscribed', () => connected);
  await new Promise((resolve) => setTimeout(resolve, 300));

  let sent = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 4; i++) {
      const payload = String(++sent);
      send(device, { cmd: 'publish', topic: 'plant/line', qos: 1, messageId: (sent % 65_535) + 1, payload });
    }
  }, 4);
  for (let round = 0; round < 8; round++) {
    await new Promise((resolve) => setTimeout(resolve, 120));
    listener?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 30));
    connected = false;
    listen();
    await until('resumed', () => connected);
  }
  clearInterval(timer);
  await until('all are acknowledged to the device', () => acknowledged === sent);
  await until('all have come', () => new Set(fresh).size === sent, 20_000).catch(() =>
    wrong.push(`${new Set(fresh).size} of ${sent}`),
  );
  expect(wrong).toEqual([]);
  expect(fresh).toEqual(Array.from({ length: sent }, (_, i) => i + 1));
  device.destroy();
  listener?.destroy();
  await broker.close();
  await rm(folder, { recursive: true });
}, 60_000);
