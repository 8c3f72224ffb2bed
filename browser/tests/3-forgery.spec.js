// What another site may make the browser of an operator do: nothing.
import { createServer } from 'node:http';

import { expect, open, test } from '../support/test.js';

const FORM = 'application/x-www-form-urlencoded';

/** A page of somebody else, with a form that sends to our server when it is clicked. */
async function forger(target) {
  const page = `<!doctype html><title>Forger</title><form method="post" action="${target}"><button>Win</button></form>`;
  const server = createServer((_, answer) => { answer.setHeader('content-type', 'text/html').end(page); });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { port, end: () => server.close() };
}

const names = async (page) => (await (await page.request.get('/admin/v1/apps')).json()).apps.map((app) => app.name);

// The port makes another origin and the same site: there the browser sends the cookie along.
for (const [host, status, code] of /** @type {const} */ ([['127.0.0.1', 403, 'cross_site'], ['localhost', 401, 'not_logged_in']])) {
  test(`a form on ${host} of another origin changes nothing`, async ({ browser, baseURL, page }) => {
    const before = await names(page);
    const { port, end } = await forger(`${baseURL}/admin/v1/apps`);
    const context = await browser.newContext({ storageState: await page.context().storageState() });
    const other = await context.newPage();
    await other.goto(`http://${host}:${port}/`);
    const [answer] = await Promise.all([
      other.waitForResponse((one) => one.url().endsWith('/admin/v1/apps')), other.getByRole('button').click()]);
    expect(answer.status()).toBe(status);
    expect((await answer.json()).error.code).toBe(code);
    // The test would pass without a cookie as well: it was there, where a browser sends it.
    const sent = await answer.request().allHeaders();
    expect('cookie' in sent).toBe(status === 403);
    await context.close();
    end();
    expect(await names(page)).toEqual(before);
  });
}

test('a script of another origin cannot ask with our header', async ({ browser, baseURL, page }) => {
  const { port, end } = await forger('about:blank');
  const context = await browser.newContext({ storageState: await page.context().storageState() });
  const other = await context.newPage();
  await other.goto(`http://127.0.0.1:${port}/`);
  const failed = await other.evaluate((url) => fetch(url, {
    method: 'POST', body: '{"name":"forged"}', credentials: 'include', headers: { 'x-faceward-console': '1' },
  }).then(() => 'answered', (error) => error.name), `${baseURL}/admin/v1/apps`);
  expect(failed).toBe('TypeError');
  await context.close();
  end();
  expect(await names(page)).not.toContain('forged');
});

test('a request without the header of the console is refused', async ({ page, provoked }) => {
  await open(page, 'start');
  provoked.add(403);
  const asked = (headers) => page.evaluate((sent) => fetch('/admin/v1/apps', { method: 'POST', body: '{"name":"forged"}', headers: sent })
    .then(async (answer) => [answer.status, (await answer.json()).error?.code]), headers);
  expect(await asked({})).toEqual([403, 'cross_site']);
  expect(await asked({ 'content-type': FORM })).toEqual([403, 'cross_site']);
  expect(await names(page)).not.toContain('forged');
});

test('the cookie is out of reach of scripts, and the page of frames', async ({ page, baseURL }) => {
  await open(page, 'start');
  expect(await page.evaluate(() => document.cookie)).toBe('');
  const [cookie] = await page.context().cookies(baseURL);
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  const answer = await page.request.get('/console/');
  expect(answer.headers()['content-security-policy']).toContain("frame-ancestors 'none'");
});
