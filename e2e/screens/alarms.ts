import type { Page } from '@playwright/test';
import { Shell } from './shell.ts';

export class AlarmsScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await new Shell(this.page).goTo('Alarms');
  }

  row(message: string) {
    return this.page.getByRole('row').filter({ hasText: message });
  }

  async journal() {
    await this.page.getByRole('tab', { name: 'Journal' }).click();
  }
}
