import parse from 'parse-prometheus-text-format';
import { expect, it } from 'vitest';
import { expose } from './exposition.ts';
import { processFamilies } from './process-families.ts';
import { refuse } from './serve-metrics.ts';

it('is read back by another implementation as it was: quotes, backslashes and line feeds in labels, infinite numbers; what is not known is absent', async () => {
  const text = await expose([
    {
      name: 'a_total',
      type: 'counter',
      help: 'C:\\DIR and\na line',
      samples: [{ labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' }, value: 1.458255915e9 }],
    },
    { name: 'b', type: 'gauge', help: 'b', samples: [{ value: Number.NaN }, { labels: { x: '1' }, value: -Infinity }] },
    { name: 'nothing', type: 'gauge', help: 'left out', samples: [] },
  ]);
  expect(parse(text)).toMatchObject([
    {
      name: 'millwright_a_total',
      help: 'C:\\DIR and\na line',
      type: 'COUNTER',
      metrics: [{ value: '1458255915', labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' } }],
    },
    { name: 'millwright_b', type: 'GAUGE', metrics: [{ value: '-Inf', labels: { x: '1' } }] },
  ]);
});

it('exposes the facts that are known by name, and how long a process has been silent', async () => {
  const at = (seconds: number) => new Date(1_795_000_000_000 - seconds * 1_000);
  const facts = {
    connections: 3,
    states: { live: 2, failed: 1 },
    logAway: true,
    secret: 7,
    self: { residentBytes: 1e8, cpuSeconds: 2.5, more: 3 },
  };
  const rows = [{ name: 'gateway@a', kind: 'gateway', beat: at(9), started: at(60), facts }];
  const text = await expose(processFamilies(rows, 1_795_000_000_000));
  for (const line of [
    'millwright_process_beat_age_seconds{kind="gateway",process="gateway@a"} 9',
    'millwright_process_uptime_seconds{kind="gateway",process="gateway@a"} 60',
    'millwright_gateway_connections{process="gateway@a"} 3',
    'millwright_gateway_connection_states{process="gateway@a",state="failed"} 1',
    'millwright_gateway_log_away{process="gateway@a"} 1',
    'millwright_process_resident_bytes{kind="gateway",process="gateway@a"} 100000000',
    'millwright_process_cpu_seconds_total{kind="gateway",process="gateway@a"} 2.5',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).not.toContain('secret');
});

it('answers this computer, or whoever has the token, and nobody else', () => {
  const from = (remoteAddress: string, headers: Record<string, string> = {}) => ({
    method: 'GET',
    headers,
    socket: { remoteAddress },
  });
  for (const local of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) expect(refuse(from(local), undefined)).toBeUndefined();
  expect(refuse(from('192.168.1.7'), undefined)?.status).toBe(403);
  expect(refuse(from('127.0.0.1', { 'x-forwarded-for': '192.168.1.7' }), undefined)?.status).toBe(403);
  expect(refuse(from('127.0.0.1'), 'a token')?.status).toBe(401);
  expect(refuse(from('192.168.1.7', { authorization: 'Bearer another' }), 'a-token')?.status).toBe(401);
  expect(refuse(from('192.168.1.7', { authorization: 'Bearer a-token' }), 'a-token')).toBeUndefined();
  expect(refuse({ ...from('127.0.0.1'), method: 'POST' }, undefined)?.status).toBe(405);
});
