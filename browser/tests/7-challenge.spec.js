// The challenge of the server, with a webcam that shows a still portrait: it must not pass, and for the right reasons.
import { expect, open, pictures, test } from '../support/test.js';

test('a still portrait does not pass, because it does not move', async ({ page }) => {
  test.setTimeout(90_000);
  await open(page, 'challenge');
  await page.getByLabel('Movements').selectOption('2');
  await page.getByRole('button', { name: 'Start with the camera' }).click();
  await expect(page.getByText('Look straight at the camera')).toBeVisible();
  await expect(page.getByText(/^\d+ seconds left$/)).toBeVisible();
  await page.screenshot({ path: 'results/screenshots/challenge-asked.png' });
  await expect(page.getByText('Not passed')).toBeVisible({ timeout: 60_000 });
  const reasons = page.locator('main ul');
  await expect(reasons).toContainText('A movement was not seen');
  await expect(reasons).toContainText('Two movements were answered with nearly the same picture.');
  // One person, who is there, in a scene that stays, and live as far as single frames tell.
  for (const other of ['A frame shows no face', 'more than one person', 'not like a live person', 'jumped', 'What is behind the face changed']) {
    await expect(reasons).not.toContainText(other);
  }
  const steps = page.locator('.steps > li');
  await expect(steps.nth(0)).toContainText('Look straight at the camera: seen');
  await expect(steps.nth(1)).toContainText(': not seen');
  await expect(steps.nth(1).locator('canvas')).toHaveCount(8);
  await pictures(page, 'challenge-failed');
});

test('a challenge can be stopped, and the camera with it', async ({ page }) => {
  let answered = false;
  page.on('request', (request) => { answered ||= request.url().endsWith('/answer'); });
  await open(page, 'challenge');
  await page.getByRole('button', { name: 'Start with the camera' }).click();
  await expect(page.locator('video')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('video')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Start again' })).toBeEnabled();
  expect(answered).toBe(false);
});

test('a challenge for somebody who is not enrolled says so', async ({ page, provoked }) => {
  provoked.add(404);
  await open(page, 'challenge');
  await page.getByLabel('Only this id').fill('nobody');
  await page.getByRole('button', { name: 'Start with the camera' }).click();
  await expect(page.locator('p.bad')).toContainText('nobody');
  await expect(page.locator('video')).toHaveCount(0);
});
