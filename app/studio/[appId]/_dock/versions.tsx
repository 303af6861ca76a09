'use client';
import { Button, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { readFailure } from '../../../_client/failure.ts';
import { useTRPC, useTRPCClient } from '../../../_client/trpc.ts';
import { useMe } from '../../../_shell/me.tsx';
import { formatMoment } from '../_session/format.ts';
import { useSession } from '../_session/use-session.tsx';
import { CompareDialog } from '../_versions/compare-dialog.tsx';
import { EditHistory } from '../_versions/edit-history.tsx';
import { readVersion } from '../_versions/read-version.ts';
import versionClasses from '../_versions/versions.module.css';
import classes from './dock.module.css';

/** Versions that were put live or given a name, each to compare with and to go back to, and who changed what in the draft. */
export function Versions({ appId }: { appId: string }) {
  const t = useTranslations('studio-versions');
  const locale = useLocale();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const session = useSession();
  const mayEdit = useMe()?.may.includes('app.write') ?? false;
  const versions = useQuery(trpc.apps.versions.queryOptions({ appId }));
  const [compared, setCompared] = useState<string>();
  const [label, setLabel] = useState('');
  const fail = (error: unknown) => notifications.show({ color: 'red', message: readFailure(error, locale).message });
  const name = useMutation({
    mutationFn: async () => {
      // All that is on the screen first: the name is for what its giver sees.
      if (!(await session.flush())) throw new Error(t('list.notSaved'));
      const { revision } = await client.apps.get.query({ appId });
      return client.apps.nameVersion.mutate({ appId, revision, label });
    },
    onSuccess: () => {
      setLabel('');
      void queries.invalidateQueries(trpc.apps.versions.pathFilter());
    },
    onError: fail,
  });
  const restore = async (versionId: string) => {
    try {
      const version = readVersion(await client.apps.version.query({ versionId }));
      session.editApp(() => version.graph);
      session.editScreens(() => version.screens);
      notifications.show({ message: t('list.restored') });
    } catch (error) {
      fail(error);
    }
  };
  return (
    <div className={versionClasses.split}>
      <div>
        {mayEdit && (
          <form
            className={versionClasses.naming}
            onSubmit={(event) => {
              event.preventDefault();
              name.mutate();
            }}
          >
            <TextInput
              aria-label={t('list.label')}
              placeholder={t('list.labelHint')}
              value={label}
              maxLength={120}
              onChange={(event) => setLabel(event.currentTarget.value)}
              data-testid="version-label"
            />
            <Button
              type="submit"
              variant="default"
              loading={name.isPending}
              disabled={label.trim() === ''}
              data-testid="version-name"
            >
              {t('list.name')}
            </Button>
            <Button
              variant="default"
              disabled={!versions.data?.length}
              onClick={() => setCompared(versions.data?.[0]?.id)}
              data-testid="version-compare"
            >
              {t('list.compare')}
            </Button>
          </form>
        )}
        {versions.data?.length === 0 && <p className={classes.empty}>{t('list.none')}</p>}
        {!!versions.data?.length && (
          <table className={classes.table} data-testid="versions-list">
            <thead>
              <tr>
                <th scope="col">{t('list.version')}</th>
                <th scope="col">{t('list.who')}</th>
                <th scope="col">{t('list.when')}</th>
                <th scope="col">
                  <span className="mw-visually-hidden">{t('list.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {versions.data.map((version) => (
                <tr key={version.id}>
                  <td>
                    {version.version}
                    {version.label ? ` · ${version.label}` : ''}
                    {version.running > 0 && (
                      <span className={versionClasses.live}>{t('list.running', { count: version.running })}</span>
                    )}
                  </td>
                  <td>{version.by ?? '–'}</td>
                  <td>{formatMoment(version.createdAt.getTime(), locale)}</td>
                  <td data-number>
                    <Button
                      variant="subtle"
                      aria-label={`${t('list.difference')}: ${version.version}`}
                      onClick={() => setCompared(version.id)}
                    >
                      {t('list.difference')}
                    </Button>
                    {mayEdit && (
                      <Button
                        variant="subtle"
                        aria-label={`${t('list.restore')}: ${version.version}`}
                        onClick={() => void restore(version.id)}
                        data-testid={`version-restore-${version.version}`}
                      >
                        {t('list.restore')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      <EditHistory appId={appId} />
      {compared !== undefined && versions.data && (
        <CompareDialog versions={versions.data} was={compared} onClose={() => setCompared(undefined)} />
      )}
    </div>
  );
}
