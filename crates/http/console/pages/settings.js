// What the server runs with.
import { get } from '../api.js';
import { card, fill, h, table } from '../dom.js';
import { texts } from '../texts.js';

export async function settings(main) {
  const t = texts.settings;
  const found = await get('/settings');
  const rows = found.settings.map((one) => [h('code', {}, one.key), one.value, one.source, one.help]);
  fill(main, h('h1', {}, t.title), h('p', { class: 'soft' }, t.intro), card(null, table([t.key, t.value, t.source, t.help], rows)));
}
