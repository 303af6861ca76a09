import { z } from 'zod';
import type { $ZodIssue } from 'zod/v4/core';
import type { Bilingual } from '#runtime/graph/document.ts';

const english = z.locales.en().localeError;
const chinese = z.locales.zhCN().localeError;

/** What is wrong with data, and where: `lines.0.quantity`. A rule of the product brings its own sentence, zod has one per language. */
export function sayIssue(issue: $ZodIssue): { readonly where: string; readonly what: Bilingual } {
  const where = issue.path.map(String).join('.') || 'data';
  const own = issue.code === 'custom' ? (issue.params as Partial<Bilingual> | undefined) : undefined;
  const said = (locale: typeof english): string => {
    const text = locale(issue as Parameters<typeof english>[0]);
    return (typeof text === 'string' ? text : text?.message) ?? issue.message;
  };
  return { where, what: { en: own?.en ?? said(english), zh: own?.zh ?? said(chinese) } };
}
