'use client';
import { Button, List, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { assetClassName } from '#runtime/graph/asset-classes.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { useCapability } from '../../_parts/capability.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { Readme } from '../../_parts/readme.tsx';
import { unitLabel } from '../../_parts/unit.ts';
import { useMe } from '../../_shell/me.tsx';
import classes from './market.module.css';
import { ProofTable } from './proof-table.tsx';

/** What an app gives, needs, may do and has proven: all that one wants to know before installing it. */
export function Listing({ publisher, slug }: { publisher: string; slug: string }) {
  const t = useTranslations('market');
  const trpc = useTRPC();
  const format = useFormat();
  const capabilityText = useCapability();
  const me = useMe();
  const listing = useQuery(trpc.market.listing.queryOptions({ publisher, slug }));
  if (listing.isError) return <ErrorState error={listing.error} retry={() => void listing.refetch()} />;
  const app = listing.data;
  if (!app) return <PageHeader title={t('title')} />;
  const mayInstall = me?.may.includes('market.install') ?? false;
  return (
    <>
      <PageHeader
        title={format.text(app.title)}
        hint={format.text(app.summary)}
        actions={
          mayInstall && (
            <Button component={Link} href={`/market/${publisher}/${slug}/install`} data-testid="install">
              {t('install')}
            </Button>
          )
        }
      />
      <div className={classes.page}>
        <div className={classes.column}>
          <Panel title={t('about')}>
            <Readme text={format.text(app.readme)} />
          </Panel>
          {app.proof && (
            <Panel title={t('proof')} flush>
              <Text c="dimmed" p="10px 12px 0">
                {t('proofText', { when: format.dateTime(app.proof.at) })}
              </Text>
              <ProofTable proof={app.proof} />
            </Panel>
          )}
        </div>
        <div className={classes.column}>
          <Panel title={t('needs')} flush>
            <Table>
              <Table.Tbody>
                <Table.Tr>
                  <Table.Th>{t('asset')}</Table.Th>
                  <Table.Td>{app.assetClass ? format.text(assetClassName(app.assetClass)) : t('anyAsset')}</Table.Td>
                </Table.Tr>
                {app.roles.map((role) => (
                  <Table.Tr key={role.name}>
                    <Table.Th>{format.text(role.title)}</Table.Th>
                    <Table.Td>
                      {[
                        role.unit ? unitLabel(role.unit) : role.type,
                        t(role.optional ? 'optional' : 'required'),
                        role.write && t('writes'),
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Panel>
          <Panel title={t('may')}>
            {app.capabilities.length === 0 ? (
              <Text>{t('mayNothing')}</Text>
            ) : (
              <List size="sm">
                {app.capabilities.map((capability) => (
                  <List.Item key={capability}>{capabilityText(capability)}</List.Item>
                ))}
              </List>
            )}
          </Panel>
          <Panel title={t('versions')}>
            <List size="sm">
              {app.versions.map((version) => (
                <List.Item key={version.id}>
                  {version.version} · {format.date(version.createdAt)}
                </List.Item>
              ))}
            </List>
            <Text c="dimmed" mt={10}>
              {t('graphHash')}
            </Text>
            <Text className={`mw-mono ${classes.hash}`} data-testid="graph-hash">
              {app.graphHash}
            </Text>
          </Panel>
        </div>
      </div>
    </>
  );
}
