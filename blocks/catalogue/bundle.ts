import { readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BlockSource } from '#runtime/graph/manifest.ts';
import { stripTypes } from './strip-types.ts';

/**
 * A block's file -> the text that the compiler reads. A block of one file keeps its lines (types are blanked); one with helpers beside it,
 * or with a mathematics package, becomes one module text. The SDK stays outside: the compiler knows it.
 */
export async function bundleBlock(file: string | URL): Promise<BlockSource> {
  const path = typeof file === 'string' ? file : fileURLToPath(file);
  const source = await readFile(path, 'utf8');
  const imports = [...source.matchAll(/^\s*(?:import|export)\b[^;]*?\bfrom\s+['"]([^'"]+)['"]/gm)].map((m) => m[1] ?? '');
  if (imports.every((from) => from === '#blocks/sdk/index.ts')) return { text: stripTypes(source), bundled: false };
  const result = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2024',
    external: ['#blocks/sdk/index.ts'],
    outfile: 'block.js',
    sourcemap: 'external',
    sourcesContent: false,
    charset: 'utf8',
    treeShaking: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const text = result.outputFiles.find((f) => f.path.endsWith('.js'))?.text;
  const map = result.outputFiles.find((f) => f.path.endsWith('.map'))?.text;
  if (text === undefined || map === undefined) throw new Error(`esbuild gave nothing for ${path}`);
  return { text, bundled: true, lines: ownLines(text, JSON.parse(map), basename(path)) };
}

/** Which lines of a bundle stand in the block's own file, and where. */
function ownLines(text: string, map: SourceMapConstructorArgs, name: string): [number, number, number][] {
  const found = new SourceMap(map);
  const runs: [number, number, number][] = [];
  for (const [i, line] of text.split('\n').entries()) {
    const entry = found.findEntry(i, line.length - line.trimStart().length);
    if (!('originalSource' in entry) || basename(entry.originalSource) !== name || entry.generatedLine !== i) continue;
    const last = runs.at(-1);
    const [at, own] = [i + 1, entry.originalLine + 1];
    if (last && last[0] + last[2] === at && last[1] + last[2] === own) last[2]++;
    else runs.push([at, own, 1]);
  }
  return runs;
}
/** What the class takes; the types of this Node version do not export it. */
type SourceMapConstructorArgs = ConstructorParameters<typeof SourceMap>[0];
