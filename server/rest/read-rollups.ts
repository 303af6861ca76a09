import { z } from 'zod';
import { qualityText } from '#runtime/batch/quality.ts';
import { findTag } from '../history/find-tag.ts';
import { gridInput } from '../history/grid-input.ts';
import { readSignalsResampled, resampledInput } from '../history/read-resampled.ts';
import { readSignalRollups } from '../history/read-rollups.ts';
import { defineEndpoint } from './endpoint.ts';

const windowQuery = {
  tag: z.string().min(1).describe('Name of the tag.'),
  from: z.iso.datetime({ offset: true }).describe('First instant, ISO 8601, included.'),
  to: z.iso.datetime({ offset: true }).describe('Last instant, ISO 8601, not included.'),
  ...gridInput.shape,
};
const windowOf = ({ from, to }: { from: string; to: string }) => ({ from: Date.parse(from), to: Date.parse(to) });
const isoTime = (ms: number): string => new Date(ms).toISOString();
const number = z.number().nullable();

export const readRollupsEndpoint = defineEndpoint({
  method: 'get',
  path: '/history/rollups',
  id: 'readRollups',
  summary: 'Read rollups',
  description:
    'Minimum, maximum, mean, count, first and last of one tag by stretches of time: whole stretches that touch the window, without those that have no sample. Bad values are counted in `n` and `quality` and used for nothing else.',
  scope: 'history.read',
  query: z.object(windowQuery),
  answer: z.object({
    tag: z.string(),
    unit: z.string().nullable(),
    rollups: z.array(
      z.object({
        time: z.iso.datetime().describe('Start of the stretch.'),
        n: z.number().int().describe('Samples.'),
        count: z.number().int().describe('Usable numbers among them.'),
        min: number,
        max: number,
        mean: number.describe('Arithmetic mean of the samples; for one weighted by time ask for resampled values.'),
        first: number,
        last: number,
        quality: z.string().describe('Worst inside: `good`, `uncertain:<why>` or `bad:<why>`.'),
      }),
    ),
  }),
  async run({ orgId, tenant }, { query }) {
    return tenant(async (tx) => {
      const { id, unit } = await findTag(tx, orgId, query.tag);
      const [signal] = await readSignalRollups(tx, orgId, { ...query, ...windowOf(query), ids: [id] });
      const rollups = (signal?.rows ?? []).map((row) => ({ ...row, time: isoTime(row.time), quality: qualityText(row.quality) }));
      return { tag: query.tag, unit, rollups };
    });
  },
});

export const readResampledEndpoint = defineEndpoint({
  method: 'get',
  path: '/history/resampled',
  id: 'readResampled',
  summary: 'Read resampled history',
  description:
    'Values of one tag at even times. `step`: the last sample holds until the next. `linear`: on the line between two samples. `average`: of the stretch that begins there, weighted by how long each value held. A bad sample gives no value until the next one; nothing holds for longer than `maxAge`.',
  scope: 'history.read',
  query: z.object({
    ...windowQuery,
    method: resampledInput.shape.method,
    maxAge: z.coerce.number().positive().max(86_400).default(3_600).describe('Seconds.'),
  }),
  answer: z.object({
    tag: z.string(),
    unit: z.string().nullable(),
    samples: z.array(z.object({ time: z.iso.datetime(), value: number, quality: z.string() })),
  }),
  async run({ orgId, tenant }, { query }) {
    return tenant(async (tx) => {
      const { id, unit } = await findTag(tx, orgId, query.tag);
      const input = { ...query, ...windowOf(query), ids: [id], maxAgeMs: query.maxAge * 1000 };
      const { time, signals } = await readSignalsResampled(tx, orgId, input);
      const [signal] = signals;
      const samples = time.map((t, i) => ({
        time: isoTime(t),
        value: signal?.value[i] ?? null,
        quality: qualityText(signal?.quality[i] ?? 0),
      }));
      return { tag: query.tag, unit, samples };
    });
  },
});
