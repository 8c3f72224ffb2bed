// Where an app is called back, the secrets that sign, and what it was told.
import { all, ask, get } from '../api.js';
import { button, card, field, fill, h, say, sure, table } from '../dom.js';
import { texts } from '../texts.js';

export async function webhooks(main, { me }) {
  const t = texts.webhooks;
  const may = me.role !== 'auditor';
  const apps = await all('/apps', 'apps');
  if (!apps.length) return fill(main, h('h1', {}, t.title), h('p', {}, texts.nothing));
  const app = h('select', { onchange: () => { fill(secret); show(); } }, ...apps.map((one) => h('option', { value: one.app_id }, one.name)));
  const [secret, endpoint, events, one] = [h('div', { 'aria-live': 'polite' }), h('div'), h('div'), h('div', { 'aria-live': 'polite' })];
  const there = (below = '') => `/apps/${app.value}/webhook${below}`;
  /** Does it and shows everything anew; what went wrong is told. */
  const attempt = async (act, done) => {
    try { const made = await act(); if (done) say(done); await show(); return made; } catch (error) { say(error.message); return null; }
  };
  const reveal = (made) => made?.secret && fill(secret, card(t.secretOnce, h('p', {}, h('code', { class: 'secret' }, made.secret)), h('p', { class: 'soft' }, t.secretFor)));
  fill(main, h('h1', {}, t.title), h('p', { class: 'soft' }, t.intro), field(t.app, app), secret, endpoint, one, events);
  await show();

  async function show() {
    const of = app.value;
    const answer = await get(there());
    const known = answer.url === null ? null : answer;
    // Somebody may have chosen another app meanwhile.
    if (of !== app.value) return;
    fill(one);
    fill(endpoint, may ? form(known) : card(t.endpoint, known ? h('p', {}, h('code', {}, known.url)) : texts.nothing), known && secrets(known));
    if (known) await list(); else fill(events);
  }

  function form(known) {
    const url = h('input', { type: 'url', maxlength: 2048, value: known?.url ?? '', placeholder: t.example });
    const enabled = h('input', { type: 'checkbox', checked: known?.enabled ?? true });
    return card(t.endpoint, field(t.url, url), h('label', { class: 'inline' }, enabled, t.enabled),
      h('div', { class: 'row' },
        button(t.save, async () => {
          reveal(await attempt(() => ask('PUT', there(), { url: url.value, enabled: enabled.checked }), t.saved));
        }),
        known && button(t.test, () => attempt(() => ask('POST', there('/test')), t.sent), 'plain'),
        known && button(t.remove, async () => {
          if (await sure(t.removeAsk, t.remove, texts.cancel)) await attempt(() => ask('DELETE', there()), t.removed);
        }, 'danger')));
  }

  function secrets(known) {
    const cells = known.secrets.map((row) => [time(row.created_at), row.expires_at ? time(row.expires_at) : t.noEnd]);
    return card(t.secrets, table([t.made, t.ends], cells), may && button(t.rotate, async () => {
      if (await sure(t.rotateAsk, t.rotate, texts.cancel)) reveal(await attempt(() => ask('POST', there('/secrets'), {})));
    }, 'plain'));
  }

  async function list() {
    const state = h('select', { onchange: () => look() }, h('option', { value: '' }, t.every),
      ...Object.entries(t.states).map(([name, text]) => h('option', { value: name }, text)));
    const rows = h('div');
    /** @type {any[]} */
    let found = [];
    const look = async (before) => {
      const page = await get(there(`/events?limit=50${state.value && `&state=${state.value}`}${before ? `&before=${before}` : ''}`));
      found = before ? found.concat(page.events) : page.events;
      fill(rows, found.length ? table([t.when, t.type, t.state, t.attempts, t.last, ''], found.map(cells)) : h('p', {}, texts.nothing),
        page.next !== null && button(texts.more, () => look(page.next), 'plain'));
    };
    fill(events, card(t.events, h('div', { class: 'row' }, field(t.filter, state), button(t.refresh, () => look(), 'plain')), rows));
    await look();
  }

  function cells(event) {
    const acts = h('div', { class: 'row' }, button(t.open, () => detail(event.event_id), 'plain'),
      may && button(t.replay, () => attempt(() => ask('POST', there(`/events/${event.event_id}/replay`)), t.replayed), 'plain'));
    return [time(event.created_at), event.type, h('span', { class: colours[event.state] }, t.states[event.state] ?? event.state),
      String(event.attempts), event.last ? how(event.last) : '', acts];
  }

  async function detail(id) {
    try {
      const found = await get(there(`/events/${id}`));
      const rows = found.attempts.map((row) => [time(row.at), `${row.took_ms} ms`, how(row), row.answer]);
      fill(one, card(t.one(found.event.type), h('p', {}, h('code', {}, found.event.event_id)),
        h('pre', { tabindex: 0, 'aria-label': t.body }, JSON.stringify(found.body, null, 2)),
        h('h2', {}, t.tries), rows.length ? table([t.when, t.took, t.last, t.answer], rows) : h('p', {}, texts.nothing),
        button(t.close, () => fill(one), 'plain')));
      one.scrollIntoView({ block: 'nearest' });
    } catch (error) { say(error.message); }
  }

  /** How an attempt ended, in words, with the status of the answer. */
  function how(row) {
    return [t.outcomes[row.outcome] ?? row.outcome, row.status].filter(Boolean).join(', ');
  }
}

const colours = { pending: 'warn', delivered: 'good', failed: 'bad' };
const time = (text) => new Date(text).toLocaleString();
