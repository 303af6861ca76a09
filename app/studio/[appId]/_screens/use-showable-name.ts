'use client';
import { useCallback } from 'react';
import { useFormat } from '../../../_parts/format.ts';
import type { ScreenSupply } from './use-preview.ts';

/** What a column, table or form is called to people; by its own name where nobody gave it words. */
export function useShowableName(supply: ScreenSupply): (to: string) => string {
  const format = useFormat();
  return useCallback(
    (to: string) => {
      if (to.startsWith('form:')) {
        const form = supply.forms.find((one) => `form:${one.name}` === to);
        return form ? format.text(form.title) : to.slice('form:'.length);
      }
      const [name = to, column] = to.split('.');
      const output = supply.columns.find((one) => one.name === name);
      const words = format.text(output?.title) || name;
      if (column === undefined || (column === 'value' && Object.keys(output?.columns ?? {}).length === 1)) return words;
      return `${words} · ${format.text(output?.columns[column]?.title) || column}`;
    },
    [format, supply],
  );
}
