'use client';
import { IconAlertTriangle, IconCircle, IconCircleDotted, IconHistory } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { isBad, isDoubtful } from '../_session/format.ts';

/** State of a node at the right of its head: shape and words, colour only when something is wrong. */
export function StatusMark(props: {
  worst: 'error' | 'warning' | undefined;
  quality: number | undefined;
  stale: boolean;
  captured: boolean;
}) {
  const t = useTranslations('studio');
  const { worst, quality, stale, captured } = props;
  if (worst === 'error' || (quality !== undefined && isBad(quality)))
    return (
      <Mark label={t(worst === 'error' ? 'status.error' : 'status.bad')}>
        <svg width="10" height="10" aria-hidden>
          <rect width="10" height="10" rx="1" fill="var(--mw-p1)" />
        </svg>
      </Mark>
    );
  if (worst === 'warning' || (quality !== undefined && isDoubtful(quality)))
    return (
      <Mark label={t(worst === 'warning' ? 'status.warning' : 'status.uncertain')}>
        <IconAlertTriangle size={13} color="var(--mw-p2)" fill="var(--mw-p2)" fillOpacity={0.35} aria-hidden />
      </Mark>
    );
  if (stale)
    return (
      <Mark label={t('status.stale')}>
        <IconHistory size={13} stroke={1.6} aria-hidden />
      </Mark>
    );
  if (captured)
    return (
      <Mark label={t('status.captured')}>
        <IconCircleDotted size={13} stroke={1.8} aria-hidden />
      </Mark>
    );
  return quality === undefined ? null : (
    <Mark label={t('status.good')}>
      <IconCircle size={11} stroke={2} aria-hidden />
    </Mark>
  );
}

const Mark = ({ label, children }: { label: string; children: React.ReactNode }) => (
  <span role="img" aria-label={label} title={label} style={{ display: 'grid', placeItems: 'center' }}>
    {children}
  </span>
);
