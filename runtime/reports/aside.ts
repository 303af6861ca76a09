import { Worker } from 'node:worker_threads';
import type { ReportFile } from './make.ts';
import type { ReportFacts, ReportRequest } from './request.ts';

/** Five thousand rows take a few seconds; what takes longer is stuck. */
const LIMIT_MS = 30_000;

/** Makes the files in a thread of their own, which ends with them: whoever waits for it can go on with everything else. @throws when it fails or takes too long */
export function makeReportAside(report: ReportRequest, facts: ReportFacts): Promise<ReportFile[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: { report, facts },
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    const timer = setTimeout(() => end(new Error(`a report takes longer than ${LIMIT_MS / 1000} s`)), LIMIT_MS);
    const end = (error: Error | undefined, files?: ReportFile[]) => {
      clearTimeout(timer);
      void worker.terminate();
      if (files) resolve(files);
      else reject(error ?? new Error('the thread of a report ended without a word'));
    };
    worker.once('message', (files: { format: ReportFile['format']; media: string; bytes: Uint8Array }[]) =>
      end(
        undefined,
        files.map((file) => ({ ...file, bytes: Buffer.from(file.bytes) })),
      ),
    );
    worker.once('error', (error) => end(error as Error));
    worker.once('exit', () => end(undefined));
  });
}
