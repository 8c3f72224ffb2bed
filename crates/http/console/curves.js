// Drawings of a measurement: the trade-off between both errors, and how the scores are spread.
import { part } from './chart.js';
import { h } from './dom.js';
import { texts } from './texts.js';

const [WIDTH, HEIGHT] = [420, 290];
const EDGE = { left: 86, right: 26, top: 12, bottom: 50 };
/** Most marks on a scale: their texts must not meet. */
const MOST_MARKS = 5;

const across = (share) => EDGE.left + share * (WIDTH - EDGE.left - EDGE.right);
const down = (share) => EDGE.top + (1 - share) * (HEIGHT - EDGE.top - EDGE.bottom);
const line = (points) => points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
const percent = (rate) => `${Number((rate * 100).toPrecision(1))} %`;

function paper(label, xTitle, yTitle) {
  const svg = part('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label, width: '100%' });
  svg.append(
    part('text', { x: across(.5), y: HEIGHT - 6, class: 'title', 'text-anchor': 'middle' }, xTitle),
    part('text', { x: 16, y: down(.5), class: 'title', 'text-anchor': 'middle', transform: `rotate(-90 16 ${down(.5)})` }, yTitle));
  return svg;
}

function grid(svg, xs, ys) {
  for (const [share, text] of xs) {
    svg.append(part('line', { x1: across(share), x2: across(share), y1: down(0), y2: down(1), class: 'grid' }),
      part('text', { x: across(share), y: down(0) + 18, class: 'tick', 'text-anchor': 'middle' }, text));
  }
  for (const [share, text] of ys) {
    svg.append(part('line', { x1: across(0), x2: across(1), y1: down(share), y2: down(share), class: 'grid' }),
      part('text', { x: EDGE.left - 6, y: down(share) + 4, class: 'tick', 'text-anchor': 'end' }, text));
  }
}

/**
 * The trade-off, with the chosen point. Both scales are logarithmic.
 * @param {import('./data.js').Point[]} det
 */
export function tradeOff(det, chosen) {
  const t = texts.thresholds;
  const known = det.filter((point) => point.fmr > 0 && point.fnmr > 0);
  const scale = (rates) => {
    const [least, most] = [Math.floor(Math.log10(Math.min(...rates))), Math.ceil(Math.log10(Math.max(...rates)))];
    const every = Math.ceil((most - least + 1) / MOST_MARKS);
    const ticks = Array.from({ length: most - least + 1 }, (_, n) => [n / (most - least || 1), n % every === 0 ? percent(10 ** (least + n)) : '']);
    return { at: (rate) => (Math.log10(rate) - least) / (most - least || 1), ticks };
  };
  const svg = paper(t.det, t.fmr, t.fnmr);
  if (known.length < 2) return svg;
  const [x, y] = [scale(known.map((point) => point.fmr)), scale(known.map((point) => point.fnmr))];
  grid(svg, x.ticks, y.ticks);
  svg.append(part('polyline', { points: line(known.map((point) => [across(x.at(point.fmr)), down(y.at(point.fnmr))])), class: 'genuine curve' }));
  if (chosen.fmr > 0 && chosen.fnmr > 0) {
    svg.append(part('circle', { cx: across(x.at(chosen.fmr)), cy: down(y.at(chosen.fnmr)), r: 6, class: 'chosen' }));
  }
  return svg;
}

/** Both kinds of pairs over the cosine, and the threshold. */
export function spread(scores, threshold) {
  const t = texts.thresholds;
  const svg = paper(t.histogram, t.cosine, '');
  const shares = (bins) => { const total = bins.reduce((sum, n) => sum + n, 0) || 1; return bins.map((n) => n / total); };
  const both = { impostor: shares(scores.impostor), genuine: shares(scores.genuine) };
  const most = Math.max(...both.impostor, ...both.genuine);
  const [from, to] = [-.4, 1];
  const at = (cosine) => (cosine - from) / (to - from);
  grid(svg, [-.4, 0, .4, .8].map((cosine) => [at(cosine), String(cosine)]), []);
  for (const [kind, bins] of Object.entries(both)) {
    const points = bins.map((share, bin) => [(bin + .5) * 2 / bins.length - 1, share]).filter(([cosine]) => cosine >= from)
      .map(([cosine, share]) => [across(at(cosine)), down(share / most)]);
    svg.append(part('polygon', { points: line([[across(0), down(0)], ...points, [across(1), down(0)]]), class: `${kind} area` }));
  }
  svg.append(part('line', { x1: across(at(threshold)), x2: across(at(threshold)), y1: down(0), y2: down(1), class: 'limit' }));
  return h('div', {}, svg, h('p', { class: 'legend' }, h('span', { class: 'impostor' }, t.impostor), ' ', h('span', { class: 'genuine' }, t.genuine)));
}
