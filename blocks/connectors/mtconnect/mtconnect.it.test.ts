import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Sample, SampleSink, Session } from '#blocks/sdk/connector.ts';
import { refusing } from '../flood.testing.ts';
import { connectorSuite, freePort, TestHost, until } from '../suite.ts';
import { TestAgent } from './agent.testing.ts';
import connector from './connector.ts';
import { AgentError, readStreams } from './document.ts';

let port = 0;
let running: TestAgent | undefined;
connectorSuite('mtconnect', {
  connector,
  source: async () => {
    port = await freePort();
    running = new TestAgent(port);
    running.run();
    return running;
  },
  settings: () => ({ url: `http://127.0.0.1:${port}`, timeoutMs: 1000 }),
  tags: [
    { address: 'Xact', type: 'number', value: 10.5 },
    { address: 'exec', type: 'text', value: 'ACTIVE' }, // never changes again: confirmed by asking
    { address: 'coolant', type: 'boolean', value: true },
    { address: 'Xcond', type: 'text', value: 'FAULT E12 Axis X over travel' },
  ],
  absent: { address: 'Yact', type: 'number' },
  clock: (aheadMs) => {
    if (running) running.clockMs = aheadMs;
  },
  flood: () =>
    refusing((on) => {
      if (running) running.failing = on;
    }),
  malformed: ['', 'a b', 'a/b', '<x>', '"x"'],
  browse: { path: 'mill/many', count: 130, contains: 'm7' },
});
afterAll(() => running?.end());

describe('mtconnect: the buffer of the agent', () => {
  let agent: TestAgent;
  let host: TestHost;
  let session: Session | undefined;
  /** What the log has, in its order: what it knows is passed over, as the gateway does. */
  let logged: Map<bigint, Sample>;
  let refuse: boolean;
  const sink: SampleSink = async (samples, delivery) => {
    const print = delivery?.message?.print;
    const [sample] = samples;
    if (print === undefined || !sample) throw new Error('an observation has a print');
    if (delivery?.message?.again && logged.has(print)) return;
    if (refuse) throw new Error('log away');
    if (logged.has(print)) throw new Error('observation twice');
    logged.set(print, sample);
  };
  const changes = () => [...logged.values()].filter((s) => s.value !== undefined).map((s) => s.value);
  const follow = async (address = 'Xact', type: 'number' | 'wave' = 'number') => {
    const settings = connector.manifest.settings.parse({ url: `http://127.0.0.1:${agent.port}` });
    session = await connector.open(settings, {}, host);
    await session.subscribe([{ tagId: 1, address, type, samplePeriodMs: 200, confirmMs: 600_000 }], sink);
  };
  beforeEach(async () => {
    agent = new TestAgent(await freePort(), 50);
    await agent.start();
    host = new TestHost();
    logged = new Map();
    refuse = false;
  });
  afterEach(async () => {
    await session?.close();
    await agent.stop();
  });

  it('takes every observation once and in order, over failures of the log and a kill', async () => {
    await follow();
    await until('the place is kept', async () => (await host.kept()) !== undefined);
    for (let i = 0; i < 20; i++) agent.observe('Xact', String(i));
    await until('20 observations', () => changes().length === 20);
    refuse = true;
    for (let i = 20; i < 30; i++) agent.observe('Xact', String(i));
    await new Promise((resolve) => setTimeout(resolve, 700));
    refuse = false;
    await until('those that the log refused', () => changes().length === 30, 20_000);
    // killed between the log and the note of the place
    const kept = (await host.kept()) as { instance: string; next: number };
    await session?.close();
    await host.keep({ ...kept, next: kept.next - 12 });
    for (let i = 30; i < 40; i++) agent.observe('Xact', String(i));
    await follow();
    await until('those of the time between', () => changes().length >= 40);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(changes()).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(host.events.filter((e) => e.kind === 'gap')).toEqual([]);
  });

  it('tells a gap when the buffer rolled over or the agent was started anew, and goes on', async () => {
    await follow();
    await until('the place is kept', async () => (await host.kept()) !== undefined);
    await session?.close();
    for (let i = 0; i < 120; i++) agent.observe('Xact', String(i));
    await follow();
    await until('the gap is told', () => host.events.some((e) => e.kind === 'gap'));
    await until('the newest value', () => changes().includes(119));
    agent.restart();
    agent.observe('Xact', '500');
    await until('the second gap', () => host.events.filter((e) => e.kind === 'gap').length === 2, 20_000);
    await until('the value of the new instance', () => changes().includes(500));
    expect(host.events.find((e) => e.kind === 'gap')).toMatchObject({ tagIds: [1], reason: expect.stringContaining('buffer') });
  });

  it('takes time series as waveforms, and marks what is unavailable', async () => {
    await follow('vib', 'wave');
    await until('the place is kept', async () => (await host.kept()) !== undefined);
    expect([...logged.values()]).toMatchObject([{ quality: expect.toSatisfy((q: number) => q >= 0x80) }]);
    agent.observe('vib', '0.5 -0.25 1', { attributes: ' sampleRate="48000" sampleCount="3"', time: '2026-03-01T00:00:00.250Z' });
    await until('the waveform', () => logged.size === 2);
    expect([...logged.values()].at(-1)?.value).toEqual({
      t0: Date.UTC(2026, 2, 1, 0, 0, 0, 250),
      rate: 48_000,
      values: Float32Array.of(0.5, -0.25, 1),
    });
  });

  it('refuses what is no agent, and documents that declare types of their own', () => {
    expect(() => readStreams('<html><body>hello</body></html>')).toThrow('MTConnectStreams');
    expect(() => readStreams('not xml at all <')).toThrow(AgentError);
    const bomb =
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><MTConnectStreams>&b;</MTConnectStreams>';
    expect(() => readStreams(bomb)).toThrow('declares a type');
  });
});
