// How the server is, and how fast.
import { get } from '../api.js';
import { card, fill, h, table } from '../dom.js';
import { chart } from '../chart.js';
import { texts } from '../texts.js';

const PERIOD = 2000;
/** A minute has come, or not: looks between two questions. */
const LOOKS_PER_MINUTE = 30;

export async function start(main, { onLeave }) {
  const t = texts.start;
  const info = await get('/info');
  const figures = h('div', { class: 'cards' });
  const hour = h('div');
  let looks = 0;
  const off = info.unavailable.map((value) => [value.value, t.reasons[value.reason] ?? value.reason]);
  const step = (page, text) => h('li', {}, h('a', { href: `#${page}` }, text));
  const first = card(t.first, h('ol', {}, step('try', t.firstTry), step('people', t.firstEnrol), step('apps', t.firstApp)));
  fill(main, h('h1', {}, t.title), figures, first, hour,
    card(t.off, off.length ? table([t.what, t.why], off) : h('p', {}, t.noneOff)),
    card(t.search, h('p', {}, t.searched[info.search.place], ' ', t.by[info.search.index])),
    card(t.models, table([t.model, t.family, t.license], info.models.map((model) => [model.id, model.family ?? '', model.license ?? '']))));
  const look = async () => {
    const now = await get('/metrics');
    const figure = summary(now);
    if (looks % LOOKS_PER_MINUTE === 0) fill(hour, ...charts((await get('/history')).minutes));
    looks += 1;
    // Whoever gets requests has taken them.
    first.hidden = figure.answered > 0;
    fill(figures, ...cards(now, figure));
  };
  await look();
  const timer = setInterval(() => look().catch(() => clearInterval(timer)), PERIOD);
  onLeave(() => clearInterval(timer));
}

function summary(now) {
  const sum = (name) => now.metrics.filter((row) => row.name === name).reduce((total, row) => total + row.value, 0);
  const count = sum('faceward_request_duration_seconds_count');
  return {
    answered: sum('faceward_requests_total'),
    inside: sum('faceward_slots_taken'),
    limit: sum('faceward_slots_limit'),
    queue: sum('faceward_queue_length'),
    refused: sum('faceward_overloads_total'),
    mean: count > 0 ? sum('faceward_request_duration_seconds_sum') / count : null,
  };
}

function cards(now, figure) {
  const one = (title, value, note, kind = '') => card(title, h('div', { class: `figure ${kind}` }, value), h('div', { class: 'soft' }, note));
  const t = texts.start;
  return [
    one(now.ready ? t.ready : t.notReady, `Faceward ${now.version}`, t.up(span(now.uptime_seconds)), now.ready ? 'good' : 'bad'),
    one(t.inside, figure.inside, t.insideOf(figure.limit)),
    one(t.queue, figure.queue, ''),
    one(t.answered, figure.answered, t.sinceStart),
    one(t.refused, figure.refused, t.sinceStart, figure.refused > 0 ? 'warn' : ''),
    one(t.mean, figure.mean === null ? '–' : `${Math.round(figure.mean * 1000)} ms`, t.sinceStart),
  ];
}

/** The last hour, as the server has kept it. */
function charts(minutes) {
  const t = texts.start;
  if (minutes.length < 2) return [card(t.hour, h('p', { class: 'soft' }, t.collecting))];
  const one = (title, of, unit) => card(title, chart(minutes.map(of), unit));
  const mib = (minute) => (minute.memory_bytes === null ? null : minute.memory_bytes / 1024 / 1024);
  const milliseconds = (seconds) => (seconds === null ? null : seconds * 1000);
  return [h('h2', {}, t.hour), h('div', { class: 'cards' },
    one(t.perMinute, (minute) => minute.requests, ''), one(t.refusedMinute, (minute) => minute.refused, ''),
    one(t.half, (minute) => milliseconds(minute.p50_seconds), ' ms'), one(t.most, (minute) => milliseconds(minute.p95_seconds), ' ms'),
    one(t.queue, (minute) => minute.queued, ''), one(t.memory, mib, ' MiB'))];
}

function span(seconds) {
  /** @type {[number, string][]} */
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const [size, unit] = units.find(([length]) => seconds >= length) ?? [1, 's'];
  return `${Math.floor(seconds / size)} ${unit}`;
}
