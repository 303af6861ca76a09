import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Offer, Session } from '#blocks/sdk/connector.ts';
import client from '../modbus-tcp/connector.ts';
import { freePort, TestHost, until } from '../suite.ts';
import connector from './connector.ts';

const python = process.env.MILLWRIGHT_PYMODBUS;
const mbpoll = process.env.MILLWRIGHT_MBPOLL;
const POINTS = `
1/holding/0:float32 = Air.Pressure
1/holding/2:int16 * 0.1 + -50 = Temperature
1/holding/3.0 = Running
1/holding/3.7 = Alarm
1/input/0:uint32:cdab = Total
1/coil/4 = Running
1/holding/10:uint16 = Setpoint
1/holding/11:float32 = Limit
2/holding/0:text4 = Batch
`;

let port: number;
let host: TestHost;
let session: Session | undefined;
beforeEach(async () => {
  port = await freePort();
  host = new TestHost();
  for (const [name, value] of Object.entries({
    'Air.Pressure': 7.25,
    Temperature: 23.4,
    Running: true,
    Alarm: false,
    Total: 70_000,
    Setpoint: 650,
    Limit: 8.5,
    Batch: '批 7',
  }))
    host.publish(name, value);
  const offer = (name: string, writable: boolean): Offer => ({ name, path: [], type: 'number', writable });
  host.offered.push(offer('Setpoint', true), offer('Limit', true), offer('Air.Pressure', false));
});
afterEach(async () => {
  await session?.close();
  session = undefined;
  await host.dispose();
});
const open = async (more: Record<string, unknown> = {}) => {
  const settings = { port, points: POINTS, writes: '*', writers: '127.0.0.0/8', ...more };
  session = await connector.open(connector.manifest.settings.parse(settings), {}, host);
  return session;
};

/** pymodbus in a process of its own. */
class Master {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  constructor(framing: 'tcp' | 'rtu') {
    const script = fileURLToPath(new URL('./master.testing.py', import.meta.url));
    const child = spawn(python ?? '', [script, String(port), framing], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }
  async ask(call: string, args: unknown[], unit = 1): Promise<{ values?: number[]; exception?: number }> {
    this.#child.stdin?.write(`${JSON.stringify({ call, args, unit })}\n`);
    const { value } = await this.#lines.next();
    return JSON.parse(value);
  }
  async end(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }
}

describe.skipIf(!python).each(['tcp', 'rtu'] as const)('modbus server, %s frames, pymodbus as master', (framing) => {
  it('shows values with their types, orders, scales and bits', async () => {
    await open({ framing });
    const master = new Master(framing);
    try {
      // 7.25 as IEEE 754 single is 40 E8 00 00; 23.4 = 734 · 0.1 − 50; 70000 = 0x00011170, words swapped
      expect(await master.ask('read_holding_registers', [0, 4])).toEqual({ values: [0x40e8, 0, 734, 1] });
      expect(await master.ask('read_input_registers', [0, 2])).toEqual({ values: [0x1170, 0x0001] });
      expect((await master.ask('read_coils', [4, 1])).values?.[0]).toBe(true);
      // “批” is E6 89 B9 in UTF-8
      expect(await master.ask('read_holding_registers', [0, 4], 2)).toEqual({ values: [0xe689, 0xb920, 0x3700, 0] });
      host.publish('Air.Pressure', -2);
      expect(await master.ask('read_holding_registers', [0, 2])).toEqual({ values: [0xc000, 0] });
    } finally {
      await master.end();
    }
  });

  it('refuses by the exception of the specification what it does not hold (V1.1b3, chapter 7)', async () => {
    await open({ framing });
    const master = new Master(framing);
    try {
      expect(await master.ask('read_holding_registers', [4, 1])).toMatchObject({ exception: 2 });
      expect(await master.ask('read_holding_registers', [2, 5])).toMatchObject({ exception: 2 });
      expect(await master.ask('read_discrete_inputs', [0, 1])).toMatchObject({ exception: 2 });
      expect(await master.ask('read_holding_registers', [0, 1], 9)).toMatchObject({ exception: 11 });
      // bad, and outside what 16 bits hold
      host.publish('Air.Pressure', undefined, { quality: 0x86 });
      expect(await master.ask('read_holding_registers', [0, 2])).toMatchObject({ exception: 4 });
      host.publish('Temperature', 9000);
      expect(await master.ask('read_holding_registers', [2, 1])).toMatchObject({ exception: 4 });
    } finally {
      await master.end();
    }
  });

  it('hands writes to the checks of every write, and refuses what may not be written', async () => {
    await open({ framing });
    const master = new Master(framing);
    try {
      expect((await master.ask('write_register', [10, 720])).exception).toBeUndefined();
      // 9.5 as IEEE 754 single is 41 18 00 00: several points in one request, in their order
      expect((await master.ask('write_registers', [10, [730, 0x4118, 0]])).exception).toBeUndefined();
      expect(host.commands).toEqual([
        { name: 'Setpoint', value: 720, by: 'Modbus 127.0.0.1' },
        { name: 'Setpoint', value: 730, by: 'Modbus 127.0.0.1' },
        { name: 'Limit', value: 9.5, by: 'Modbus 127.0.0.1' },
      ]);
      host.commands.length = 0;
      expect(await master.ask('write_register', [0, 1])).toMatchObject({ exception: 2 }); // half a value
      expect(await master.ask('write_registers', [0, [0x4118, 0]])).toMatchObject({ exception: 2 }); // read-only
      expect(await master.ask('write_register', [3, 1])).toMatchObject({ exception: 2 }); // bits of several
      expect(await master.ask('write_coil', [4, true])).toMatchObject({ exception: 2 });
      expect(host.commands).toEqual([]);
      for (const [code, exception] of [
        ['out-of-limits', 3],
        ['too-often', 6],
        ['interlock', 4],
        ['device-refused', 4],
      ] as const) {
        host.answer = { ok: false, code };
        expect(await master.ask('write_register', [10, 1]), code).toMatchObject({ exception });
      }
      await session?.close();
      await open({ framing, writers: '' });
    } finally {
      await master.end();
    }
    host.commands.length = 0;
    const stranger = new Master(framing);
    try {
      expect(await stranger.ask('write_register', [10, 1])).toMatchObject({ exception: 2 });
      expect(host.commands).toEqual([]);
    } finally {
      await stranger.end();
    }
  });
});

describe.skipIf(!mbpoll)('modbus server, mbpoll as master', () => {
  const poll = async (...args: string[]) => {
    const found = await promisify(execFile)(mbpoll ?? '', ['-m', 'tcp', '-p', String(port), '-0', '-1', '-q', ...args]).catch(
      (error: { stdout?: string; stderr?: string }) => error,
    );
    return `${found.stdout ?? ''}${found.stderr ?? ''}`;
  };
  it('is read and written by it', async () => {
    await open();
    expect(await poll('-a', '1', '-t', '4:float', '-B', '-r', '0', '127.0.0.1')).toMatch(/\[0\]:\s+7\.25/);
    expect(await poll('-a', '1', '-t', '4', '-r', '10', '127.0.0.1')).toMatch(/\[10\]:\s+650/);
    expect(await poll('-a', '1', '-t', '4', '-r', '10', '127.0.0.1', '721')).toContain('Written 1 reference');
    expect(host.commands.at(-1)).toMatchObject({ name: 'Setpoint', value: 721 });
    expect(await poll('-a', '1', '-t', '4', '-r', '99', '127.0.0.1')).toMatch(/Illegal data address/i);
  });
});

describe('modbus server', () => {
  const read = async (address: string) => {
    const reader = await client.open(client.manifest.settings.parse({ host: '127.0.0.1', port }), {}, new TestHost());
    try {
      const [result] = await reader.read([{ address, type: 'number' }]);
      return result?.error?.code ?? result?.value;
    } finally {
      await reader.close();
    }
  };

  it('may show the last good value, and hides what is too old', async () => {
    await open({ bad: 'last' });
    host.publish('Air.Pressure', undefined, { quality: 0x86 });
    expect(await read('1/holding/0:float32')).toBe(7.25);
    await session?.close();
    await open({ maxAgeS: 5 });
    host.publish('Air.Pressure', 7, { time: Date.now() - 6000 });
    expect(await read('1/holding/0:float32')).toBe('modbus.device-failure');
    host.publish('Air.Pressure', 7);
    expect(await read('1/holding/0:float32')).toBe(7);
  });

  it('lives through what is no Modbus, half requests and masters that leave', async () => {
    await open();
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x00\x01\x00\x00\x00\x06\x01\x03', '\x00\x01\x00\x00\xff\xff\x01\x03']) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.write(Buffer.from(bytes, 'latin1'));
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    }
    // two requests in one packet, and one in two
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    const request = (transaction: number) => Buffer.from([0, transaction, 0, 0, 0, 6, 1, 3, 0, 10, 0, 1]);
    socket.write(Buffer.concat([request(1), request(2)]));
    socket.write(request(3).subarray(0, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(request(3).subarray(5));
    const answer = (transaction: number) => [0, transaction, 0, 0, 0, 5, 1, 3, 2, 650 >> 8, 650 & 0xff];
    await until('three answers', () => Buffer.concat(parts).length === 33);
    expect([...Buffer.concat(parts)]).toEqual([...answer(1), ...answer(2), ...answer(3)]);
    // 07 Read Exception Status is not served: exception 1
    socket.write(Buffer.from([0, 4, 0, 0, 0, 2, 1, 7]));
    await until('an exception', () => Buffer.concat(parts).length === 42);
    expect([...Buffer.concat(parts).subarray(33)]).toEqual([0, 4, 0, 0, 0, 3, 1, 0x87, 1]);
    socket.destroy();
    await until('nobody is connected', () => host.events.findLast((e) => e.kind === 'published')?.clients === 0);
  });

  it('says what is wrong in its settings, and what has no such name', async () => {
    await expect(open({ points: '1/holding/0:float32 = a\n1/holding/1 = b' })).rejects.toMatchObject({
      code: 'published.overlap',
    });
    await expect(open({ points: '1/holding/0 * x = a' })).rejects.toMatchObject({ code: 'published.line' });
    await expect(open({ points: '0/holding/0 = a' })).rejects.toMatchObject({ code: 'published.line' });
    await expect(open({ writers: '10.0.0.0/99' })).rejects.toMatchObject({ code: 'modbus-server.writer' });
    await open();
    await expect(
      connector.open(connector.manifest.settings.parse({ port, points: '' }), {}, new TestHost()),
    ).rejects.toMatchObject({ part: 'network', code: 'server.listen' });
    await session?.close();
    await open({ points: '1/holding/0 = Nothing' });
    expect((await session?.test())?.at(-1)).toMatchObject({ ok: false, code: 'published.unknown' });
    expect(connector.checkAddress('1/holding/0', 'number').ok).toBe(false);
  });
});
