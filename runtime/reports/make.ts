import { reportPdf } from './pdf.ts';
import type { ReportFacts, ReportFormat, ReportRequest } from './request.ts';
import { reportXlsx } from './xlsx.ts';

export interface ReportFile {
  readonly format: ReportFormat;
  readonly media: string;
  readonly bytes: Buffer;
}
export const MEDIA: Readonly<Record<ReportFormat, string>> = {
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** The files of a report, in this thread; `aside.ts` makes them in another. */
export async function makeReport(report: ReportRequest, facts: ReportFacts): Promise<ReportFile[]> {
  const files: ReportFile[] = [];
  for (const format of report.formats)
    files.push({ format, media: MEDIA[format], bytes: await (format === 'pdf' ? reportPdf : reportXlsx)(report, facts) });
  return files;
}
