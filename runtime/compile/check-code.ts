import type { CheckOptions, CodeFinding } from '#runtime/graph/check.ts';
import { CodeProblem, readUserCode } from './read-block.ts';

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
      const { line, message } = typeScriptError(text, error);
      return [{ code: 'code-syntax', message: { en: `Syntax error: ${message}.`, zh: `语法错误：${message}。` }, line }];
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

/** Node's message holds the place as an excerpt; the line is found by the excerpt's text. */
function typeScriptError(text: string, error: unknown): { line: number; message: string } {
  const whole = error instanceof Error ? error.message : String(error);
  const lines = whole
    .split('\n')
    .map((l) => l.trim())
    .filter(Boolean);
  const numbered = /(?:^|\n)\s*(\d+)\s*[│|]/.exec(whole) ?? /:(\d+)(?::\d+)?/.exec(whole);
  const message = (lines.find((l) => l.startsWith('x ') || l.startsWith('× ')) ?? lines.at(-1) ?? whole)
    .replace(/^[x×]\s*/, '')
    .replace(/\.$/, '');
  const excerpt = lines.find((l) => text.includes(l) && l.length > 2);
  const line = numbered ? Number(numbered[1]) : excerpt ? text.slice(0, text.indexOf(excerpt)).split('\n').length : 1;
  return { line, message };
}

/**
 * The same in a browser, where nothing blanks types: code that is plain JavaScript is judged whole, code with types is left to the editor
 * and to the server's check at every save.
 */
export const checkCode: NonNullable<CheckOptions['checkCode']> = (text, facts) => {
  const findings = codeChecker((plain) => plain)(text, facts);
  return findings.some((f) => f.code === 'code-syntax') ? [] : findings;
};
