'use client';
import { Alert, Loader } from '@mantine/core';
import type * as Monaco from 'monaco-editor';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { useAppearance } from '../../../_shell/appearance.tsx';
import { type CodeEditor as Editor, loadMonaco } from './load-monaco.ts';

export interface Finding {
  readonly line: number;
  readonly column?: number | undefined;
  readonly message: string;
}

/** Formats the text that is open under this name, by the formatter of the same TypeScript that checks it. */
export async function formatCode(path: string): Promise<void> {
  const { monaco } = await loadMonaco();
  const uri = monaco.Uri.parse(`file:///${path}.ts`).toString();
  const editor = monaco.editor.getEditors().find((one) => one.getModel()?.uri.toString() === uri);
  editor?.focus();
  await editor?.getAction('editor.action.formatDocument')?.run();
}

/** Monaco with TypeScript; findings of the graph check stand beside the editor's own. Alt+F1 opens its help, Ctrl+M frees the Tab key. */
export function CodeEditor(props: {
  /** Keeps the undo stack of this text while the page is open. */
  path: string;
  text: string;
  types: string;
  findings: readonly Finding[];
  onChange: (text: string) => void;
}) {
  const t = useTranslations('studio');
  const { scheme } = useAppearance();
  const box = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<Editor>();
  const [model, setModel] = useState<Monaco.editor.ITextModel>();
  const [failure, setFailure] = useState<string>();
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    let gone = false;
    let view: Monaco.editor.IStandaloneCodeEditor | undefined;
    let text: Monaco.editor.ITextModel | undefined;
    loadMonaco().then(
      (loaded) => {
        if (gone || !box.current) return;
        const { monaco } = loaded;
        const uri = monaco.Uri.parse(`file:///${latest.current.path}.ts`);
        text = monaco.editor.getModel(uri) ?? monaco.editor.createModel(latest.current.text, 'typescript', uri);
        if (text.getValue() !== latest.current.text) text.setValue(latest.current.text);
        view = monaco.editor.create(box.current, {
          model: text,
          automaticLayout: true,
          minimap: { enabled: false },
          fontSize: 13,
          fontFamily: "'JetBrains Mono Variable', monospace",
          scrollBeyondLastLine: false,
          tabSize: 2,
          fixedOverflowWidgets: true,
          ariaLabel: t('code.editor'),
        });
        text.onDidChangeContent(() => text && latest.current.onChange(text.getValue()));
        view.focus();
        setEditor(loaded);
        setModel(text);
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      gone = true;
      view?.dispose();
      text?.dispose();
    };
  }, [t]);

  // Changed from outside (types added, undone, by someone else): as one edit, so that the editor's own undo stays.
  useEffect(() => {
    if (model && !model.isDisposed() && props.text !== model.getValue())
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text: props.text }], () => null);
  }, [model, props.text]);
  useEffect(() => editor?.monaco.editor.setTheme(scheme === 'dark' ? 'vs-dark' : 'vs'), [editor, scheme]);
  useEffect(() => {
    editor?.typescript.typescriptDefaults.setExtraLibs([{ content: props.types, filePath: 'file:///block.d.ts' }]);
  }, [editor, props.types]);
  useEffect(() => {
    if (!editor || !model) return;
    editor.monaco.editor.setModelMarkers(
      model,
      'millwright',
      props.findings.map(({ line, column = 1, message }) => ({
        startLineNumber: line,
        endLineNumber: line,
        startColumn: column,
        endColumn: model.getLineMaxColumn(Math.min(line, model.getLineCount())),
        message,
        severity: editor.monaco.MarkerSeverity.Error,
      })),
    );
  }, [editor, model, props.findings]);

  if (failure)
    return (
      <Alert color="red" variant="outline" title={t('code.failed')}>
        {failure}
      </Alert>
    );
  return (
    <div style={{ position: 'relative', height: '100%' }}>
      {!editor && <Loader size="sm" style={{ position: 'absolute', inset: 0, margin: 'auto' }} aria-label={t('code.loading')} />}
      <div ref={box} style={{ height: '100%' }} data-testid="code-editor" />
    </div>
  );
}
