'use client';
import { IconCheck, IconClock, IconHandStop, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type { ScreenState } from '#server/operate/live-screen.ts';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { unitLabel } from '../../../../_parts/unit.ts';
import classes from './screen.module.css';
import { useScreen } from './screen-context.tsx';

type Form = ScreenFacts['forms'][number];
/** An entry of this person, as it is said: the number with its unit, or the form's title. */
export interface SentCommand {
  readonly seq: number;
  readonly at: number;
  readonly value: string;
  readonly unit: string;
}

const ICONS = { sent: IconClock, held: IconHandStop, done: IconCheck, not: IconX } as const;

/** What became of the last command: also of one that another person or the app itself gave. */
export function LastCommand({
  form,
  command,
  state,
}: {
  form: Form;
  command: SentCommand | undefined;
  state: ScreenState | undefined;
}) {
  const t = useTranslations('operate');
  const format = useFormat();
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  const { facts } = useScreen();
  const trpc = useTRPC();
  const reaches = new Set(form.reaches);
  const effects = (state?.effects ?? []).filter((e) => reaches.has(e.node));
  // A second of slack: the entry's time is the web server's, the effect's is the database's.
  const own = command && effects.find((e) => e.createdAt.getTime() >= command.at - 1_000);
  const effect = command ? own : effects[0];
  const unit = unitLabel(form.unit);
  const taken = command !== undefined && !effect && state !== undefined && state.consumed >= command.seq;
  // asked once for each command, while what held it back still stands
  const held = useQuery(
    trpc.operate.explain.queryOptions(
      { instanceId: facts.instance?.id ?? '', seq: command?.seq ?? 0 },
      {
        staleTime: Number.POSITIVE_INFINITY,
        enabled: taken && facts.instance !== null,
        // what the server looks at is stored a moment after the app saw it
        refetchInterval: ({ state: { data, dataUpdateCount } }) => (data === null && dataUpdateCount < 4 ? 1_000 : false),
      },
    ),
  );
  if (command && !effect) {
    const { value: text, unit } = command;
    if (!state || state.consumed < command.seq)
      return <Outcome icon={<ICONS.sent size={16} />}>{t('command.sent', { value: text, unit })}</Outcome>;
    if (held.isLoading) return <Outcome icon={<ICONS.sent size={16} />}>{t('command.sent', { value: text, unit })}</Outcome>;
    return (
      <Outcome icon={<ICONS.held size={16} />} strong>
        {held.data
          ? t('command.held', { value: text, unit, label: held.data.label[language], why: held.data.why[language] })
          : t('command.noEffect', { value: text, unit })}
      </Outcome>
    );
  }
  if (!effect) return null;
  const asked = effect.request.value;
  const value = typeof asked === 'number' ? format.exact(asked) : String(asked ?? '');
  const bad = ['refused', 'failed', 'expired', 'dead'].includes(effect.status);
  const Icon = effect.status === 'done' ? ICONS.done : bad ? ICONS.not : ICONS.sent;
  const kind = effect.kind === 'tag.write' || effect.kind === 'confirm.request' ? effect.kind.replace('.', '_') : 'other';
  return (
    <Outcome icon={<Icon size={16} />} strong={bad}>
      {format.time(effect.createdAt)} {t(`effect.${kind}`, { value, unit })} {t(`effectStatus.${effect.status}`)}
      {effect.answer?.reason ? ` ${effect.answer.reason[language]}` : ''}
    </Outcome>
  );
}

export function Outcome({ icon, strong, children }: { icon: ReactNode; strong?: boolean; children: ReactNode }) {
  return (
    <p className={classes.outcome} data-strong={strong || undefined}>
      {icon}
      <span>{children}</span>
    </p>
  );
}
