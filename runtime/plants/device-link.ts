import mqtt, { type MqttClient } from 'mqtt';
import type { pino } from 'pino';
import { brokerAddress } from './broker.ts';

export interface DeviceLink {
  readonly connected: boolean;
  /** Sends at once; false when there is no connection. `done` is called when the broker has it (QoS 1) or it went out (QoS 0). */
  publish(topic: string, payload: Buffer | string, qos: 0 | 1, done?: (sent: boolean) => void): boolean;
  close(farewell?: { readonly topic: string; readonly payload: Buffer }): Promise<void>;
}

const AGAIN_MS = 2000;
const CONNECT_LIMIT_MS = 5000;

/**
 * A device's own connection to its broker: asks for the broker's address and for a fresh will at every attempt (an edge node numbers its
 * births), and tries again for ever, as devices do.
 */
export function openDeviceLink(
  clientId: string,
  log: pino.Logger,
  on: {
    will?(): { readonly topic: string; readonly payload: Buffer };
    readonly subscribe?: readonly string[];
    connected?(): void;
    message?(topic: string, payload: Buffer): void;
  },
): DeviceLink {
  let client: MqttClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let told = '';

  const again = (why: string) => {
    client?.end(true);
    client = undefined;
    if (closed) return;
    if (why !== told) log.warn({ event: 'broker', why });
    told = why;
    clearTimeout(timer);
    timer = setTimeout(connect, AGAIN_MS);
  };
  const connect = () => {
    const broker = brokerAddress();
    if (!broker) return again('there is no broker yet');
    const will = on.will?.();
    const fresh = mqtt.connect({
      host: broker.host,
      port: broker.port,
      clientId,
      ...(broker.username ? { username: broker.username, password: broker.password ?? '' } : {}),
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_LIMIT_MS,
      ...(will ? { will: { ...will, qos: 1 as const, retain: false } } : {}),
    });
    client = fresh;
    let reason = 'the broker closed the connection';
    fresh.on('error', (error) => {
      reason = error.message || (error as NodeJS.ErrnoException).code || 'connection failed';
    });
    fresh.on('close', () => {
      if (client === fresh) again(reason);
    });
    fresh.on('message', (topic, payload) => on.message?.(topic, payload));
    fresh.on('connect', () => {
      told = '';
      log.info({ event: 'connected', port: broker.port });
      if (!on.subscribe?.length) return on.connected?.();
      fresh.subscribe([...on.subscribe], { qos: 1 }, (error) => {
        if (error) again(error.message);
        else on.connected?.();
      });
    });
  };
  connect();

  return {
    get connected() {
      return client?.connected ?? false;
    },
    publish(topic, payload, qos, done) {
      if (!client?.connected) return false;
      client.publish(topic, payload, { qos }, (error) => done?.(!error));
      return true;
    },
    async close(farewell) {
      closed = true;
      clearTimeout(timer);
      const last = client;
      if (!last) return;
      if (farewell && last.connected) {
        await last.publishAsync(farewell.topic, farewell.payload, { qos: 1 }).catch((error: Error) => {
          log.warn({ event: 'farewell', reason: error.message }); // the broker went first: it sends the will
        });
      }
      await last.endAsync(!last.connected);
    },
  };
}
