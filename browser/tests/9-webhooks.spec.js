// An app is called back: at a real receiver, which checks the signature, and whose answers stay text.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { expect, open, pictures, test } from '../support/test.js';

const EVIL = '<img src=x onerror="window.pwned=1">';
const RECEIVER = fileURLToPath(new URL('../../examples/webhook.mjs', import.meta.url));

/** A receiver that refuses with markup. */
async function refuser() {
  const server = createServer((request, response) => { request.resume().on('end', () => { response.writeHead(400).end(EVIL); }); });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(null)); });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}

/** The receiver of the documentation. */
async function receiver(secret) {
  const child = spawn('node', [RECEIVER], { env: { ...process.env, PORT: '0', WEBHOOK_SECRET: secret } });
  let told = '';
  child.stdout.on('data', (piece) => { told += piece; });
  await expect.poll(() => told).toContain('http://');
  return { url: told.trim(), told: () => told, close: () => child.kill() };
}

test('an address is given, tried, mended, and what failed is sent again', async ({ page, provoked }) => {
  provoked.add(400);
  const headers = { 'x-faceward-console': '1' };
  const made = await page.request.post('/admin/v1/apps', { headers, data: { name: 'called back' } });
  const { app_id: app } = await made.json();
  const refusing = await refuser();
  /** @type {{ url: string, told: () => string, close: () => void } | null} */
  let taking = null;
  const button = (name) => page.getByRole('button', { name, exact: true });
  const address = page.getByLabel('Address that is called');
  const told = (text) => expect(page.locator('#status')).toContainText(text);
  /** Looks again until the event is as it should be. */
  const becomes = (text) => expect(async () => {
    await button('Look again').click();
    await expect(page.locator('tbody tr').filter({ hasText: 'webhook.test' })).toContainText(text, { timeout: 500 });
  }).toPass();
  try {
    await page.addInitScript(() => { /** @type {any} */ (window).pwned = 0; });
    await open(page, 'webhooks');
    await page.getByRole('combobox', { name: 'App' }).selectOption(app);

    await address.fill('javascript:alert(1)');
    await button('Save').click();
    await told('url must be');

    await address.fill(`${refusing.url}?x=${EVIL}`);
    await button('Save').click();
    const secret = await page.locator('.secret').innerText();
    expect(secret).toMatch(/^whsec_/);
    await button('Send a test event').click();
    await becomes('refused by the receiver, 400');
    await button('Show').click();
    await expect(page.getByRole('cell', { name: EVIL, exact: true })).toBeVisible();
    await pictures(page, 'webhooks-refused');

    taking = await receiver(secret);
    await address.fill(taking.url);
    await button('Save').click();
    await told('Saved');
    await button('Send again').click();
    await becomes('delivered, 204');
    expect(taking.told(), 'the receiver has found the signature right').toContain('webhook.test');
    await button('New secret').click();
    await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click();
    await expect(page.locator('.secret')).not.toHaveText(secret);
    await button('Show').click();
    await expect(page.getByRole('heading', { name: 'The event webhook.test' })).toBeVisible();
    await pictures(page, 'webhooks-delivered');

    await button('Delete').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(address).toHaveValue('');
    expect(await page.evaluate(() => /** @type {any} */ (window).pwned)).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
  } finally {
    taking?.close();
    refusing.close();
    await page.request.delete(`/admin/v1/apps/${app}`, { headers });
  }
});
