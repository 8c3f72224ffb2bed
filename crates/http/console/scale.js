// A score on its scale, with the threshold marked.
import { h } from './dom.js';
import { texts } from './texts.js';

export function scale(title, score, threshold, fine, words) {
  const percent = (value) => `${(Math.min(1, Math.max(0, value)) * 100).toFixed(1)}%`;
  const filled = h('div', { class: 'fill' });
  const mark = h('div', { class: 'mark', title: texts.try.threshold(threshold) });
  filled.style.width = percent(score);
  mark.style.left = percent(threshold);
  return h('div', {},
    h('strong', {}, `${title}: ${score.toFixed(3)}`), ` (${texts.try.threshold(threshold.toFixed(2))})`,
    h('div', { class: 'scale', role: 'img', 'aria-label': `${title} ${score.toFixed(3)}, ${texts.try.threshold(threshold.toFixed(2))}` },
      filled, mark),
    h('p', { class: fine ? 'good' : 'bad' }, words));
}
