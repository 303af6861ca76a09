/** A real broker (aedes) on loopback for tests, with a device that publishes every 50 ms and answers commands. */
import { createServer, type Server } from 'node:net';
import { Aedes, type AuthenticateError } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import type { SourceValue } from '#blocks/sdk/connector.ts';
import type { TestSource } from '../suite.ts';

export class TestBroker {
  readonly port: number;
  aedes: Aedes | undefined;
  #server: Server | undefined;
  constructor(port: number) {
    this.port = port;
  }
  async start(): Promise<void> {
    const aedes = await Aedes.createBroker({
      authenticate: (_client, username, password, done) => {
        const ok = username === 'plant' && password?.toString() === 'right';
        done(ok ? null : (Object.assign(new Error('refused'), { returnCode: 4 }) as AuthenticateError), ok);
      },
    });
    this.aedes = aedes;
    const server = createServer(aedes.handle);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
  }
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    await new Promise<void>((resolve) => this.aedes?.close(resolve));
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

export interface Device {
  /** Called every 50 ms while the device is on. */
  beat(client: MqttClient): void;
  ready?(client: MqttClient): void;
  message?(client: MqttClient, topic: string, payload: Buffer): void;
  readonly subscribes?: readonly string[];
}

export interface Broker {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Broker and one device, switched on and off together. */
export class BrokerWithDevice implements TestSource {
  readonly broker: Broker;
  readonly #device: Device;
  readonly #value: () => SourceValue | undefined;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  silent = false;

  /** `broker`: of another make; by itself one in this process. */
  constructor(port: number, device: Device, value: () => SourceValue | undefined, broker: Broker = new TestBroker(port)) {
    this.broker = broker;
    this.#device = device;
    this.#value = value;
  }
  async start(): Promise<void> {
    await this.broker.start();
    const client = await mqtt.connectAsync({
      host: '127.0.0.1',
      port: this.broker.port,
      username: 'plant',
      password: 'right',
      reconnectPeriod: 0,
    });
    this.#client = client;
    client.on('error', () => {});
    client.on('message', (topic, payload) => this.#device.message?.(client, topic, payload));
    if (this.#device.subscribes) await client.subscribeAsync([...this.#device.subscribes], { qos: 1 });
    this.#device.ready?.(client);
    this.#timer = setInterval(() => {
      if (!this.silent && client.connected) this.#device.beat(client);
    }, 50);
  }
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client?.endAsync(true);
    this.#client = undefined;
    await this.broker.stop();
  }
  async silence(on: boolean): Promise<void> {
    this.silent = on;
  }
  async written(): Promise<SourceValue | undefined> {
    return this.#value();
  }
}
