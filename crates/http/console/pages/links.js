// Verification links of an app: made, looked at, withdrawn.
import { all, ask, get, piece } from '../api.js';
import { button, card, field, fill, h, say, sure, table } from '../dom.js';
import { qrCode } from '../qr.js';
import { copyButton } from '../snippets.js';
import { texts } from '../texts.js';
import { newLink } from './link.js';

export async function links(main, { me }) {
  const t = texts.links;
  const may = me.role !== 'auditor';
  const apps = await all('/apps', 'apps');
  if (!apps.length) return fill(main, h('h1', {}, t.title), h('p', {}, texts.nothing));
  const app = h('select', { onchange: () => { fill(made); show(); } }, ...apps.map((one) => h('option', { value: one.app_id }, one.name)));
  const [made, form, one, rows] = [h('div', { 'aria-live': 'polite' }), h('div'), h('div', { 'aria-live': 'polite' }), h('div')];
  const there = (below = '') => `/apps/${app.value}/sessions${below}`;
  /** @type {any[]} */
  let found = [];
  fill(main, h('h1', {}, t.title), h('p', { class: 'soft' }, t.intro), field(t.app, app), made, form, one,
    card(t.list, h('div', { class: 'row' }, button(t.refresh, () => attempt(() => look()), 'plain')), rows));
  await show();

  async function attempt(act) {
    try { await act(); } catch (error) { say(error.message); }
  }

  /** Everything of the chosen app. */
  async function show() {
    const of = app.value;
    fill(one);
    fill(form);
    const made = may && await newLink(of, reveal);
    // Somebody may have chosen another app meanwhile.
    if (of !== app.value) return;
    fill(form, made);
    await look();
  }

  async function look(after = '') {
    const of = app.value;
    const page = await get(there(`?limit=50${after && `&after=${piece(after)}`}`));
    if (of !== app.value) return;
    found = after ? found.concat(page.sessions) : page.sessions;
    fill(rows, found.length ? table([t.when, t.asked, t.state, t.outcome, ''], found.map(cells)) : h('p', {}, texts.nothing),
      page.next !== null && button(texts.more, () => attempt(() => look(page.next)), 'plain'));
  }

  /** The link, which nobody is shown again. */
  async function reveal({ link, qr }) {
    fill(made, card(t.once,
      h('p', {}, h('code', { class: 'secret' }, link)), h('div', { class: 'row' }, copyButton(link)),
      qr && qrCode(qr, t.qr), qr && h('p', { class: 'soft' }, t.scan),
      new URL(link).protocol === 'http:' && h('p', { class: 'warn' }, t.plain(new URL(link).host))));
    made.scrollIntoView({ block: 'nearest' });
    await look();
  }

  function cells(session) {
    const acts = h('div', { class: 'row' }, button(t.open, () => attempt(() => detail(session.session_id)), 'plain'),
      may && session.state in t.underWay && button(t.withdraw, () => withdraw(session.session_id), 'danger'));
    return [h('div', {}, time(session.created_at), own(session) && h('div', { class: 'soft' }, own(session))), asked(session),
      state(session), outcome(session), acts];
  }

  async function withdraw(id) {
    if (!await sure(t.withdrawAsk, t.withdraw, texts.cancel)) return;
    await attempt(() => ask('DELETE', there(`/${id}`)));
    fill(one);
    await attempt(() => look());
  }

  async function detail(id) {
    const { session } = await get(there(`/${id}`));
    const facts = [
      [t.id, h('code', {}, session.session_id)], [t.ownId, own(session)], [t.asked, asked(session)], [t.state, state(session)],
      [t.outcome, outcome(session)], [t.when, time(session.created_at)], [t.ends, time(session.expires_at)],
      [t.opened, session.opened_at && time(session.opened_at)], [t.ended, session.ended_at && time(session.ended_at)],
      [t.consent, session.consent && t.agreed(session.consent.version, time(session.consent.agreed_at))],
      [t.returns, session.return_url && h('code', {}, session.return_url)],
    ].filter(([, value]) => value);
    const tries = session.attempts.map((row) => [time(row.at), t.stepNames[row.step] ?? row.step,
      row.passed ? h('span', { class: 'good' }, t.good) : reasons(row.reasons), ...[row.liveness, row.deepfake, row.similarity].map(score)]);
    fill(one, card(t.one, table([t.what, t.value], facts), h('h2', {}, t.tries),
      tries.length ? table([t.when, t.step, t.outcome, t.liveness, t.deepfake, t.similarity], tries) : h('p', {}, texts.nothing),
      button(t.close, () => fill(one), 'plain')));
    one.scrollIntoView({ block: 'nearest' });
  }
}

const colours = { passed: 'good', failed: 'bad', declined: 'warn', expired: 'warn', cancelled: 'warn' };
const state = (session) => h('span', { class: colours[session.state] }, texts.links.states[session.state] ?? session.state);
const own = (session) => (session.trx_id === session.session_id ? null : session.trx_id);
const time = (text) => new Date(text).toLocaleString();
const score = (value) => (value === null ? '' : value.toFixed(2));

/** What was asked for, in words. */
function asked({ checks, verify, reference, enroll }) {
  const t = texts.links;
  return [...checks.map((name) => t.short[name] ?? name), verify && t.like(verify.subject), reference && t.likePhoto,
    enroll && t.enrols(enroll.subject)].filter(Boolean).join(', ');
}

/** What came of it, and what to do. */
function outcome(session) {
  return session.reasons.length ? reasons(session.reasons) : texts.links.todo[session.state] ?? '';
}

const reasons = (words) => h('ul', {}, ...words.map((word) => h('li', {}, texts.links.reasons[word] ?? word)));
