/**
 * Bundles the code editor once into `public/monaco/`: the editor with TypeScript only, its two workers and one style sheet. The page
 * loads it at run time, so that the web build never sees Monaco (it would dominate it) and nothing is fetched from outside.
 * Does nothing when the bundle of this version is already there.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Raised when the list below changes. */
const BUNDLE = 1;

/** What an editor for a block of some hundred lines needs; the full set is three times as large. */
const FEATURES = [
  'bracketMatching',
  'caretOperations',
  'clipboard',
  'codeAction',
  'comment',
  'contextmenu',
  'cursorUndo',
  'find',
  'folding',
  'format',
  'gotoError',
  'gotoLine',
  'hover',
  'indentation',
  'linesOperations',
  'multicursor',
  'parameterHints',
  'quickCommand',
  'readOnlyMessage',
  'rename',
  'smartSelect',
  'snippet',
  'suggest',
  'toggleTabFocusMode',
  'tokenization',
  'wordHighlighter',
  'wordOperations',
];

const ENTRY = `
${FEATURES.map((feature) => `import 'monaco-editor/features/${feature}/register.js';`).join('\n')}
import 'monaco-editor/languages/definitions/typescript/register.js';
import * as monaco from 'monaco-editor/editor/editor.api.js';
import * as typescript from 'monaco-editor/languages/features/typescript/register.js';
export { monaco, typescript };
`;

export async function buildMonaco(root: string): Promise<'built' | 'present'> {
  const folder = join(root, 'public', 'monaco');
  const { version } = JSON.parse(await readFile(join(root, 'node_modules/monaco-editor/package.json'), 'utf8')) as {
    version: string;
  };
  const stamp = `monaco-editor ${version} bundle ${BUNDLE}\n`;
  if ((await readFile(join(folder, 'version.txt'), 'utf8').catch(() => '')) === stamp) return 'present';
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const options = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    logLevel: 'warning',
    outdir: folder,
  } as const;
  await build({ ...options, stdin: { contents: ENTRY, resolveDir: root, sourcefile: 'editor.js' }, entryNames: 'editor' });
  await build({
    ...options,
    entryPoints: {
      'editor.worker': 'monaco-editor/editor/editor.worker.js',
      'ts.worker': 'monaco-editor/language/typescript/ts.worker.js',
    },
  });
  await writeFile(join(folder, 'version.txt'), stamp);
  return 'built';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`Code editor bundle: ${await buildMonaco(fileURLToPath(new URL('..', import.meta.url)))}`);
}
