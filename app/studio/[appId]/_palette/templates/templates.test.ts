import { expect, it } from 'vitest';
import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import { checkGraph } from '#runtime/graph/check.ts';
import { graphDocument } from '#runtime/graph/document.ts';
import { copyText, pasteFragment, readFragment } from '../../_edits/clipboard.ts';
import { emptyGraph } from '../../_edits/edit.ts';
import { TEMPLATES } from './templates.ts';

it.each(TEMPLATES)(
  '$id runs as it is put into an empty app, and says its texts in both languages',
  ({ part, title, summary }) => {
    const { edit, ids } = pasteFragment(emptyGraph(), part, { x: 0, y: 0 });
    const document = edit(emptyGraph());
    expect(graphDocument.safeParse(document).success).toBe(true);
    expect(checkGraph(document, blockCatalogue()).problems).toEqual([]);
    expect(readFragment(copyText(document, ids)).ok).toBe(true);
    for (const text of [title, summary]) expect(text.en && text.zh).toBeTruthy();
  },
);
