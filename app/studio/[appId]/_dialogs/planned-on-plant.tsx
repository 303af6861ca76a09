'use client';
import type { inferRouterOutputs } from '@trpc/server';
import { useTranslations } from 'next-intl';
import { displayUnit } from '#runtime/units/units.ts';
import type { AppRouter } from '#server/root.ts';
import { useSay } from '../_session/use-session.tsx';

type Plan = inferRouterOutputs<AppRouter>['apps']['planDeployment'];

/** Lines of the plan: what is written, which alarms come and go, whose state is lost. What stays is counted, what changes is named. */
export function PlannedOnPlant({ plan }: { plan: Plan }) {
  const t = useTranslations('studio-versions');
  const say = useSay();
  const word = (change: Plan['alarms'][number]['change']) =>
    change === 'same' ? t('deploy.unchanged') : t(`difference.${change}`);
  const changed = plan.alarms.filter((alarm) => alarm.change !== 'same');
  const same = plan.alarms.length - changed.length;
  const kept = plan.states.filter((state) => state.fate === 'kept').length;
  return (
    <>
      {plan.writes.map(({ role, change }) => (
        <li key={`write ${role.name}`}>
          <b>{t('deploy.writes', { role: say(role.title) })}</b>
          {role.range ? ` ${role.range[0]} … ${role.range[1]}` : ''}
          {role.unit ? ` ${displayUnit(role.unit)}` : ''} · {word(change)}
        </li>
      ))}
      {plan.writes.length === 0 && <li>{t('deploy.noWrites')}</li>}
      {changed.map(({ node, priority, text, change }) => (
        <li key={`alarm ${node}`}>
          {t('deploy.alarm', { name: text ? say(text) : node, priority })} · {word(change)}
        </li>
      ))}
      {same > 0 && <li>{t('deploy.same', { count: same })}</li>}
      {plan.alarms.length === 0 && <li>{t('deploy.noAlarms')}</li>}
      {plan.states
        .filter((state) => state.fate !== 'kept')
        .map(({ node, label, fate }) => (
          <li key={`state ${node}`}>
            <b>{t('deploy.state', { name: say(label), fate: t(`deploy.fate.${fate}`) })}</b>
          </li>
        ))}
      {kept > 0 && <li>{t('deploy.keptStates', { count: kept })}</li>}
    </>
  );
}
