import { parentPort, workerData } from 'node:worker_threads';
import { ConnectorError } from '#blocks/sdk/connector.ts';
import type { PinFile } from '#runtime/replay/pin.ts';
import { FileRefused, fileFacts, fileTables, type WantedRole } from './file-table.ts';

const { bytes, file, wanted } = workerData as { bytes: Uint8Array; file: PinFile; wanted: readonly WantedRole[] };

async function work(): Promise<unknown> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { columns } = file;
  return columns ? fileTables(buffer, { ...file, columns }, wanted) : fileFacts(file.name, buffer);
}

try {
  parentPort?.postMessage({ ok: true, value: await work() });
} catch (error) {
  if (error instanceof FileRefused) parentPort?.postMessage({ ok: false, code: error.code, en: error.message, zh: error.zh });
  else if (error instanceof ConnectorError) parentPort?.postMessage({ ok: false, code: error.code, ...error.text });
  else throw error;
}
