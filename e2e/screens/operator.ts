import { expect, type Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class OperatorScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** From the list of screens. */
  async open(app: string) {
    await new Shell(this.page).goTo('Operate');
    const item = this.page
      .getByRole('listitem')
      .filter({ has: this.page.getByRole('heading', { level: 2, name: app, exact: true }) });
    await item.getByRole('link').first().click();
    await this.isLive();
  }

  async isLive() {
    await expect(this.page.getByTestId('screen-status'), 'the screen is connected to a running app').toContainText(
      /Running.*Live/s,
      {
        timeout: 60_000,
      },
    );
  }

  /** A tile, by the heading over it. */
  tile(title: string) {
    return this.page
      .locator('[data-kind]')
      .filter({ has: this.page.getByRole('heading', { level: 2, name: title, exact: true }) });
  }

  picture(title: string) {
    return this.tile(title).locator('div[role=img]');
  }

  /** The figure of a tile as a machine reads it: unrounded, empty until the first value. */
  private figure(title: string) {
    return this.tile(title).locator('data').first();
  }

  /** A figure that is there: a first value has come. */
  async isAlive(title: string) {
    await expect(this.figure(title), `${title} shows a figure`).toHaveAttribute('value', /^-?\d/, { timeout: 60_000 });
  }

  async number(title: string): Promise<number> {
    await this.isAlive(title);
    return Number(await this.figure(title).getAttribute('value'));
  }

  async write(title: string, value: number) {
    const tile = this.tile(title);
    await tile.getByRole('textbox').fill(String(value));
    await tile.locator('button[type=submit]').click();
  }

  confirmations() {
    return this.page.getByRole('region', { name: 'Commands that wait for you' });
  }

  async confirm() {
    await this.confirmations().getByRole('button', { name: 'Confirm', exact: true }).click();
  }
}
