import { z } from 'zod';
import { MEDIA, SINK_FORMATS } from '#runtime/files/sink-formats.ts';
import { exportCsv, exportInput } from './export-csv.ts';
import { exportHistory } from './export-history.ts';
import type { InTenant } from './live-values.ts';

export const exportFileInput = exportInput.extend({ format: z.enum(SINK_FORMATS) });

/** A trend's samples as a file: CSV for spreadsheets, the others for programs. */
export function exportFile(tenant: InTenant, orgId: string, { format, ...wish }: z.output<typeof exportFileInput>) {
  const bytes = format === 'csv' ? inBytes(exportCsv(tenant, orgId, wish)) : exportHistory(tenant, orgId, { ...wish, format });
  const begin = new Date(wish.from).toISOString().slice(0, 16).replace(':', '');
  return { name: `history-${begin}.${format}`, media: MEDIA[format], bytes };
}

async function* inBytes(text: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of text) yield encoder.encode(piece);
}
