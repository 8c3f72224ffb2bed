// Who did what to whom, newest first.
import { get, piece } from '../api.js';
import { button, card, field, fill, h, table } from '../dom.js';
import { texts } from '../texts.js';

export async function audit(main) {
  const t = texts.audit;
  const action = h('input', { maxlength: 120 });
  const subject = h('input', { maxlength: 120 });
  const list = h('div');
  let rows = [];
  const filter = () => [['action', action.value.trim()], ['subject', subject.value.trim()]]
    .filter(([, value]) => value).map(([key, value]) => `${key}=${piece(value)}`).join('&');
  const look = async (before) => {
    const page = await get(`/audit?limit=100&${filter()}${before ? `&before=${before}` : ''}`);
    rows = before ? rows.concat(page.records) : page.records;
    fill(list, card(null, rows.length ? table([t.when, t.who, t.what, t.whom, t.how], rows.map(cells)) : texts.nothing,
      page.next !== null && button(texts.more, () => look(page.next), 'plain')));
  };
  fill(main, h('h1', {}, t.title),
    h('form', { class: 'card', onsubmit: (event) => { event.preventDefault(); look(); } },
      field(t.action, action), field(t.subject, subject),
      h('div', { class: 'row' }, h('button', {}, t.filter),
        h('a', { href: '/admin/v1/audit/export', download: 'audit.jsonl' }, t.export))), list);
  await look();
}

function cells(record) {
  const who = record.operator ?? record.app_id ?? record.surface;
  const whom = [record.gallery, record.subject, record.template].filter(Boolean).join(' / ');
  const how = [record.outcome, record.verdict].filter(Boolean).join(': ');
  return [new Date(record.at).toLocaleString(), who, record.action, whom, how];
}
