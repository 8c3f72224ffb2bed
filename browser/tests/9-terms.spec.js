// What an app has its own way, and the hour that the server keeps.
import { expect, open, pictures, test } from '../support/test.js';

const MINUTES = Array.from({ length: 60 }, (_, minute) => ({
  ended_at: '2026-11-28T00:00:00Z', requests: 40 + (minute % 7) * 5, refused: minute === 30 ? 12 : 0,
  p50_seconds: minute === 45 ? null : .12, p95_seconds: .3 + minute / 200, queued: minute % 3, memory_bytes: 900 * 1024 * 1024,
}));

test('the last hour is drawn as the server kept it', async ({ page }) => {
  await page.route('**/admin/v1/history', (route) => route.fulfill({ json: { minutes: MINUTES } }));
  await open(page, 'start');
  await expect(page.getByRole('img', { name: 'From 0 to 70, now 55' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'From 0 to 12, now 0' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'From 0 to 595 ms, now 595 ms' })).toBeVisible();
  await pictures(page, 'start-hour');
});

test('an app gets terms of its own, and gives them back', async ({ page }) => {
  await open(page, 'apps');
  const first = async () => (await (await page.request.get('/admin/v1/apps')).json()).apps[0];
  const change = async (fill) => {
    await page.getByRole('button', { name: 'Change' }).first().click();
    await fill();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('status')).toContainText('Saved');
    await expect(page.getByRole('button', { name: 'Save' })).toHaveCount(0);
  };
  await change(async () => {
    await page.getByLabel('Least similarity of the same person').fill('0.82');
    await page.getByLabel('Least quality of an enrolled photo').fill('0.3');
    await page.getByLabel('Compare only what looks live').check();
    await page.getByLabel('Answer the group').uncheck();
    await page.getByLabel('Delete templates after').fill('1095');
    await page.getByLabel('Version, recorded').fill('2');
    await page.getByLabel('Text, plain').fill('We compare your photo.\nNobody keeps it.');
    await pictures(page, 'app-terms');
  });
  expect(await first()).toMatchObject({
    similarity_threshold: .82, liveness_threshold: null, enroll: { live: false, quality: .3 }, compare: { live: true, quality: null },
    race: false, demography: true, expire_after_days: 1095, consent: { version: '2', text: 'We compare your photo.\nNobody keeps it.' },
  });
  await change(async () => {
    for (const label of ['Least similarity of the same person', 'Least quality of an enrolled photo', 'Delete templates after', 'Version, recorded', 'Text, plain']) {
      await page.getByLabel(label).fill('');
    }
    await page.getByLabel('Compare only what looks live').uncheck();
    await page.getByLabel('Answer the group').check();
  });
  expect(await first()).toMatchObject({
    similarity_threshold: null, enroll: { live: false, quality: null }, compare: { live: false, quality: null },
    race: true, expire_after_days: null, consent: null,
  });
});
