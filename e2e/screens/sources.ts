import { expect, type Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class SourcesScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await new Shell(this.page).goTo('Sources');
  }

  /** The card of a connection, by its heading. */
  card(name: string) {
    return this.page.getByRole('listitem').filter({ has: this.page.getByRole('heading', { level: 2, name, exact: true }) });
  }

  /** Connections to simulated machines: those of the demo plant. */
  async names(least: number) {
    const headings = this.page.getByRole('listitem').filter({ hasText: 'Simulated' }).getByRole('heading', { level: 2 });
    await expect.poll(() => headings.count(), { message: 'connections of the demo' }).toBeGreaterThanOrEqual(least);
    return headings.allTextContents();
  }

  async isAlive(name: string) {
    const card = this.card(name);
    await expect(card, `${name}: values arrive`).toContainText('Values arrive', { timeout: 60_000 });
    await expect(card, `${name}: a newest value that is seconds old`).toContainText(/Newest value\s*\d+ sec ago/);
  }
}
