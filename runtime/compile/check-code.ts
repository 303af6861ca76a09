import type { CheckOptions, CodeFinding } from '#runtime/graph/check.ts';
import { CodeProblem } from './code-rules.ts';
import { readUserCode } from './read-user-code.ts';

/** The check of code parameters, for `checkGraph`: syntax, what code may name, columns read and given; each with its line. Browser-safe. */
export function codeChecker(stripTypes: (text: string) => string): NonNullable<CheckOptions['checkCode']> {
  return (text, { input, outputs }) => {
    const findings: CodeFinding[] = [];
    const add = (code: string, line: number, en: string, zh: string, column?: number) =>
      void findings.push({ code, message: { en, zh }, line, ...(column === undefined ? {} : { column }) });
    let plain: string;
    try {
      plain = stripTypes(text);
    } catch (error) {
      const { message, ...place } = typeScriptError(error);
      return [{ code: 'code-syntax', message: { en: `Syntax error: ${message}.`, zh: `语法错误：${message}。` }, ...place }];
    }
    try {
      const read = readUserCode(plain, '$u_');
      const base = ['time', 'key', 'quality'];
      const has = Object.keys(input.columns);
      for (const [name, at] of read.columns ?? [])
        if (!has.includes(name) && !base.includes(name))
          add(
            'column-missing',
            at.loc?.start.line ?? 1,
            `The wire has no column '${name}' (it has ${has.join(', ')}).`,
            `连线上没有列“${name}”（现有 ${has.join('、')}）。`,
            (at.loc?.start.column ?? 0) + 1,
          );
      for (const { name, at } of read.returns)
        if (!outputs.includes(name) && name !== 'time' && name !== 'quality')
          add(
            'column-undeclared',
            at.loc?.start.line ?? 1,
            `The code gives '${name}', which is not among the output columns (${outputs.join(', ')}).`,
            `代码给出了“${name}”，但输出列中没有它（${outputs.join('、')}）。`,
            (at.loc?.start.column ?? 0) + 1,
          );
    } catch (error) {
      if (!(error instanceof CodeProblem)) throw error;
      add(error.code, error.line, error.message, error.zh, error.column);
    }
    return findings;
  };
}

/** Node tells the place in the stack's head: `:line`, an excerpt, and a caret under the column. */
function typeScriptError(error: unknown): { line: number; column?: number; message: string } {
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/\.$/, '') ?? '';
  const head = error instanceof Error ? (error.stack ?? '') : '';
  const line = Number(/^[^\n]*:(\d+)\n/.exec(head)?.[1] ?? 1);
  const caret = /\n( *)\^/.exec(head)?.[1];
  return { line, ...(caret === undefined ? {} : { column: caret.length + 1 }), message };
}

/**
 * The same in a browser, where nothing blanks types: code that is plain JavaScript is judged whole, code with types is left to the editor
 * and to the server's check at every save.
 */
export const checkCode: NonNullable<CheckOptions['checkCode']> = (text, facts) => {
  const findings = codeChecker((plain) => plain)(text, facts);
  return findings.some((f) => f.code === 'code-syntax') ? [] : findings;
};
