import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { blocksOf, Markdown } from './markdown.tsx';

describe('Markdown', () => {
  it('reads headings, lists, tables and code', () => {
    const kinds = blocksOf(
      '# A\n\ntext\nmore\n- one\n- two\n  still two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n```\nx = 1\n```',
    ).map((block) => block.kind);
    expect(kinds).toEqual(['heading', 'paragraph', 'list', 'table', 'code']);
  });
  it('never lets HTML or a script address through', () => {
    const html = renderToStaticMarkup(
      <Markdown text={'<img src=x onerror=alert(1)> **b** [x](javascript:alert(1)) [y](https://example.com)'} />,
    );
    expect(html).toContain('&lt;img');
    expect(html).not.toContain('javascript:');
    expect(html).toContain('<strong>b</strong>');
    expect(html).toContain('href="https://example.com"');
  });
});
