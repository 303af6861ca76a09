import { expect, type Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class PlantScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await new Shell(this.page).goTo('Plant');
  }

  row(tag: string) {
    return this.page.getByRole('row').filter({ has: this.page.getByText(tag, { exact: true }) });
  }

  /** The value cell of a tag: number, unit, and a word about quality or age when there is something to say. */
  value(tag: string) {
    return this.row(tag).getByRole('cell').first();
  }

  /** The number that is shown, once there is one. */
  async number(tag: string): Promise<number> {
    const figure = this.value(tag).locator('data').first();
    await expect(figure, `${tag} has a value`).toHaveAttribute('value', /^-?\d/);
    return Number(await figure.getAttribute('value'));
  }

  async filter(word: string) {
    await this.page.getByRole('textbox', { name: 'Filter tags' }).fill(word);
  }

  async historyOf(tag: string) {
    await this.page.getByRole('link', { name: `Show the history of ${tag}` }).click();
    await expect(this.page.getByRole('heading', { level: 1, name: 'History' })).toBeVisible();
  }
}
