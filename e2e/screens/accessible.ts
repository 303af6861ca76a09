import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** The same browser page under the name that axe's own copy of Playwright has for it. */
type AxePage = ConstructorParameters<typeof AxeBuilder>[0]['page'];

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const axe = (page: Page) => new AxeBuilder({ page: page as unknown as AxePage });

/**
 * WCAG 2.2 A and AA by axe, on what is on the screen now. Ports of a zoomed canvas are smaller than 24 px: the criterion allows it where
 * another control does the same, here Enter on the port.
 */
export async function isAccessible(page: Page, where: string): Promise<void> {
  // a page that comes by a link has its title a moment after its content
  await expect(page).toHaveTitle(/\S/);
  await findsNothing(axe(page).withTags(WCAG), where);
}

/** What depends on colour alone, when nothing but the appearance has changed. */
export async function hasContrast(page: Page, where: string): Promise<void> {
  await findsNothing(axe(page).withRules(['color-contrast', 'link-in-text-block']), where);
}

async function findsNothing(builder: AxeBuilder, where: string): Promise<void> {
  const { violations } = await builder.analyze();
  const findings = violations.flatMap(({ id, help, nodes }) =>
    nodes
      .filter((node) => !(id === 'target-size' && node.html.includes('react-flow__handle')))
      .map((node) => `${id}: ${help}\n  ${node.target.join(' ')}\n  ${node.html.slice(0, 200)}\n  ${node.any[0]?.message ?? ''}`),
  );
  expect(findings, `${where} has no accessibility findings`).toEqual([]);
}
