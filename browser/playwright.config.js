// One server, one browser, one test after the other: what they share is the two cores.
import { defineConfig } from '@playwright/test';

import { chromium } from './support/chromium.js';
import { CLIP, ENTERED } from './support/places.js';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'results/failures',
  globalSetup: './support/setup.js',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'results/report.json' }]],
  use: {
    storageState: ENTERED,
    locale: 'en-GB',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    // It doubles the time of every test: `--trace on` where one is looked into.
    trace: 'off',
    launchOptions: {
      executablePath: chromium(),
      // Whoever runs the tests as root has no sandbox; the pages are our own.
      args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${CLIP}`],
    },
  },
});
