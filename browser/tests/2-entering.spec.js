// Who is let in, and what they see.
import { accessible, expect, open, pictures, test } from '../support/test.js';
import { OWNER } from '../support/setup.js';

const NOBODY = { cookies: [], origins: [] };

async function logIn(page, { name, password }) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test.describe('without a session', () => {
  test.use({ storageState: NOBODY });

  test('a wrong password is told, and the right one lets in and out again', async ({ page, provoked }) => {
    await open(page, '');
    await pictures(page, 'log-in');
    provoked.add(401);
    await logIn(page, { ...OWNER, password: 'a wrong password' });
    await expect(page.getByRole('alert')).toHaveText('Name or password is wrong, or the session has ended.');
    await expect(page.getByRole('navigation')).toHaveCount(0);
    await logIn(page, OWNER);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('How the server is');
    await page.getByRole('button', { name: 'Log out' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in');
    const answer = await page.request.get('/admin/v1/apps');
    expect(answer.status()).toBe(401);
  });

  test('a page that was left asks for nothing any more', async ({ page }) => {
    await open(page, '');
    await logIn(page, OWNER);
    await expect(page.getByText('Requests answered')).toBeVisible();
    await page.getByRole('link', { name: 'Apps' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Apps');
    let asked = 0;
    page.on('request', (request) => { if (request.url().endsWith('/metrics')) asked += 1; });
    // Twice the time between two looks of the page Start.
    await page.waitForTimeout(4500);
    expect(asked).toBe(0);
  });

  test('no page shows anything to somebody who is not logged in', async ({ page }) => {
    for (const name of ['start', 'people', 'audit', 'nothing']) {
      await open(page, name);
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in');
    }
  });

  test('the link of the first owner works once', async ({ page, provoked }) => {
    provoked.add(401).add(403).add(404);
    await page.goto('/console/#first=rPL8KMfgyH83Ml-j3aRM15TMKZkITJJ_ZvmpBL0Rd2Y');
    await page.getByLabel('Name').fill('mallory');
    await page.getByLabel('Password').fill('another long password');
    await page.getByRole('button', { name: 'Make me the owner' }).click();
    await expect(page.getByRole('alert')).not.toBeEmpty();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Make the first owner');
  });

  test('an auditor sees everything but operators, and no button that changes anything', async ({ page, browser, baseURL }) => {
    const owner = await (await browser.newContext({ storageState: undefined })).newPage();
    const ask = { baseURL, headers: { 'x-faceward-console': '1' } };
    const session = await owner.request.post(`${baseURL}/admin/v1/session`, { ...ask, data: OWNER });
    expect(session.ok()).toBe(true);
    const auditor = { name: 'ada', role: 'auditor', password: 'what an auditor types' };
    expect((await owner.request.post(`${baseURL}/admin/v1/operators`, { ...ask, data: auditor })).status()).toBe(201);
    await owner.context().close();
    await open(page, '');
    await logIn(page, auditor);
    await expect(page.getByText('ada, auditor')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Operators' })).toHaveCount(0);
    await open(page, 'apps');
    await expect(page.getByRole('cell', { name: 'default' })).toBeVisible();
    await expect(page.locator('main button')).toHaveCount(0);
    await open(page, 'people');
    await expect(page.locator('main button')).toHaveCount(0);
    await accessible(page);
    await open(page, 'try');
    await expect(page.getByText('Your role does not allow this.')).toBeVisible();
  });
});

test('a slow page does not come up over the one that is looked at', async ({ page }) => {
  await open(page, 'apps');
  await page.route('**/admin/v1/info', async (route) => {
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    await route.continue();
  });
  const slow = page.waitForResponse('**/admin/v1/info');
  await page.getByRole('link', { name: 'Thresholds' }).click();
  await page.getByRole('link', { name: 'Audit' }).click();
  await slow;
  await page.waitForTimeout(300);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Audit log');
});

test('the key of a new app is shown once', async ({ page }) => {
  await open(page, 'apps');
  await page.getByRole('textbox', { name: 'Name' }).fill('door');
  await page.getByRole('button', { name: 'Create an app' }).click();
  await expect(page.getByRole('cell', { name: 'door' })).toBeVisible();
  await expect(page.getByText('This key is shown once. Copy it now.')).toBeVisible();
  const [id, key] = await page.locator('code.secret').allInnerTexts();
  const answer = await page.request.get('/v1/info', { headers: { 'APP-ID': id, 'APP-KEY': key } });
  expect(answer.ok()).toBe(true);
  await page.getByRole('row').filter({ hasText: id }).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('cell', { name: 'door' })).toHaveCount(0);
  await expect(page.locator('code.secret')).toHaveCount(0);
});

test('a session that ended leads to the log-in', async ({ page, provoked }) => {
  await open(page, 'apps');
  await page.context().clearCookies();
  provoked.add(401);
  await page.getByRole('link', { name: 'Audit' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in');
});
