import { expect, type Page } from '@playwright/test';

export class HistoryScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** By the visible part of the segmented control. */
  async span(label: string) {
    await this.page.getByText(label, { exact: true }).click();
  }

  /** The figures of the window, of the first line: lowest, highest, newest. */
  async readings() {
    const row = this.page
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader') })
      .first();
    await expect(row.getByRole('cell').first(), 'the trend has data').toHaveText(/\d/);
    await expect(row.getByRole('cell').nth(1), 'the trend has data').toHaveText(/\d/);
    const [lowest = Number.NaN, highest = Number.NaN, newest = Number.NaN] = (await row.getByRole('cell').allTextContents()).map(
      Number.parseFloat,
    );
    return { lowest, highest, newest };
  }

  chart() {
    return this.page.getByRole('region', { name: 'Trend' }).locator('div[role=img]');
  }

  /** The rows behind the picture. */
  async asTable() {
    await this.page.getByRole('button', { name: 'Table', exact: true }).click();
    return this.page.getByRole('region', { name: /./ }).getByRole('table').first().getByRole('row');
  }
}
