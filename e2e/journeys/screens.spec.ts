import { expect, test } from '@playwright/test';
import { isAccessible } from '../screens/accessible.ts';
import { signedIn } from '../screens/accounts.ts';
import { OperatorScreen } from '../screens/operator.ts';
import { ScreenEditor } from '../screens/screen-editor.ts';
import { StudioScreen } from '../screens/studio.ts';

const NAME = { en: 'Screens by hand', zh: '手工画面' };
const CODE = 'export default function (row) {\n  return { celsius: (row.value - 32) / 1.8 };\n}\n';
/** In one line: the editor closes brackets of typed lines by itself. */
const oneLine = CODE.replaceAll(/\n\s*/g, ' ').trim();
const node = (id: string, block: string, params: object) => ({ id, block: `millwright/${block}`, version: '1.0.0', params });
/** An entry of a person, and the same in another unit by code: nothing of a plant is needed. */
const graph = {
  format: 1,
  nodes: [
    node('entry', 'source.form', {
      form: 'heat',
      title: { en: 'Heat', zh: '温度录入' },
      unit: '[degF]',
      low: -100,
      high: 500,
    }),
    node('convert', 'transform.code', { code: CODE, outputs: [{ name: 'celsius', type: 'number', unit: 'Cel' }] }),
  ],
  wires: [{ from: { node: 'entry', port: 'out' }, to: { node: 'convert', port: 'in' } }],
  outputs: [{ name: 'heat', title: { en: 'Heat in Celsius', zh: '摄氏温度' }, from: { node: 'convert', port: 'out' } }],
};

test('a screen by mouse and by keyboard, seen as on a phone and opened as an operator; code with its tests', async ({
  browser,
  baseURL,
}) => {
  test.slow();
  const page = await signedIn(browser, 'engineer');
  const answer = await page.request.post(`${baseURL}/api/trpc/apps.create`, {
    data: { json: { name: NAME, graph } },
    headers: { origin: baseURL ?? '' },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { id } = (await answer.json()).result.data.json as { id: string };
  await page.goto(`/studio/${id}`);
  const studio = new StudioScreen(page);
  await studio.isOpen(NAME.en);

  const editor = new ScreenEditor(page);
  await editor.open();
  await expect(page.getByTestId('screen-generated'), 'what operators get while nobody makes one').toBeVisible();
  await isAccessible(page, 'the generated screen');
  await page.getByTestId('screen-start-blank').click();

  // by mouse: an output dropped onto the grid, moved, and its corner drawn
  await editor.drop('heat.celsius', { x: 0.02, y: 0.03 });
  await editor.liesAt('kpi', { column: 1, row: 1, width: 3, height: 3 });
  await editor.drag('frame-kpi', 3, 0);
  await editor.liesAt('kpi', { column: 4, row: 1, width: 3, height: 3 });
  await editor.drag('corner-kpi', 2, 0);
  await editor.liesAt('kpi', { column: 4, row: 1, width: 5, height: 3 });

  // by keyboard alone: taken from the palette, placed and sized
  await editor.item('form:heat').focus();
  await page.keyboard.press('Enter');
  await editor.frame('control').focus();
  await editor.liesAt('control', { column: 9, row: 1, width: 4, height: 5 });
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowLeft', 'Shift+ArrowUp']) await page.keyboard.press(key);
  await editor.liesAt('control', { column: 8, row: 4, width: 4, height: 4 });
  await page.keyboard.press('Control+z');
  await editor.liesAt('control', { column: 9, row: 1, width: 4, height: 5 });
  await page.keyboard.press('Control+Shift+z');
  await editor.liesAt('control', { column: 8, row: 4, width: 4, height: 4 });
  await page.getByTestId('widget-title-en').fill('Enter the heat');
  await expect(page.getByTestId('widget-control').getByRole('heading', { includeHidden: true })).toHaveText('Enter the heat');
  await isAccessible(page, 'the screen editor with a widget chosen');

  await editor.preview(true);
  await editor.device('Phone');
  const [first, second] = await Promise.all(
    ['kpi', 'control'].map((widget) => page.getByTestId(`widget-${widget}`).boundingBox()),
  );
  expect(first && second && second.y >= first.y + first.height, 'one below the other on a phone').toBe(true);
  await isAccessible(page, 'the preview on a phone');
  await editor.preview(false);

  // an output that is gone: the widget keeps its place and says so, until the graph is as it was
  await editor.close();
  await studio.choose('convert');
  await studio.nameOutput('out', 'warmth');
  await editor.open();
  await expect(editor.flaws('kpi')).toContainText('no output “heat” any more');
  await editor.liesAt('kpi', { column: 4, row: 1, width: 5, height: 3 });
  await editor.close();
  await studio.choose('convert');
  await studio.nameOutput('out', 'heat');

  // code with an error, mended; its test fails, is mended, and passes
  await studio.field('code').click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('.view-lines').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(oneLine.replace('row.value', 'row.valu'));
  await expect(dialog.locator('.squiggly-error').first(), 'what is not on the wire is marked').toBeVisible({ timeout: 30_000 });
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(oneLine);
  await expect(dialog.locator('.squiggly-error')).toHaveCount(0);
  await page.getByTestId('code-test-add').click();
  await page.getByTestId('code-test-1-in-value').fill('212');
  await page.getByTestId('code-test-1-out-celsius').fill('99');
  await page.getByTestId('code-tests-run').click();
  await expect(page.getByTestId('code-tests-result')).toHaveText('0 of 1 passed');
  await page.getByTestId('code-test-1-out-celsius').fill('100');
  await page.getByTestId('code-tests-run').click();
  await expect(page.getByTestId('code-tests-result')).toHaveText('1 of 1 passed');
  await isAccessible(page, 'the code editor with a test');
  await page.getByTestId('code-done').click();

  await studio.deploy(/^AIR-01/, {});
  await page.getByTestId('deploy-open-screen').click();
  const screen = new OperatorScreen(page);
  await screen.isLive();
  await screen.write('Enter the heat', 212);
  await expect(page.getByTestId('widget-kpi').locator('data').first(), '212 °F is 100 °C').toHaveAttribute('value', /^100/, {
    timeout: 30_000,
  });
  await page.context().close();
});
