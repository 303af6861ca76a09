'use client';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { graphDocument } from '#runtime/graph/document.ts';
import { useTRPC, useTRPCClient } from '../../../_client/trpc.ts';
import { formatMoment } from '../_session/format.ts';
import { useSession } from '../_session/use-session.tsx';
import classes from './dock.module.css';

/** Versions that were put live; any of them can be taken back into the draft, as one step that can be undone. */
export function Versions({ appId }: { appId: string }) {
  const t = useTranslations('studio');
  const locale = useLocale();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const session = useSession();
  const versions = useQuery(trpc.apps.versions.queryOptions({ appId }));
  if (!versions.data?.length) return <p className={classes.empty}>{t('versions.none')}</p>;
  const takeBack = async (versionId: string) => {
    const version = await client.apps.version.query({ versionId });
    const graph = graphDocument.parse(JSON.parse(version.graph));
    session.edit(() => graph);
  };
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('versions.version')}</th>
          <th scope="col">{t('versions.when')}</th>
          <th scope="col">{t('versions.hash')}</th>
          <th scope="col">
            <span className="mw-visually-hidden">{t('versions.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {versions.data.map((version) => (
          <tr key={version.id}>
            <td>{version.version}</td>
            <td>{formatMoment(version.createdAt.getTime(), locale)}</td>
            <td className="mw-mono">{version.graphHash.slice(0, 12)}</td>
            <td data-number>
              <Button variant="subtle" onClick={() => void takeBack(version.id)}>
                {t('versions.takeBack')}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
