import type * as Monaco from 'monaco-editor';

export interface TypeScriptDefaults {
  setCompilerOptions(options: Record<string, unknown>): void;
  setDiagnosticsOptions(options: Record<string, unknown>): void;
  setExtraLibs(libs: { content: string; filePath: string }[]): void;
  setEagerModelSync(eager: boolean): void;
}
interface TypeScriptClient {
  getEmitOutput(file: string): Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
  getSyntacticDiagnostics(file: string): Promise<readonly unknown[]>;
}
export interface CodeEditor {
  readonly monaco: typeof Monaco;
  readonly typescript: {
    readonly typescriptDefaults: TypeScriptDefaults;
    getTypeScriptWorker(): Promise<(file: Monaco.Uri) => Promise<TypeScriptClient>>;
  };
}

let loading: Promise<CodeEditor> | undefined;

/**
 * The editor's own bundle (`scripts/build-monaco.ts`), fetched from this server when first needed: no part of the page, no outside request.
 */
export function loadMonaco(): Promise<CodeEditor> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<CodeEditor> {
  if (!document.querySelector('link[data-monaco]')) {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = '/monaco/editor.css';
    link.dataset.monaco = '';
    document.head.append(link);
  }
  Object.assign(globalThis, {
    MonacoEnvironment: {
      getWorker: (_id: string, label: string) =>
        new Worker(label === 'typescript' || label === 'javascript' ? '/monaco/ts.worker.js' : '/monaco/editor.worker.js', {
          type: 'module',
        }),
    },
  });
  const address = '/monaco/editor.js';
  const editor = (await import(/* turbopackIgnore: true */ /* webpackIgnore: true */ address)) as CodeEditor;
  const { typescriptDefaults } = editor.typescript;
  typescriptDefaults.setCompilerOptions({
    // ES2022, without the browser's names: a block has none of them.
    target: 9,
    lib: ['es2022'],
    // what the tests run is a plain function: a worker of no origin loads no module
    module: 1,
    strict: true,
    noImplicitAny: false,
    allowNonTsExtensions: true,
  });
  typescriptDefaults.setEagerModelSync(true);
  return editor;
}

/** The user's text without its types, from the same TypeScript that checks it; undefined while it is no program. */
export async function emitted(path: string): Promise<string | undefined> {
  const { monaco, typescript } = await loadMonaco();
  const uri = monaco.Uri.parse(`file:///${path}.ts`);
  const client = await (await typescript.getTypeScriptWorker())(uri);
  if ((await client.getSyntacticDiagnostics(uri.toString())).length > 0) return undefined;
  return (await client.getEmitOutput(uri.toString())).outputFiles[0]?.text;
}
