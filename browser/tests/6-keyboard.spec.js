// The main path without a mouse: log in, enrol oneself by webcam, be found, log out.
import { OWNER } from '../support/setup.js';
import { expect, open, test } from '../support/test.js';

test.use({ storageState: { cookies: [], origins: [] } });

/** Goes on by Tab until the element with that name has the focus, which has to be visible. */
async function tabTo(page, name, most = 40) {
  const seen = [];
  for (let n = 0; n < most; n += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const here = /** @type {any} */ (document.activeElement);
      const text = here?.labels?.[0]?.firstChild?.textContent ?? here?.textContent ?? '';
      return { text: text.trim(), outline: here ? getComputedStyle(here).outlineStyle : 'none' };
    });
    seen.push(at.text);
    if (at.text === name) {
      expect(at.outline, `${name} shows that it has the focus`).not.toBe('none');
      return;
    }
  }
  throw new Error(`Tab does not lead to ${name}, only to ${seen.join(', ')}`);
}

test('everything on the main path can be reached by Tab and done by Enter', async ({ page }) => {
  const { keyboard } = page;
  await open(page, '');
  // The first field has the focus.
  await keyboard.type(OWNER.name);
  await keyboard.press('Tab');
  await keyboard.type(OWNER.password);
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('How the server is');

  await page.locator('body').press('Home');
  await tabTo(page, 'People');
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('People');
  await tabTo(page, 'Use the camera');
  await keyboard.press('Enter');
  const take = page.getByRole('button', { name: 'Take the photo' });
  await expect(take).toBeFocused();
  await expect.poll(() => page.locator('video').evaluate((video) => video.videoWidth)).toBe(640);
  await keyboard.press('Enter');
  await expect(page.locator('canvas')).toBeVisible();
  await tabTo(page, 'Id');
  await keyboard.type('by-keyboard');
  await tabTo(page, 'Enrol');
  await keyboard.press('Enter');
  await expect(page.getByRole('row', { name: /by-keyboard/ })).toBeVisible();

  await tabTo(page, 'Delete', 60);
  await keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await keyboard.press('Escape');
  await expect(page.getByRole('row', { name: /by-keyboard/ })).toBeVisible();
  await tabTo(page, 'Delete', 60);
  await keyboard.press('Enter');
  await tabTo(page, 'Delete');
  await keyboard.press('Enter');
  await expect(page.getByText('Nothing here yet.')).toBeVisible();

  await tabTo(page, 'Log out', 60);
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log in');
});
