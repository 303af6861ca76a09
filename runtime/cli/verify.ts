import { readFile, stat } from 'node:fs/promises';
import { type Files, open, readManifest } from '#marketplace/format/package.ts';
import { proveApp } from '#marketplace/review/prove-app.ts';
import { readFolder } from '#marketplace/review/read-folder.ts';
import { computing, modelsIn } from '#runtime/compute/answering.ts';
import { openComputePool } from '#runtime/compute/pool.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { Refused } from './outcome.ts';

/** The parts of an app from its folder or its package; a package is checked whole. */
export async function readApp(place: string): Promise<Files> {
  const facts = await stat(place).catch(() => {
    throw new Refused([`${place}: there is no such folder or package`]);
  });
  return facts.isDirectory() ? readFolder(place) : open(new Uint8Array(await readFile(place))).files;
}

/** `mw verify`: runs the proof that an app carries, each run in an isolate, with the changes that must turn it red. */
export async function verify(place: string) {
  const files = await readApp(place);
  const manifest = readManifest(files);
  const models = await modelsIn([...files].flatMap(([name, bytes]) => (name.endsWith('.onnx') ? [bytes] : [])));
  const pool = openComputePool({ models, warn: (what, error) => console.error(`${what}: ${error}`) });
  const report = await proveApp(files, {
    createStepper: (program) => createStepper(program, { seed: 1, timeoutMs: 60_000, hostDeadlineMs: 90_000 }),
    computing: computing(pool, manifest.publisher),
  }).finally(() => pool.close());
  return { app: `${manifest.publisher}/${manifest.slug}`, version: manifest.version, ...report };
}
