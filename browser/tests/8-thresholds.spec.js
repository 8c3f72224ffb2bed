// What a threshold costs, as the measurement says.
import { expect, open, pictures, test } from '../support/test.js';

const number = async (page, title) => Number((await page.locator('.card .card').filter({ hasText: title }).locator('.figure').innerText()).replace(',', ''));
const both = async (page) => [await number(page, 'Of 10,000 strangers'), await number(page, 'Of 100 honest people')];

const RESULT = {
  protocol: 'verification', model: 'somebody-elses', n_photos: 40, n_persons: 20, n_genuine: 20, n_impostor: 760,
  det: [{ threshold: .2, fmr: .02, fnmr: .05, fmr_ci: [.01, .03], fnmr_ci: [0, .15] }, { threshold: .4, fmr: .0, fnmr: .25 }],
};

test('the default lets one of 10,000 strangers in, and the slider trades one error for the other', async ({ page }) => {
  await open(page, 'thresholds');
  const slider = page.getByLabel('Threshold', { exact: true });
  await expect(slider).toHaveAttribute('aria-valuetext', /^similarity 0\.7[45]/);
  const [strangers, honest] = await both(page);
  expect(strangers).toBeGreaterThan(.8);
  expect(strangers).toBeLessThan(1.25);
  expect(honest).toBeGreaterThan(.9);
  expect(honest).toBeLessThan(1.6);
  await expect(page.getByText(/to .* with other people \(95 %\)/)).toHaveCount(2);
  await expect(page.getByText('3,074 photos of 1,664 people')).toBeVisible();
  await slider.focus();
  for (let n = 0; n < 15; n += 1) await page.keyboard.press('ArrowRight');
  const [fewer, more] = await both(page);
  expect(fewer).toBeLessThan(strangers);
  expect(more).toBeGreaterThan(honest);
  const similarity = /^similarity (\S+)/.exec(await slider.getAttribute('aria-valuetext') ?? '')?.[1] ?? '';
  expect(Number(similarity)).toBeGreaterThan(.75);
  await page.getByText('As a flag').click();
  await expect(page.getByText(`faceward serve --set thresholds.similarity=${similarity}`)).toBeVisible();
  await pictures(page, 'thresholds-stricter');
  const apps = async () => (await (await page.request.get('/admin/v1/apps')).json()).apps;
  const own = async () => (await apps()).map((app) => app.similarity_threshold).filter((value) => value !== null);
  await page.getByRole('button', { name: 'Use this threshold' }).click();
  await expect(page.getByRole('status')).toContainText(`now has ${similarity}.`);
  expect(await own()).toEqual([Number(similarity)]);
  await page.getByRole('button', { name: 'As the server' }).click();
  await expect(page.getByRole('status')).toContainText('now has as the server.');
  expect(await own()).toEqual([]);
  await page.getByRole('button', { name: 'Back to 0.75, which is in force' }).click();
  expect(await both(page)).toEqual([strangers, honest]);
});

test('what the page says is what the measurement has', async ({ page }) => {
  await open(page, 'thresholds');
  const data = await (await page.request.get('/console/data/verification.json')).json();
  const slider = page.getByLabel('Threshold', { exact: true });
  const [, cosine] = /cosine (\S+)\)/.exec(await slider.getAttribute('aria-valuetext') ?? '') ?? [];
  const point = data.det.find((one) => one.threshold.toFixed(3) === cosine);
  const [strangers, honest] = await both(page);
  expect(strangers).toBeCloseTo(point.fmr * 10_000, 1);
  expect(honest).toBeCloseTo(point.fnmr * 100, 1);
  const people = page.getByLabel('People enrolled');
  await people.fill('10000');
  const found = 100 * (1 - (1 - point.fmr) ** 10_000);
  await expect(page.getByText(`finds a wrong one for about ${Math.round(found)} of 100 strangers`)).toBeVisible();
});

test('a result of one\'s own is read here, and another file refused', async ({ page }) => {
  await open(page, 'thresholds');
  const upload = (name, value) => page.getByLabel('A result of your own').setInputFiles(
    { name, mimeType: 'application/json', buffer: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) });
  for (const wrong of ['no JSON', { protocol: 'pad' }, { ...RESULT, det: [] }, { ...RESULT, det: 7 }, 'null', '[1]']) {
    await upload('wrong.json', wrong);
    await expect(page.getByRole('status')).toContainText('This file is no result of faceward eval verification.');
    await expect(page.getByText('3,074 photos')).toBeVisible();
  }
  await upload('<b>mine</b>.json', RESULT);
  await expect(page.getByText('<b>mine</b>.json, read in this browser and not sent anywhere.')).toBeVisible();
  await expect(page.getByText('40 photos of 20 people')).toBeVisible();
  await expect(page.getByText('made with the model somebody-elses')).toBeVisible();
  await page.getByLabel('Threshold', { exact: true }).fill('0');
  expect(await both(page)).toEqual([200, 5]);
  await expect(page.getByText('This rests on 15 pairs of strangers.')).toBeVisible();
  await page.getByRole('button', { name: 'Back to the shipped one' }).click();
  await expect(page.getByText('3,074 photos')).toBeVisible();
});
