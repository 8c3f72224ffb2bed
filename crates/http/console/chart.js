// A line over time.
const SVG = 'http://www.w3.org/2000/svg';

/** A piece of a drawing. */
export function part(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text) element.textContent = text;
  return element;
}

/**
 * @param {(number | null)[]} values where there is none the line has a gap
 * @param {string} unit what stands behind a number
 */
export function chart(values, unit) {
  const [width, height] = [300, 110];
  const most = values.reduce((/** @type {number} */ top, value) => Math.max(top, value ?? 0), 0) || 1;
  const digits = most < 10 && !Number.isInteger(most) ? 2 : 0;
  const told = (/** @type {number | null | undefined} */ value) => (value === null || value === undefined ? '–' : `${value.toFixed(digits)}${unit}`);
  const label = `From 0 to ${told(most)}, now ${told(values.at(-1))}`;
  const svg = part('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, width: '100%' });
  const x = (index) => (values.length < 2 ? 0 : (index / (values.length - 1)) * width);
  const y = (value) => height - 4 - (value / most) * (height - 28);
  const line = values.map((value, index) => {
    if (value === null) return '';
    const begins = index === 0 || values[index - 1] === null;
    // Whoever stands alone is a dot.
    return begins ? `M${x(index).toFixed(1)} ${y(value).toFixed(1)}h.1` : `L${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  svg.append(
    part('line', { x1: 0, x2: width, y1: height - 4, y2: height - 4, stroke: 'currentColor', 'stroke-opacity': .3 }),
    part('path', { d: line.join(''), fill: 'none', stroke: 'currentColor', 'stroke-width': 2, 'stroke-linecap': 'round' }),
    part('text', { x: 0, y: 14, fill: 'currentColor', 'font-size': 14 }, told(most)));
  return svg;
}
