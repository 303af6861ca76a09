import { Button } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { blockChanges } from '#runtime/graph/block-changes.ts';
import type { GraphNode } from '#runtime/graph/document.ts';
import { setVersion } from '../_edits/nodes.ts';
import { useSay, useSession } from '../_session/use-session.tsx';
import classes from './inspector.module.css';

/** A node keeps the version of its block that it was made with. Where there is a newer one: what is different, and a way to take it. */
export function NewerVersion({ node }: { node: GraphNode }) {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const catalogue = blockCatalogue();
  const [newest] = catalogue.versions(node.block);
  const [from, to] = [node.version, newest ?? ''].map((version) => catalogue.block(node.block, version)?.manifest);
  if (!from || !to || from.version === to.version) return null;
  return (
    <section className={classes.newer} aria-label={t('inspector.newer', { version: to.version })} data-testid="newer-version">
      <h3>{t('inspector.newer', { version: to.version })}</h3>
      <ul>
        {blockChanges(from, to).map((change) => (
          <li key={change.text.en}>{say(change.text)}</li>
        ))}
      </ul>
      <Button
        size="xs"
        variant="default"
        onClick={() => session.edit(setVersion(node.id, to.version))}
        data-testid="take-version"
      >
        {t('inspector.takeVersion', { version: to.version })}
      </Button>
    </section>
  );
}
