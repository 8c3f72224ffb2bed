// Operators and their tokens: for owners.
import { all, ask, piece } from '../api.js';
import { button, card, field, fill, h, say, sure, table } from '../dom.js';
import { texts } from '../texts.js';

export async function operators(main, { show }) {
  const t = texts.operators;
  const secret = h('div', { 'aria-live': 'polite' });
  const attempt = async (act) => { try { return await act(); } catch (error) { say(error.message); return null; } };
  const acts = (one) => [h('div', { class: 'row' },
    button(t.token, async () => {
      const made = await attempt(() => ask('POST', `/operators/${piece(one.name)}/tokens`, { label: 'console' }));
      if (made) fill(secret, card(t.tokenOnce, h('code', { class: 'secret' }, made.token)));
    }, 'plain'),
    button(one.disabled ? t.enable : t.disable, async () => {
      if (!one.disabled && !await sure(t.disableAsk(one.name), t.disable, texts.cancel)) return;
      await attempt(() => ask('PATCH', `/operators/${piece(one.name)}`, { disabled: !one.disabled }));
      show();
    }, one.disabled ? 'plain' : 'danger'))];
  const rows = (await all('/operators', 'operators'))
    .map((one) => [one.name, one.role, one.disabled ? t.disabled : t.active, acts(one)]);
  const name = h('input', { maxlength: 120, autocomplete: 'off' });
  const password = h('input', { type: 'password', autocomplete: 'new-password', minlength: 12 });
  const role = h('select', {}, ...Object.entries(t.roles).map(([value, text]) => h('option', { value, selected: value === 'operator' }, text)));
  fill(main, h('h1', {}, t.title), secret, card(null, table([t.name, t.role, t.state, ''], rows)),
    card(t.create, field(t.name, name), field(t.role, role), field(t.password, password), button(t.create, async () => {
      const who = { name: name.value, role: role.value, password: password.value };
      if (await attempt(() => ask('POST', '/operators', who))) show();
    })));
}
