// The page behind a verification link, as a person on a phone has it; the app asks the API beside it.
import { readFileSync } from 'node:fs';

import { photo } from '../support/photos.js';
import { expect, pictures, test as base } from '../support/test.js';

const PHONE = { width: 360, height: 740 };

/** A new app, as its server would use it. */
const test = base.extend({
  app: async ({ page, baseURL }, use) => {
    const made = await page.request.post('/admin/v1/apps', { headers: { 'x-faceward-console': '1' }, data: { name: 'links' } });
    expect(made.ok(), await made.text()).toBe(true);
    const { app_id, app_key } = await made.json();
    const ask = async (method, path, more) => {
      const answer = await page.request.fetch(path, { method, headers: { 'APP-ID': app_id, 'APP-KEY': app_key }, ...more });
      expect(answer.ok(), await answer.text()).toBe(true);
      return answer.json();
    };
    const link = async (wanted) => {
      const { link: address, session } = await ask('POST', '/v1/sessions', { data: { return_url: `${baseURL}/healthz`, ...wanted } });
      return { address, id: session.session_id };
    };
    const outcome = async (id) => (await ask('GET', `/v1/sessions/${id}`)).session;
    await page.setViewportSize(PHONE);
    await use({ ask, link, outcome, id: app_id });
  },
});

const title = (page, text) => expect(page.getByRole('heading', { level: 1 })).toHaveText(text);

/** Up to the camera. */
async function agree(page, address) {
  await page.goto(address);
  await page.getByRole('button', { name: 'Start' }).click();
  await title(page, 'Do you agree?');
  await page.getByRole('button', { name: 'I agree' }).click();
  await title(page, 'Take a photo of your face');
}

/** Takes one. */
async function take(page) {
  await page.getByRole('button', { name: 'Switch the camera on' }).click();
  await expect.poll(() => page.locator('video').evaluate((video) => /** @type {HTMLVideoElement} */ (video).videoWidth)).toBe(640);
  await page.getByRole('button', { name: 'Take the photo' }).click();
  await expect(page.locator('video')).toHaveCount(0);
}

test('somebody agrees, is guided, passes and goes back', async ({ page, app }) => {
  const { address, id } = await app.link({ enroll: { subject: 'barack', template_id: 'barack' } });
  await page.goto(address);
  await title(page, 'Show that it is you');
  await pictures(page, 'link-start');
  expect((await app.outcome(id)).state).toBe('created');
  await page.setViewportSize(PHONE);
  // Without a mouse.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await title(page, 'Do you agree?');
  expect(page.url()).toContain(`/s/#${id}`);
  await pictures(page, 'link-consent');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'I agree' }).click();
  await title(page, 'Take a photo of your face');
  await pictures(page, 'link-selfie');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'Switch the camera on' }).click();
  // A still portrait whose face is high up: that passive checks let it pass is what docs/accuracy.md says of them.
  await expect(page.getByText('Into the middle, please.')).toBeVisible();
  await pictures(page, 'link-camera');
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'Take the photo' }).click();
  await title(page, 'Done');
  await pictures(page, 'link-passed');
  const outcome = await app.outcome(id);
  expect([outcome.state, outcome.consent.version, outcome.enroll.template_id]).toEqual(['passed', 'faceward-1', 'barack']);
  await app.ask('GET', '/v1/templates/barack');
  await page.getByRole('link', { name: /^Back to 127\.0\.0\.1/ }).click();
  expect(new URL(page.url()).searchParams.get('session_id')).toBe(id);
});

test('somebody else fails, with what to do better and a last try', async ({ page, app }) => {
  await page.request.post(`/admin/v1/apps/${app.id}/enroll`, { headers: { 'x-faceward-console': '1' },
    multipart: { photo: { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: readFileSync(photo('biden.jpg')) }, subject: 'joe' } });
  const { address, id } = await app.link({ checks: [], verify: { subject: 'joe' } });
  await agree(page, address);
  for (const left of ['You have 2 more tries.', 'You have one more try.']) {
    await take(page);
    await expect(page.getByRole('alert')).toContainText('The face did not match.');
    await expect(page.getByRole('alert')).toContainText(left);
  }
  await pictures(page, 'link-again');
  await page.setViewportSize(PHONE);
  await take(page);
  await title(page, 'Not confirmed');
  await expect(page.getByRole('listitem')).toContainText('The face did not match.');
  await pictures(page, 'link-failed');
  expect((await app.outcome(id)).reasons).toEqual(['not_the_person']);
});

test('a photo that shows nobody costs no try, and a file will do where there is no camera', async ({ page, app, provoked }) => {
  provoked.add(415);
  await page.addInitScript(() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); });
  const { address } = await app.link({});
  await agree(page, address);
  await page.getByRole('button', { name: 'Switch the camera on' }).click();
  await expect(page.getByRole('alert')).toContainText('There is no camera');
  await pictures(page, 'link-no-camera');
  const file = page.getByLabel('Choose a photo of your face');
  await file.setInputFiles({ name: 'x.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('GIF89a no photo') });
  await expect(page.getByRole('alert')).toContainText('This is no JPEG or PNG photo.');
  await expect(page.getByRole('alert')).toContainText('This did not count as a try.');
  await page.getByRole('button', { name: 'Switch the camera on' }).click();
  await page.getByLabel('Choose a photo of your face').setInputFiles(photo('obama.jpg'));
  await title(page, 'Done');
});

test('the page may be loaded again, and the link is in use elsewhere', async ({ page, app, browser, baseURL, provoked }) => {
  provoked.add(404);
  const { address, id } = await app.link({});
  await agree(page, address);
  await page.reload();
  await title(page, 'Take a photo of your face');
  await page.goto(address);
  await title(page, 'Take a photo of your face');
  const other = await browser.newContext({ baseURL, storageState: undefined });
  const elsewhere = await other.newPage();
  await elsewhere.goto(address);
  await title(elsewhere, 'Opened elsewhere');
  await other.close();
  await app.ask('DELETE', `/v1/sessions/${id}`);
  await page.reload();
  await title(page, 'The link was withdrawn');
  await page.goto('/s/nonsense');
  await title(page, 'This link leads nowhere');
  await pictures(page, 'link-nowhere');
});

test('whoever does not agree sends nothing', async ({ page, app }) => {
  let sent = 0;
  page.on('request', (request) => { if (/\/s\/api\/.*(guide|selfie)$/.test(request.url())) sent += 1; });
  const { address, id } = await app.link({});
  await page.goto(address);
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: 'I do not agree' }).click();
  await title(page, 'You did not agree');
  const outcome = await app.outcome(id);
  expect([outcome.state, outcome.consent, outcome.attempts]).toEqual(['declined', null, []]);
  expect(sent).toBe(0);
});

test('an expired link says so', async ({ page, app }) => {
  // That time ends a session is tested with the store; here it is only told.
  await page.route('**/s/api/look', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), state: 'expired' } });
  });
  await page.goto((await app.link({})).address);
  await title(page, 'The link has expired');
});

test('a still portrait does not pass the challenge, because it does not move', async ({ page, app }) => {
  test.setTimeout(90_000);
  const { address, id } = await app.link({ checks: ['challenge'], steps: 2 });
  await agree(page, address);
  await take(page);
  await title(page, 'Now move as you are told');
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.getByText('Look straight at the camera')).toBeVisible();
  await page.screenshot({ path: 'results/screenshots/link-challenge.png' });
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('A movement was not seen.', { timeout: 60_000 });
  await expect(alert).toContainText('You have 2 more tries.');
  await expect(alert).not.toContainText('not that of the photo before');
  await pictures(page, 'link-challenge-again');
  const { attempts } = await app.outcome(id);
  expect(attempts.map((one) => [one.step, one.passed])).toEqual([['selfie', true], ['challenge', false]]);
});
