// What the server runs with.
import { ask, get } from '../api.js';
import { button, card, fill, h, say, table } from '../dom.js';
import { texts } from '../texts.js';

export async function settings(main, { me, show }) {
  const t = texts.settings;
  const found = await get('/settings');
  const rows = found.settings.map((one) => [h('code', {}, one.key), one.value, one.source, one.needs_restart ? '' : t.live, one.help]);
  const reload = async () => {
    try {
      const read = await ask('POST', '/settings/reload');
      say(t.read(read.taken.join(', '), read.need_restart.join(', ')));
      show();
    } catch (error) {
      say(error.message);
    }
  };
  fill(main, h('h1', {}, t.title), h('p', { class: 'soft' }, t.intro),
    me.role === 'owner' && h('div', { class: 'row' }, button(t.again, reload, 'plain')),
    card(null, table([t.key, t.value, t.source, t.without, t.help], rows)));
}
