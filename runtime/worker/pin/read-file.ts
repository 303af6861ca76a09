import { Worker } from 'node:worker_threads';
import type { FileFacts, PinFile } from '#runtime/replay/pin.ts';
import { RunFailed } from '../run-failed.ts';
import type { FileTables, WantedRole } from './file-table.ts';

/** A file that takes longer is no file for a person who waits. */
const MOST_MS = 60_000;
/** What a file of the allowed size unfolds to, in objects; the thread is ended beyond. */
const MEMORY_MB = 1_024;

type Said = { ok: true; value: unknown } | { ok: false; code: string; en: string; zh: string };

/** Reads a dropped file in a thread: this process goes on stepping live shards. @throws {RunFailed} for a file that is none, or too much. */
async function inThread(bytes: Uint8Array, file: PinFile, wanted: readonly WantedRole[], signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted();
  const thread = new Worker(new URL('./file.thread.ts', import.meta.url), {
    workerData: { bytes, file, wanted },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const stop = () => void thread.terminate();
  const late = setTimeout(stop, MOST_MS);
  signal.addEventListener('abort', stop);
  try {
    const said = await new Promise<Said>((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : error),
      );
      thread.once('exit', () => reject(signal.aborted ? signal.reason : tooMuch()));
    });
    if (said.ok) return said.value;
    throw new RunFailed({ code: said.code, message: said.en, zh: said.zh });
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
    await thread.terminate();
  }
}

const tooMuch = () =>
  new RunFailed({
    code: 'pin.file-heavy',
    message: `The file needs more than ${MEMORY_MB} MB or ${MOST_MS / 1000} s to read. Take a part of it, or save it as Parquet.`,
    zh: `读取该文件需要超过 ${MEMORY_MB} MB 内存或 ${MOST_MS / 1000} 秒。请截取一部分，或另存为 Parquet。`,
  });

export const readFacts = (bytes: Uint8Array, file: PinFile, signal: AbortSignal): Promise<FileFacts> =>
  inThread(bytes, file, [], signal) as Promise<FileFacts>;
export const readTables = (
  bytes: Uint8Array,
  file: PinFile,
  wanted: readonly WantedRole[],
  signal: AbortSignal,
): Promise<FileTables> => inThread(bytes, file, wanted, signal) as Promise<FileTables>;
