import { readFile } from 'node:fs/promises';
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
    charset: 'utf8',
    treeShaking: true,
    legalComments: 'none',
    logLevel: 'silent',
  });
  const text = result.outputFiles[0]?.text;
  if (text === undefined) throw new Error(`esbuild gave nothing for ${path}`);
  return { text, bundled: true };
}
