// Before all tests: the clip of the webcam, the server, and its first owner, who comes in by the link that is good once.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { chromium as playwright, expect } from '@playwright/test';

import { chromium } from './chromium.js';
import { makeClip } from './clip.js';
import { photo } from './photos.js';
import { CLIP, DATA, ENTERED, LOG, RESULTS, SHOTS } from './places.js';
import { serve } from './server.js';
import { fromSources } from './test.js';

export const OWNER = { name: 'olga', password: 'a long enough password' };

export default async function setup() {
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(SHOTS, { recursive: true });
  // Receivers of webhooks are on this machine, and are called again when the test says so.
  const more = ['--set', 'webhooks.allowed_hosts=127.0.0.1', '--set', 'webhooks.first_pause_seconds=600'];
  const server = await serve({ data: DATA, log: LOG, more });
  process.env.CONSOLE_URL = server.url;
  const browser = await playwright.launch({ executablePath: chromium(), args: ['--no-sandbox'] });
  try {
    await makeClip(await browser.newPage(), readFileSync(photo('obama.jpg')), CLIP);
    await makeOwner(browser, server.link);
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    await browser.close();
  }
  return async () => {
    const code = await server.stop();
    if (code !== 0) throw new Error(`the server ended with ${code}`);
  };
}

async function makeOwner(browser, link) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await fromSources(page);
  await page.goto(link);
  await page.screenshot({ path: `${SHOTS}/first-owner.png` });
  await page.getByLabel('Name').fill(OWNER.name);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Make me the owner' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('How the server is');
  await context.storageState({ path: ENTERED });
}
