// What every test has: a page that may neither complain nor talk to anybody but its server.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { test as base, expect } from '@playwright/test';

import { SHOTS } from './places.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { narrow: { width: 360, height: 740 }, wide: { width: 1280, height: 800 } };

export { expect };

export const test = base.extend({
  // The port is known once the server runs, which is after the configuration was read.
  baseURL: async ({}, use) => { await use(process.env.CONSOLE_URL); },
  /** What a test provokes, and the browser reports: failed answers by their status, breaches of the `policy`. */
  provoked: [async ({}, use) => { await use(new Set()); }, { scope: 'test' }],
  page: async ({ page, baseURL, provoked }, use) => {
    const complaints = [];
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      const status = Number(/status of (\d+)/.exec(message.text())?.[1]);
      if (!provoked.has(status) && !(provoked.has('policy') && message.text().includes('Content Security Policy'))) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== baseURL && protocol !== 'blob:' && protocol !== 'data:') complaints.push(`asks ${request.url()}`);
    });
    await fromSources(page);
    await use(page);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    expect(complaints).toEqual([]);
  },
});

/** The files as they are in the tree, with the headers of the server: to try a change without compiling it in. */
export async function fromSources(page) {
  if (!process.env.CONSOLE_SOURCES) return;
  await page.route(/\/console\//, serveSource);
  await page.route(/\/s\/page\//, serveLinkSource);
}

async function serveSource(route) {
  const name = new URL(route.request().url()).pathname.replace('/console/', '') || 'index.html';
  const answer = await route.fetch({ url: new URL('/console/', route.request().url()).href });
  const types = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', html: 'text/html', json: 'application/json' };
  const headers = { ...answer.headers(), 'content-type': types[name.split('.').at(-1) ?? ''] };
  delete headers['content-length'];
  const path = fileURLToPath(new URL(`../../crates/http/console/${name}`, import.meta.url));
  if (!existsSync(path)) return route.fulfill({ status: 404 });
  await route.fulfill({ status: 200, headers, body: readFileSync(path, 'utf8') });
}

async function serveLinkSource(route) {
  const name = new URL(route.request().url()).pathname.replace('/s/page/', '');
  const found = ['link', 'console'].map((folder) => fileURLToPath(new URL(`../../crates/http/${folder}/${name}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (!found) return route.fulfill({ status: 404 });
  const answer = await route.fetch({ url: new URL('/s/', route.request().url()).href });
  const types = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
  const headers = { ...answer.headers(), 'content-type': types[name.split('.').at(-1) ?? ''] };
  delete headers['content-length'];
  await route.fulfill({ status: 200, headers, body: readFileSync(found, 'utf8') });
}

/** Goes to a page of the console and waits until it is there. */
export async function open(page, name) {
  await page.goto(`/console/#${name}`);
  await expect(page.locator('main h1')).toBeVisible();
  await expect(page.locator('main')).not.toHaveText('Loading');
}

/** Looks for what people who cannot see or use a mouse would stumble over. */
export async function accessible(page) {
  // Over the debugger's channel: the policy of the page lets no script in.
  await page.evaluate(`${AXE}; undefined`);
  const found = await page.evaluate(() => /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] }));
  const serious = found.violations.filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ; ')}`);
  expect(serious).toEqual([]);
}

/** Pictures of the page, narrow and wide, light and dark. Fails where a narrow page has to be scrolled sideways. */
export async function pictures(page, name) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, `${name}, ${size}: pixels beyond the edge`).toBe(0);
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme });
      // Each colour and each layout once: it takes a second.
      if ((size === 'wide') === (colorScheme === 'light')) await accessible(page);
      await page.screenshot({ path: `${SHOTS}/${name}-${size}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
