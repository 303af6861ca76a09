import type { Metadata } from 'next';
import Link from 'next/link';
import { getLocale, getTranslations } from 'next-intl/server';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { PageHeader } from '../_parts/page-header.tsx';
import { Panel } from '../_parts/panel.tsx';
import { requireMe } from '../_shell/require.ts';
import classes from './blocks.module.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('blocks'))('title') };
}

/** Every first-party block by group, each with its page. */
export default async function BlocksPage() {
  await requireMe('/blocks', 'app.read');
  const t = await getTranslations('blocks');
  const groupWords = await getTranslations('studio.groups');
  const language = (await getLocale()).startsWith('zh') ? 'zh' : 'en';
  const catalogue = blockCatalogue();
  const manifests = catalogue.ids().flatMap((id) => catalogue.block(id, catalogue.versions(id)[0] ?? '')?.manifest ?? []);
  const groups = Map.groupBy(manifests, ({ id }) => id.slice('millwright/'.length).split('.')[0] ?? '');
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint', { count: manifests.length })} />
      <div className={classes.page}>
        {[...groups].map(([group, list]) => (
          <Panel key={group} title={groupWords.has(group) ? groupWords(group) : group}>
            <ul className={classes.list}>
              {list.map(({ id, title, summary }) => (
                <li key={id}>
                  <Link href={`/blocks/${id.slice('millwright/'.length)}`} prefetch={false}>
                    <span className={classes.name}>{title[language]}</span>
                    <span className={classes.summary}>{summary[language]}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </Panel>
        ))}
      </div>
    </>
  );
}
