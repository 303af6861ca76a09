import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SourceValue } from '#blocks/sdk/connector.ts';
import { connectorSuite, freePort, TestHost, type TestSource, until } from '../suite.ts';
import connector from './connector.ts';

const python = process.env.MILLWRIGHT_PYMODBUS;

/** pymodbus, written by others: real frames of both kinds. */
class Pymodbus implements TestSource {
  readonly port: number;
  readonly #framing: 'tcp' | 'rtu';
  #child: ChildProcess | undefined;
  constructor(port: number, framing: 'tcp' | 'rtu') {
    this.port = port;
    this.#framing = framing;
  }
  async start(): Promise<void> {
    const script = fileURLToPath(new URL('./pymodbus.testing.py', import.meta.url));
    this.#child = spawn(python ?? '', [script, String(this.port), this.#framing], { stdio: 'ignore' });
    await until(
      'pymodbus listens',
      () =>
        new Promise<boolean>((resolve) => {
          const socket = connect(this.port, '127.0.0.1', () => {
            socket.destroy();
            resolve(true);
          });
          socket.once('error', () => resolve(false));
        }),
      30_000,
    );
  }
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  async silence(on: boolean): Promise<void> {
    this.#child?.kill(on ? 'SIGSTOP' : 'SIGCONT');
  }
  /** Asked as another master would. */
  async written(): Promise<SourceValue | undefined> {
    const host = new TestHost();
    const settings = connector.manifest.settings.parse({ host: '127.0.0.1', port: this.port, framing: this.#framing });
    const session = await connector.open(settings, {}, host);
    const [result] = await session.read([{ address: '1/holding/10:uint16', type: 'number' }]);
    await session.close();
    return result?.value;
  }
}

describe.skipIf(!python)('pymodbus', () => {
  for (const framing of ['tcp', 'rtu'] as const) {
    let port = 0;
    connectorSuite(`modbus-tcp, ${framing} frames, pymodbus`, {
      connector,
      source: async () => {
        port = await freePort();
        return new Pymodbus(port, framing);
      },
      settings: () => ({ host: '127.0.0.1', port, timeoutMs: 1000, framing }),
      tags: [
        { address: '1/holding/100:float32', type: 'number', value: 7.5 },
        { address: '1/input/7:int16', type: 'integer', value: -10 },
        { address: '1/coil/0', type: 'boolean', value: true },
        { address: '2/holding/102', type: 'integer', value: 2 },
      ],
      writable: { address: '1/holding/10:uint16', type: 'number', value: 720 },
      readOnly: { address: '1/input/7:int16', type: 'number' },
      absent: { address: '1/holding/999', type: 'number' },
      malformed: ['holding/1'],
      settleMs: 10_000,
    });
  }

  it('reads every type in every order as pymodbus builds it, texts, and single bits; writes a bit by its mask', async () => {
    const server = new Pymodbus(await freePort(), 'tcp');
    await server.start();
    const settings = connector.manifest.settings.parse({ host: '127.0.0.1', port: server.port });
    const session = await connector.open(settings, {}, new TestHost());
    try {
      const value = async (address: string, type: 'number' | 'boolean' | 'text' = 'number') => {
        const [result] = await session.read([{ address: `1/holding/${address}`, type }]);
        return result?.error ? result.error.code : result?.value;
      };
      for (const [i, order] of ['abcd', 'cdab', 'badc', 'dcba'].entries()) {
        const at = 200 + 20 * i;
        expect(await value(`${at}:float32:${order}`), order).toBe(Math.fround(123456.789));
        expect(await value(`${at + 2}:int32:${order}`), order).toBe(-123_456_789);
        expect(await value(`${at + 4}:float64:${order}`), order).toBe(-2.5e300);
        expect(await value(`${at + 8}:int64:${order}`), order).toBe(-1_234_567_890_123_456);
        expect(await value(`${at + 12}:uint64:${order}`), order).toBe(9_007_199_254_740_991);
        // and what we write is what we read
        expect(await session.write(`1/holding/${at + 8}:int64:${order}`, 7_205_759, 'integer')).toMatchObject({
          readBack: 7_205_759,
        });
        expect(await session.write(`1/holding/${at + 4}:float64:${order}`, 0.1, 'number')).toMatchObject({ readBack: 0.1 });
      }
      expect(await value('300:text4', 'text')).toBe('Pump 7');
      expect(await session.write('1/holding/300:text4', '泵 8', 'text')).toMatchObject({ ok: true, readBack: '泵 8' });
      expect(await session.write('1/holding/300:text4', 'too long a name', 'text')).toMatchObject({
        ok: false,
        code: 'address.range',
      });
      const bits = await Promise.all([0, 1, 3, 15].map((bit) => value(`310.${bit}`, 'boolean')));
      expect(bits).toEqual([true, false, true, true]);
      expect(await session.write('1/holding/310.1', true, 'boolean')).toMatchObject({ ok: true, readBack: true });
      expect(await session.write('1/holding/310.15', false, 'boolean')).toMatchObject({ ok: true, readBack: false });
      expect(await value('310')).toBe(0x000b);
    } finally {
      await session.close();
      await server.stop();
    }
  });
});
