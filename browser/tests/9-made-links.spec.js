// Links that an operator makes, sends, looks at and withdraws; whatever is in ids and names stays text.
import { readFileSync } from 'node:fs';

import { photo } from '../support/photos.js';
import { expect, open, pictures, test as base } from '../support/test.js';

const EVIL = '<img src=x onerror="window.pwned=1">"\'&lt;/script><b>';
const HEADERS = { 'x-faceward-console': '1' };

/** A new app with somebody in a gallery, and the page before it. */
const test = base.extend({
  app: async ({ page }, use) => {
    const post = async (path, sent) => {
      const answer = await page.request.post(`/admin/v1${path}`, { headers: HEADERS, ...sent });
      expect(answer.ok(), await answer.text()).toBe(true);
      return answer.json();
    };
    const { app_id: id } = await post('/apps', { data: { name: EVIL } });
    await post(`/apps/${id}/galleries`, { data: { gallery: EVIL } });
    const buffer = readFileSync(photo('obama.jpg'));
    await post(`/apps/${id}/enroll`, { multipart: {
      photo: { name: 'photo.jpg', mimeType: 'image/jpeg', buffer }, subject: EVIL, name: EVIL, gallery: EVIL } });
    await page.addInitScript(() => { /** @type {any} */ (window).pwned = 0; });
    await open(page, 'links');
    await page.getByRole('combobox', { name: 'App' }).selectOption(id);
    await expect(page.getByRole('button', { name: 'Make the link' })).toBeVisible();
    await use({ id, post });
    expect(await page.evaluate(() => /** @type {any} */ (window).pwned)).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    await page.request.delete(`/admin/v1/apps/${id}`, { headers: HEADERS });
  },
});

const make = (page) => page.getByRole('button', { name: 'Make the link' }).click();
const row = (page, text) => page.locator('tbody tr').filter({ hasText: text });

test('a link is made of plain words, shown once, and withdrawn', async ({ page, app }) => {
  await page.getByLabel('Movements: the person').check();
  await page.getByLabel('How many movements').selectOption('3');
  await page.getByLabel('Whose face it has to be').selectOption('somebody who is enrolled');
  const compared = page.getByLabel('Id of the person');
  await page.getByRole('combobox', { name: 'Gallery' }).selectOption(EVIL);
  await expect(page.locator('datalist option')).toHaveAttribute('value', EVIL);
  await compared.fill(EVIL);
  await page.getByLabel('Enrol the person').check();
  await page.getByLabel('Their id').fill('customer 7');
  await page.getByLabel('Their name').fill(EVIL);
  await page.getByLabel('How long it lives').selectOption('1 day');
  await page.getByLabel('Where they go afterwards').fill('https://shop.example/done?x=1');
  await page.getByLabel('An id of yours').fill('order-7');
  await pictures(page, 'links-form');
  await make(page);
  const link = await page.locator('.secret').innerText();
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/s\/[\w-]{43}$/);
  await expect(page.getByRole('img', { name: 'The link as a QR code' })).toBeVisible();
  await expect(row(page, 'order-7')).toContainText('not used yet');
  await pictures(page, 'links-made');
  const { sessions: [session] } = await (await page.request.get(`/admin/v1/apps/${app.id}/sessions`)).json();
  expect(session).toMatchObject({
    checks: ['liveness', 'challenge'], verify: { subject: EVIL, gallery: EVIL }, enroll: { subject: 'customer 7', gallery: 'default' },
    return_url: 'https://shop.example/done?x=1', trx_id: 'order-7',
  });
  expect(Date.parse(session.expires_at) - Date.parse(session.created_at)).toBeGreaterThan(86_000_000);

  await row(page, 'order-7').getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('heading', { name: 'One link' })).toBeVisible();
  await expect(row(page, 'Asked for').first()).toContainText(`live person, movements, the face of ${EVIL}, enrols customer 7`);
  await pictures(page, 'links-one');
  await row(page, 'order-7').last().getByRole('button', { name: 'Withdraw' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByRole('heading', { name: 'One link' })).toHaveCount(0);
  await expect(row(page, 'order-7')).toContainText('withdrawn');
  await expect(row(page, 'order-7').getByRole('button', { name: 'Withdraw' })).toHaveCount(0);
  // Nobody is shown it again.
  await page.reload();
  await expect(page.getByRole('button', { name: 'Make the link' })).toBeVisible();
  await expect(page.locator('.secret')).toHaveCount(0);
});

test('the face of a photo is compared, and what came of it is told in words', async ({ page, app, browser, baseURL, provoked }) => {
  provoked.add(422).add(400);
  await page.getByLabel('A live person').uncheck();
  await make(page);
  await expect(page.getByRole('alert')).toContainText('checks');
  await page.getByLabel('Whose face it has to be').selectOption('the person in a photo');
  const file = page.getByLabel('Photo of the person');
  await file.setInputFiles(photo('biden.jpg'));
  await make(page);
  const link = await page.locator('.secret').innerText();
  // A phone that is nobody's operator: three times the wrong person.
  const phone = await browser.newContext({ baseURL, storageState: undefined });
  const person = await phone.newPage();
  await person.addInitScript(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); });
  await person.goto(link);
  await person.getByRole('button', { name: 'Start' }).click();
  await person.getByRole('button', { name: 'I agree' }).click();
  for (const left of ['2 more tries', 'one more try', 'Not confirmed']) {
    await person.getByRole('button', { name: 'Switch the camera on' }).click();
    await person.getByLabel('Choose a photo of your face').setInputFiles(photo('obama.jpg'));
    await expect(person.getByText(left)).toBeVisible();
  }
  await phone.close();
  await page.getByRole('button', { name: 'Look again' }).click();
  const made = row(page, 'the face of a photo');
  await expect(made).toContainText('not passed');
  await expect(made).toContainText('It was another face than the one to compare with.');
  await made.getByRole('button', { name: 'Show' }).click();
  await expect(row(page, 'photo').filter({ hasText: /0\.\d\d/ })).toHaveCount(3);
  await pictures(page, 'links-failed');
  expect(app.id).toBeTruthy();
});

test('whoever may only look makes no link', async ({ page, app, browser, baseURL }) => {
  await app.post(`/apps/${app.id}/sessions`, { data: { trx_id: EVIL } });
  const auditor = { name: `ada-${Date.now()}`, password: 'a long enough password' };
  await app.post('/operators', { data: { ...auditor, role: 'auditor' } });
  const other = await browser.newContext({ baseURL, storageState: undefined });
  const entered = await other.request.post('/admin/v1/session', { headers: HEADERS, data: auditor });
  expect(entered.ok()).toBe(true);
  const looking = await other.newPage();
  await looking.addInitScript(() => { localStorage.setItem('faceward-entered', '1'); });
  await open(looking, 'links');
  await looking.getByRole('combobox', { name: 'App' }).selectOption(app.id);
  await expect(row(looking, EVIL)).toContainText('not used yet');
  await expect(looking.getByRole('button', { name: 'Show' })).toBeVisible();
  for (const name of ['Make the link', 'Withdraw']) await expect(looking.getByRole('button', { name })).toHaveCount(0);
  await other.close();
});
