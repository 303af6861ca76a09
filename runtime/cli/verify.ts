import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { PARTS } from '#marketplace/format/manifest.ts';
import { type Files, open, readManifest, readPart, textPart } from '#marketplace/format/package.ts';
import { readBytes } from '#runtime/files/read.ts';
import { proofDocument } from '#runtime/replay/proof.ts';
import { prove } from '#runtime/replay/prove.ts';
import { createStepper } from '#runtime/sandbox/stepper.ts';
import { compileText } from './compile-file.ts';
import { Refused } from './outcome.ts';

/** The parts of an app from its folder or its package; a package is checked whole. */
export async function readApp(place: string): Promise<Files> {
  const facts = await stat(place).catch(() => {
    throw new Refused([`${place}: there is no such folder or package`]);
  });
  if (!facts.isDirectory()) return open(new Uint8Array(await readFile(place))).files;
  const files = new Map<string, Uint8Array>();
  const walk = async (folder: string) => {
    for (const entry of await readdir(path.join(place, folder), { withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(name);
      else files.set(name, new Uint8Array(await readFile(path.join(place, name))));
    }
  };
  await walk('');
  return files;
}

/** `mw verify`: runs the proof that an app carries, each run in an isolate, with the changes that must turn it red. */
export async function verify(place: string) {
  const files = await readApp(place);
  const manifest = readManifest(files);
  const report = await proveApp(files);
  return { app: `${manifest.publisher}/${manifest.slug}`, version: manifest.version, ...report };
}

export const proveApp = (files: Files) =>
  prove(textPart(files, PARTS.graph), readPart(files, PARTS.proof, proofDocument), {
    compile: compileText,
    createStepper: (program) => createStepper(program, { seed: 1, timeoutMs: 60_000, hostDeadlineMs: 90_000 }),
    readTable: (file, schema, key) => {
      const bytes = files.get(`proof/${file}`);
      if (!bytes) throw new Refused([`the proof names proof/${file}, which is missing`]);
      return readBytes(file, bytes, schema, key);
    },
    now: () => performance.now(),
    date: () => new Date(),
  });
