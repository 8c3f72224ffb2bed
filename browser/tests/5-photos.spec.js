// What people do with photos: enrol, compare, find, delete; by file, by drop and by webcam.
import { readFileSync } from 'node:fs';

import { photo } from '../support/photos.js';
import { expect, open, pictures, test } from '../support/test.js';

const tool = (page, title) => page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** Drops a file, as from the desktop. */
async function drop(page, place, path) {
  const base64 = readFileSync(path).toString('base64');
  const dropped = await page.evaluateHandle((text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], 'portrait.jpg', { type: 'image/jpeg' }));
    return transfer;
  }, base64);
  await place.dispatchEvent('dragover', { dataTransfer: dropped });
  await place.dispatchEvent('drop', { dataTransfer: dropped });
}

test('somebody is enrolled by drop, found by webcam, and deleted', async ({ page }) => {
  await open(page, 'people');
  const enrol = tool(page, 'Enrol somebody');
  await drop(page, enrol.locator('.drop'), photo('obama2.jpg'));
  await expect(enrol.locator('canvas')).toBeVisible();
  await enrol.getByLabel('Id').fill('customer-17');
  await enrol.getByLabel('Name').fill('Barack');
  await enrol.getByRole('button', { name: 'Enrol', exact: true }).click();
  await expect(page.getByRole('status')).toContainText('Enrolled customer-17');
  await expect(page.getByRole('row', { name: /customer-17 Barack 1/ })).toBeVisible();
  await expect(enrol.getByLabel('Id')).toHaveValue('');
  await expect(enrol.locator('canvas')).toHaveCount(0);
  await pictures(page, 'people-enrolled');

  await open(page, 'try');
  const find = tool(page, 'Find a person');
  await find.getByRole('button', { name: 'Use the camera' }).click();
  await expect.poll(() => find.locator('video').evaluate((video) => video.videoWidth)).toBe(640);
  await find.getByRole('button', { name: 'Take the photo' }).click();
  await find.getByRole('button', { name: 'Search' }).click();
  await expect(find.getByText(/^Barack \(default\): 0\.[89]/)).toBeVisible();
  await pictures(page, 'try-found');

  await open(page, 'people');
  await page.getByRole('row', { name: /customer-17/ }).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('status')).toContainText('Deleted');
  await expect(page.getByText('Nothing here yet.')).toBeVisible();
});

test('many are enrolled at once, and who looks like somebody is asked about', async ({ page, provoked }) => {
  await open(page, 'people');
  const many = tool(page, 'Enrol a folder');
  provoked.add(415).add(422);
  await many.locator('input[type=file]').setInputFiles([
    { name: 'door-1.jpg', mimeType: 'image/jpeg', buffer: readFileSync(photo('obama.jpg')) },
    { name: 'no photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('text') },
    { name: 'door.2.jpg', mimeType: 'image/jpeg', buffer: readFileSync(photo('biden.jpg')) },
  ]);
  await many.getByRole('button', { name: 'Enrol all' }).click();
  await expect(many.getByText('3 of 3 done, 1 refused.')).toBeVisible();
  await expect(many.getByRole('row', { name: /^no photo\.jpg .+/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /^door-1 1/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /^door\.2 1/ })).toBeVisible();
  await pictures(page, 'people-many');

  const enrol = tool(page, 'Enrol somebody');
  const again = async (id) => {
    await enrol.locator('input[type=file]').setInputFiles(photo('obama2.jpg'));
    await enrol.getByLabel('Id').fill(id);
    await enrol.getByRole('button', { name: 'Enrol', exact: true }).click();
  };
  await again('somebody-else');
  await expect(page.getByRole('dialog')).toContainText('This face looks like door-1, who is enrolled already');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('row', { name: /^somebody-else/ })).toHaveCount(0);
  // A further photo of the same person asks nothing.
  await again('door-1');
  await expect(page.getByRole('row', { name: /^door-1 2/ })).toBeVisible();

  for (const id of ['door-1', 'door.2']) {
    await page.getByRole('row', { name: id }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('row', { name: id })).toHaveCount(0);
  }
});

test('the camera is switched off when the photo is taken, replaced, or the page left', async ({ page }) => {
  await page.addInitScript(() => {
    const known = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const tracks = /** @type {any} */ (window).tracks = [];
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await known(wanted);
      tracks.push(...stream.getTracks());
      return stream;
    };
  });
  const states = () => page.evaluate(() => /** @type {any} */ (window).tracks.map((track) => track.readyState));
  await open(page, 'try');
  const look = tool(page, 'Look at a photo');
  const on = look.getByRole('button', { name: 'Use the camera' });
  await on.click();
  await expect(look.locator('video')).toBeVisible();
  await on.click();
  await expect.poll(states).toEqual(['ended', 'live']);
  await look.locator('input[type=file]').setInputFiles(photo('obama.jpg'));
  await expect.poll(states).toEqual(['ended', 'ended']);
  await on.click();
  await expect.poll(states).toEqual(['ended', 'ended', 'live']);
  await page.getByRole('link', { name: 'Apps' }).click();
  await expect.poll(states).toEqual(['ended', 'ended', 'ended']);
});

test('two photos of one man are one person, and those of two men are not', async ({ page }) => {
  await open(page, 'try');
  const two = tool(page, 'Compare two photos');
  const [first, second] = [two.locator('input[type=file]').nth(0), two.locator('input[type=file]').nth(1)];
  await first.setInputFiles(photo('obama.jpg'));
  await second.setInputFiles(photo('obama2.jpg'));
  await two.getByRole('button', { name: 'Compare' }).click();
  await expect(two.getByText('One and the same person.')).toBeVisible();
  await expect(two.getByText('about one in 10,000 pairs of strangers')).toBeVisible();
  await pictures(page, 'try-same');
  await second.setInputFiles(photo('biden.jpg'));
  await two.getByRole('button', { name: 'Compare' }).click();
  await expect(two.getByText('Not the same person, as far as this server can tell.')).toBeVisible();
});

test('a photo is looked at, and one that cannot be used says why', async ({ page, provoked }) => {
  await open(page, 'try');
  const look = tool(page, 'Look at a photo');
  await look.locator('input[type=file]').setInputFiles(photo('obama.jpg'));
  await look.getByRole('button', { name: 'Look' }).click();
  await expect(look.getByText('One face.')).toBeVisible();
  await expect(look.getByText('Looks like a live person.')).toBeVisible();
  await expect(look.getByText(/^Guessed: \d+ years, male\./)).toBeVisible();
  await look.getByText('curl', { exact: true }).click();
  await expect(look.getByText(/^curl 'http/)).toBeVisible();
  await pictures(page, 'try-looked');
  provoked.add(400).add(415).add(422);
  await look.locator('input[type=file]').setInputFiles({ name: 'no.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('this is no photo') });
  await look.getByRole('button', { name: 'Look' }).click();
  await expect(look.locator('p.bad')).not.toBeEmpty();
});
