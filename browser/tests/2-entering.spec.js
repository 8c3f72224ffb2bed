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

test('a session that ended leads to the log-in', async ({ page, provoked }) => {
  await open(page, 'apps');
  await page.context().clearCookies();
  provoked.add(401);
  await page.getByRole('link', { name: 'Audit' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in');
});
