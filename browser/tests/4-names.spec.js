// Text of others stays text, wherever the console shows it.
import { readFileSync } from 'node:fs';

import { photo } from '../support/photos.js';
import { expect, open, test } from '../support/test.js';

const EVIL = '<img src=x onerror="window.pwned=1">"\'&lt;/script><b>';
const HEADERS = { 'x-faceward-console': '1' };

test('ids and names with markup in them are shown as they are', async ({ page }) => {
  const post = async (path, sent) => {
    const answer = await page.request.post(`/admin/v1${path}`, { headers: HEADERS, ...sent });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  const app = await post('/apps', { data: { name: EVIL } });
  await post(`/apps/${app.app_id}/galleries`, { data: { gallery: EVIL } });
  const buffer = readFileSync(photo('biden.jpg'));
  await post(`/apps/${app.app_id}/enroll`, { multipart: {
    photo: { name: 'photo.jpg', mimeType: 'image/jpeg', buffer }, subject: EVIL, name: EVIL, gallery: EVIL } });

  await page.addInitScript(() => { /** @type {any} */ (window).pwned = 0; });
  await open(page, 'people');
  await page.getByRole('combobox', { name: 'App' }).selectOption(app.app_id);
  await page.getByRole('combobox', { name: 'Gallery' }).selectOption(EVIL);
  await expect(page.getByRole('cell', { name: EVIL, exact: true }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog')).toContainText(EVIL);
  await page.getByRole('button', { name: 'Cancel' }).click();

  await open(page, 'apps');
  await expect(page.getByRole('cell', { name: EVIL, exact: true })).toBeVisible();
  await page.getByRole('row').filter({ hasText: EVIL }).getByRole('button', { name: 'Change' }).click();
  await expect(page.getByRole('heading', { name: EVIL })).toBeVisible();

  await open(page, 'try');
  const find = page.locator('section').filter({ hasText: 'Find a person' });
  await page.getByRole('combobox', { name: 'On behalf of' }).selectOption(app.app_id);
  await find.locator('input[type=file]').setInputFiles(photo('biden.jpg'));
  await find.getByRole('button', { name: 'Search' }).click();
  await expect(find.getByText(EVIL).first()).toBeVisible();

  await open(page, 'audit');
  await expect(page.getByText(EVIL).first()).toBeVisible();
  await page.getByLabel('About').fill(EVIL);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText(EVIL).first()).toBeVisible();

  expect(await page.evaluate(() => /** @type {any} */ (window).pwned)).toBe(0);
  expect(await page.locator('img').count()).toBe(0);
  await page.request.delete(`/admin/v1/apps/${app.app_id}`, { headers: HEADERS });
});

test('a script in an attribute would not run', async ({ page, provoked }) => {
  provoked.add('policy').add(404);
  await open(page, 'start');
  const blocked = page.waitForEvent('console', (message) => message.text().includes('Content Security Policy'));
  const ran = await page.evaluate(async () => {
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.pwned = 1');
    image.src = '/console/nothing.png';
    document.body.append(image);
    await new Promise((resolve) => { image.addEventListener('error', resolve); });
    return /** @type {any} */ (window).pwned ?? 0;
  });
  expect(ran).toBe(0);
  await blocked;
});
