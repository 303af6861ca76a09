'use client';
import { IconFileText } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { boundTo, type Widget } from '#runtime/graph/screens.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { useMay } from '../../../../_shell/me.tsx';
import classes from './screen.module.css';
import { useScreen } from './screen-context.tsx';
import { shownValue } from './widgets.tsx';

/**
 * Documents that an app made or names: slot `documents`, a column with their codes (`REPORT-A-1, REPORT-A-2`), or `options.codes` for those that always
 * stand there, such as an instruction. `options.page`: the page at which a PDF opens.
 */
export function DocumentWidget({ widget }: { widget: Widget }) {
  const { facts, live } = useScreen();
  const t = useTranslations('operate');
  const format = useFormat();
  const trpc = useTRPC();
  const may = useMay();
  const bind = boundTo(widget, 'documents') ?? boundTo(widget, 'value') ?? '';
  const value = live.value(bind, facts.instance?.key);
  const told = shownValue(value);
  const fixed = Array.isArray(widget.options?.codes) ? widget.options.codes.map(String) : [];
  const codes = [
    ...new Set([...fixed, ...String(told ?? '').split(',')].map((code) => code.trim()).filter((code) => code !== '')),
  ];
  const readable = may('record.read');
  const records = useQueries({
    queries: codes.map((code) => ({
      ...trpc.records.read.queryOptions({ kind: 'document', code }),
      enabled: readable,
      retry: false,
    })),
  });
  if (codes.length === 0) return <p className={classes.nothing}>{t('noDocument')}</p>;
  const page = typeof widget.options?.page === 'number' ? `#page=${widget.options.page}` : '';
  return (
    <ul className={classes.documents}>
      {codes.map((code, i) => {
        const record = records[i]?.data;
        const name = typeof record?.data.name === 'string' ? record.data.name : code;
        return (
          <li key={code}>
            <IconFileText size={22} stroke={1.6} aria-hidden />
            <span>
              {readable ? (
                <a href={`/documents/${encodeURIComponent(code)}${page}`} target="_blank" rel="noreferrer">
                  {name}
                </a>
              ) : (
                code
              )}
              <small>
                {record &&
                  t('documentFacts', {
                    code,
                    version: record.version,
                    state: format.text(record.stateTitle),
                    time: format.dateTime(record.updatedAt),
                  })}
                {records[i]?.error && t('documentGone', { code })}
              </small>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
