import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { readBlockPage } from '#server/apps/read-block-page.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { Readme } from '../../_parts/readme.tsx';
import { requireMe } from '../../_shell/require.ts';
import classes from '../blocks.module.css';

type Props = { params: Promise<{ id: string }> };

/** `/blocks/series.ewma`: first-party blocks without their publisher. */
const find = async ({ params }: Props) => {
  const { id } = await params;
  const language = (await getLocale()).startsWith('zh') ? ('zh' as const) : ('en' as const);
  const catalogue = blockCatalogue();
  const name = `millwright/${id}`;
  const [version] = catalogue.versions(name);
  return { id, language, manifest: version && catalogue.block(name, version)?.manifest, text: readBlockPage(name, language) };
};

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { manifest, language } = await find(props);
  return manifest ? { title: manifest.title[language] } : {};
}

export default async function BlockPage(props: Props) {
  const { id, manifest, text, language } = await find(props);
  await requireMe(`/blocks/${id}`, 'app.read');
  if (!manifest || text === null) notFound();
  const t = await getTranslations('blocks');
  return (
    <>
      <PageHeader title={manifest.title[language]} hint={manifest.summary[language]} />
      <div className={classes.page}>
        <Link href="/blocks">{t('all')}</Link>
        <Panel>
          <div data-testid="block-page">
            <Readme text={text} />
          </div>
        </Panel>
      </div>
    </>
  );
}
