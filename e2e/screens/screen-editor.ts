import { expect, type Page } from '@playwright/test';

/** The operator screens of an app, as an engineer makes them in the studio. */
export class ScreenEditor {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async open() {
    await this.page.getByTestId('studio-mode').locator('label').last().click();
    await expect(this.page.getByTestId('screens-view')).toBeVisible();
  }
  async close() {
    await this.page.getByTestId('studio-mode').locator('label').first().click();
    await expect(this.page.getByTestId('studio-canvas')).toBeVisible();
  }

  item(key: string) {
    return this.page.getByTestId(`screen-palette-${key}`);
  }
  /** A widget on the grid; its name says where it lies. */
  frame(id: string) {
    return this.page.getByTestId(`frame-${id}`);
  }
  flaws(id: string) {
    return this.page.getByTestId(`flaws-${id}`);
  }
  async liesAt(id: string, place: { column: number; row: number; width: number; height: number }) {
    const { column, row, width, height } = place;
    await expect(this.frame(id), `where ${id} lies`).toHaveAccessibleName(
      new RegExp(`column ${column}, row ${row}, ${width} wide, ${height} high$`),
    );
  }

  /** With the mouse, from the palette to a part of the grid (0 to 1). */
  async drop(key: string, to: { x: number; y: number }) {
    const grid = this.page.getByTestId('screen-grid');
    const box = await grid.boundingBox();
    if (!box) throw new Error('the grid is not on the screen');
    await this.item(key).dragTo(grid, { targetPosition: { x: box.width * to.x, y: box.height * to.y } });
  }

  /** With the mouse, by a share of the grid's width and px down. */
  async drag(testId: string, columns: number, down: number) {
    const [tile, grid] = await Promise.all([
      this.page.getByTestId(testId).boundingBox(),
      this.page.getByTestId('screen-grid').boundingBox(),
    ]);
    if (!tile || !grid) throw new Error(`${testId} is not on the screen`);
    const [x, y] = [tile.x + tile.width / 2, tile.y + tile.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + (columns * grid.width) / 12, y + down, { steps: 5 });
    await this.page.mouse.up();
  }

  async preview(on: boolean) {
    await this.page.getByTestId('screen-preview').click();
    await expect(this.page.getByTestId('screen-preview')).toHaveAttribute('aria-pressed', String(on));
  }
  async device(name: 'Laptop' | 'Tablet' | 'Phone') {
    await this.page.getByTestId('screen-device').getByText(name).click();
  }
}
