// Devices that publish JSON with QoS 1: each value of a message is one sample.
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { machine, type ToMachine } from './values.ts';

/** Values in one message. */
const DEVICE = 100;
let client: MqttClient | undefined;
const turns = machine((from, to, next) => {
  const now = Date.now();
  for (let i = from; i < to; i = (Math.floor(i / DEVICE) + 1) * DEVICE) {
    const device = Math.floor(i / DEVICE);
    const values: string[] = [];
    for (let k = i; k < Math.min(to, (device + 1) * DEVICE); k++) values.push(`"v${k}":${next(k)}`);
    client?.publish(`plant/${device}`, `{"ts":${now},${values.join(',')}}`, { qos: 1 });
  }
});

async function start(port: number, count: number): Promise<void> {
  for (let tries = 0; !client; tries++)
    client = await mqtt.connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0 }).catch(async (error) => {
      if (tries > 50) throw error;
      await sleep(100);
      return undefined;
    });
  turns.of(count);
}

process.on('message', (message: ToMachine) => {
  if ('start' in message) void start(message.start.port, message.start.variables);
  else turns.spread(message.spread);
});
