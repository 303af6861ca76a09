import { z } from 'zod';
import { qualityText } from '#runtime/batch/quality.ts';
import { readSamples } from '#runtime/historian/query.ts';
import { originName } from '#runtime/historian/samples.ts';
import type { InTenant } from './live-values.ts';
import { readLog } from './log-reader.ts';
import { checkWindow, windowInput } from './read-trend.ts';
import { requireSignals } from './signals.ts';

export const exportInput = windowInput.extend({ ids: z.array(z.number().int()).min(1).max(20) });

/** One piece of this much time is in memory at once. */
const SLICE_MS = 6 * 3_600_000;

/** Every sample of the window, one a line: ISO time, signal, unit, value, quality, origin. What a spreadsheet reads. */
export async function* exportCsv(tenant: InTenant, orgId: string, input: z.infer<typeof exportInput>): AsyncGenerator<string> {
  checkWindow(input);
  const signals = await tenant((tx) => requireSignals(tx, orgId, input.ids));
  yield '\ufefftime,signal,unit,value,quality,origin\r\n';
  for (let from = input.from; from < input.to; from += SLICE_MS) {
    const window = { from, to: Math.min(from + SLICE_MS, input.to) };
    const read = await tenant((tx) => readSamples({ tx, orgId, readLog }, input.ids, window));
    for (const signal of signals) {
      const s = read.get(signal.id);
      if (!s) continue;
      const lines: string[] = [];
      for (let i = 0; i < s.n; i++) {
        const other = s.other.get(i);
        const value = other
          ? 'text' in other
            ? other.text
            : JSON.stringify(other)
          : Number.isNaN(s.value[i])
            ? ''
            : String(s.value[i]);
        lines.push(
          [
            new Date(s.time[i] as number).toISOString(),
            cell(signal.kind === 'tag' ? signal.name : `${signal.of}/${signal.name}`),
            cell(signal.unit ?? ''),
            cell(value),
            qualityText(s.quality[i] as number),
            originName(s.origin[i] as number),
          ].join(','),
        );
      }
      if (lines.length) yield `${lines.join('\r\n')}\r\n`;
    }
  }
}

/** A text that a spreadsheet would take for a formula is kept a text. */
const cell = (text: string): string => {
  const safe = /^[=+@\t\r]|^-(?!\d|\.)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
