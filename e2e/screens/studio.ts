import { expect, type Locator, type Page } from '@playwright/test';

export class StudioScreen {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async isOpen(name: string) {
    await expect(this.page.getByTestId('studio-name'), 'the studio with the app').toHaveValue(name);
    await expect(this.page.getByTestId('studio-canvas')).toBeVisible();
  }

  async isSaved() {
    await expect(this.page.getByTestId('studio-save-state'), 'the draft is saved').toHaveText('Saved');
  }

  /** From the palette, by its search and Enter, as an engineer types; returns when the node is chosen. */
  async add(block: string, id: string) {
    const search = this.page.getByTestId('palette-search');
    await search.fill('');
    await this.page.getByTestId(`palette-item-${block}`).click();
    await expect(this.node(id), `the block ${block} became the node ${id}`).toBeVisible();
    await expect(this.page.getByTestId('inspector'), `the inspector shows ${id}`).toContainText(id);
  }

  node(id: string) {
    return this.page.getByTestId(`node-${id}`);
  }

  value(id: string) {
    return this.page.getByTestId(`value-${id}`);
  }

  port(node: string, port: string) {
    return this.page.getByTestId(`port-${node}-${port}`);
  }

  wire(from: string, to: string) {
    return this.page.getByRole('group', { name: `${from} → ${to}`, includeHidden: true });
  }

  async choose(id: string) {
    await this.node(id).click({ position: { x: 60, y: 12 } });
    await expect(this.page.getByTestId('inspector'), `the inspector shows ${id}`).toContainText(`${id} ·`);
  }

  /** A field of the inspector. */
  field(name: string) {
    return this.page.getByTestId(`inspector-${name}`);
  }

  async label(text: string) {
    await this.page.getByTestId('inspector-label').fill(text);
  }

  /** Makes a setting of the chosen node one of the app, which installers set. */
  async letInstallerSet(name: string, shown: string) {
    await this.page.getByTestId(`lift-${name}`).click();
    await this.page.getByTestId(`lift-${name}-new`).click();
    await expect(this.field(name), 'the setting is one of the app').toContainText(shown);
  }

  async nameOutput(port: string, name: string) {
    await this.page.getByTestId(`output-name-${port}`).fill(name);
  }

  async createRole(role: { name: string; title: string; titleZh: string; unit: string }) {
    await this.page.getByTestId('role-create').click();
    await this.page.getByTestId('role-name').fill(role.name);
    await this.page.getByTestId('role-title-en').fill(role.title);
    await this.page.getByTestId('role-title-zh').fill(role.titleZh);
    await this.page.getByTestId('role-unit').fill(role.unit);
    await this.page.getByTestId('role-save').click();
    await expect(this.page.getByRole('dialog'), `the role ${role.name} is made`).toHaveCount(0);
  }

  /** Everything in order and in sight. */
  async arrange() {
    await this.page.getByTestId('studio-more').click();
    await this.page.getByRole('menuitem', { name: /Arrange/ }).click();
    await this.page.getByRole('button', { name: 'Fit everything' }).click();
  }

  /** Draws a wire with the pointer. */
  async drag(from: readonly [string, string], to: readonly [string, string]) {
    const begin = await centreOf(this.port(...from));
    await this.page.mouse.move(begin.x, begin.y);
    await this.page.mouse.down();
    const end = await centreOf(this.port(...to));
    await this.page.mouse.move(end.x - 12, end.y, { steps: 6 });
    await this.page.mouse.move(end.x, end.y, { steps: 3 });
    await this.page.mouse.up();
    await this.isWired(from, to);
  }

  /** Draws a wire with the keyboard alone: Enter on the output picks it, Enter on the input connects. */
  async wireByKeyboard(from: readonly [string, string], to: readonly [string, string]) {
    await this.port(...from).focus();
    await this.page.keyboard.press('Enter');
    await expect(this.port(...from), 'the output is picked').toHaveAttribute('aria-pressed', 'true');
    await this.port(...to).focus();
    await this.page.keyboard.press('Enter');
    await this.isWired(from, to);
  }

  async isWired(from: readonly [string, string], to: readonly [string, string]) {
    await expect(
      this.page
        .getByTestId(`rf__edge-${from.join('.')}>${to.join('.')}`)
        .or(this.wire(from.join('.'), to.join('.')))
        .first(),
      `a wire from ${from.join('.')} to ${to.join('.')}`,
    ).toBeAttached();
  }

  async dock(tab: 'Records on the wire' | 'Problems' | 'Test report' | 'Versions') {
    await this.page.getByTestId('studio-dock').getByRole('tab', { name: tab }).click();
  }

  problems() {
    return this.page.getByTestId('problems-list').getByRole('button');
  }

  async chooseIn(testId: string, option: string | RegExp) {
    await this.page.getByTestId(testId).click();
    await this.page.getByRole('option', { name: option }).click();
  }

  /** Binds the app to a machine; the suggestions fill the roles, `roles` are chosen by hand. */
  async bind(asset: RegExp, roles: Readonly<Record<string, RegExp>> = {}) {
    await this.page.getByTestId('studio-more').click();
    await this.page.getByTestId('studio-bind').click();
    await this.fillBinding(asset, roles);
    await this.page.getByTestId('binding-save').click();
    await expect(this.page.getByRole('dialog'), 'the binding is taken').toHaveCount(0);
  }

  async fillBinding(asset: RegExp, roles: Readonly<Record<string, RegExp>> = {}) {
    await this.chooseIn('binding-asset', asset);
    for (const [role, tag] of Object.entries(roles)) await this.chooseIn(`binding-${role}`, tag);
  }

  /** Runs a test or backtest on recorded data and waits for its report. */
  async run(kind: 'test' | 'backtest') {
    await this.page.getByTestId(`studio-${kind}`).click();
    await expect(this.page.getByTestId('run-start'), `the ${kind} can start: every role is bound`).toBeEnabled();
    await this.page.getByTestId('run-start').click();
    await expect(this.page.getByTestId('studio-cancel-run'), `the ${kind} runs`).toHaveCount(0, { timeout: 90_000 });
    await this.dock('Test report');
    const report = this.page.getByTestId('run-report');
    await expect(report, `the report of the ${kind}`).toBeVisible({ timeout: 60_000 });
    return report;
  }

  async deploy(asset: RegExp, roles: Readonly<Record<string, RegExp>> = {}) {
    await this.isSaved();
    await this.page.getByTestId('studio-deploy').click();
    await expect(this.page.getByTestId('deploy-plan'), 'what the deployment changes').toBeVisible();
    await this.fillBinding(asset, roles);
    await this.page.getByTestId('deploy-agree').check();
    await this.page.getByTestId('deploy-confirm').click();
    await expect(this.page.getByTestId('deploy-close'), 'the app is deployed').toBeVisible({ timeout: 30_000 });
  }
}

/** Where it is once it stands still: a canvas that is being fitted moves under the pointer. */
async function centreOf(target: Locator): Promise<{ x: number; y: number }> {
  const read = async () => {
    const box = await target.boundingBox();
    if (!box) throw new Error(`${target} is not on the screen`);
    return box;
  };
  let box = await read();
  await expect(async () => {
    const before = box;
    await target.page().evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    box = await read();
    expect(box, 'it stands still').toEqual(before);
  }).toPass();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
