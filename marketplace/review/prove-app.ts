import path from 'node:path';
import { loadCatalogue } from '#blocks/catalogue/runtime.ts';
import { PARTS } from '#marketplace/format/manifest.ts';
import { type Files, readManifest, readPart, textPart } from '#marketplace/format/package.ts';
import { type CompileResult, compileGraph } from '#runtime/compile/compile.ts';
import { readBytes, readWaveFiles } from '#runtime/files/read.ts';
import { sha256 } from '#runtime/graph/hash.ts';
import { parseGraph } from '#runtime/graph/parse.ts';
import { type ProofReport, proofDocument } from '#runtime/replay/proof.ts';
import { ProofError, type ProofHost, prove } from '#runtime/replay/prove.ts';

/** What runs a program is passed in: a sandbox of the worker or of `mw`, or this process for code of our own in tests. */
export type ProofTools = Pick<ProofHost, 'createStepper' | 'computing' | 'signal' | 'onProgress'>;

/**
 * Runs the proof that an app carries, and checks that the capabilities of its manifest are those that its graph compiles to.
 * @throws `PackageError`, `ProofError`, `InputError`; a red check is no error
 */
export async function proveApp(files: Files, tools: ProofTools): Promise<ProofReport> {
  const manifest = readManifest(files);
  const report = await prove(
    textPart(files, PARTS.graph),
    readPart(files, PARTS.proof, proofDocument),
    proofHost(filesUnder(files, path.posix.dirname(PARTS.proof)), tools),
  );
  const [said, does] = [manifest.capabilities, report.capabilities].map((list) => [...list].sort().join(', ') || 'none');
  if (said !== does)
    throw new ProofError('proof.capabilities', `${PARTS.manifest} asks for the capabilities ${said}; the graph needs ${does}`);
  return report;
}

/** Compiler, data and clock of a proof whose files are at hand, by their names beside `proof.json`. */
export function proofHost(files: Files, tools: ProofTools): ProofHost {
  return {
    compile: compileText,
    async readTable(name, schema, key) {
      const bytes = files.get(name);
      if (bytes) return readBytes(name, bytes, schema, key);
      const inside = filesUnder(files, name);
      if (inside.size > 0) return readWaveFiles(name, inside, schema, key);
      throw new ProofError('proof.input', `the proof names the file "${name}", which is not beside ${PARTS.proof}`);
    },
    now: () => performance.now(),
    date: () => new Date(),
    ...tools,
  };
}

/** Text of a graph -> program of the installed blocks, with the hash over its original bytes. */
export async function compileText(text: string, parameters: ProofParameters): Promise<CompileResult> {
  const parsed = parseGraph(text);
  if (!parsed.ok) return parsed;
  return compileGraph(parsed.document, { catalogue: loadCatalogue(), parameters, graphHash: await sha256(text) });
}
type ProofParameters = Parameters<ProofHost['compile']>[1];

const filesUnder = (files: Files, folder: string): Map<string, Uint8Array> =>
  new Map(
    [...files].flatMap(([name, bytes]) =>
      name.startsWith(`${folder}/`) ? [[name.slice(folder.length + 1), bytes] as const] : [],
    ),
  );
