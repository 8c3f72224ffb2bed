// Every page, as its owner sees it: nothing complained, nothing too wide, nothing inaccessible.
import { accessible, expect, open, pictures, test } from '../support/test.js';

const PAGES = {
  start: 'How the server is',
  try: 'Try it',
  challenge: 'Challenge',
  people: 'People',
  thresholds: 'Thresholds',
  apps: 'Apps',
  links: 'Links',
  webhooks: 'Webhooks',
  operators: 'Operators',
  audit: 'Audit log',
  settings: 'Settings',
};

for (const [name, title] of Object.entries(PAGES)) {
  test(`the page ${name} is shown`, async ({ page }) => {
    await open(page, name);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title);
    await expect(page.getByRole('navigation').getByRole('link', { name: title, exact: true }).or(page.locator('nav [aria-current=page]'))).toBeVisible();
    await pictures(page, name);
  });
}
