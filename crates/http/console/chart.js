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
 * @param {number[]} values
 * @param {string} unit what stands behind a number
 */
export function chart(values, unit) {
  const [width, height, most] = [600, 120, Math.max(0, ...values) || 1];
  const digits = most < 10 ? 2 : 0;
  const told = (value) => `${value.toFixed(digits)}${unit}`;
  const label = `From 0 to ${told(most)}, now ${told(values.at(-1) ?? 0)}`;
  const svg = part('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, width: '100%' });
  const x = (index) => (values.length < 2 ? 0 : (index / (values.length - 1)) * width);
  const y = (value) => height - 4 - (value / most) * (height - 24);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  svg.append(
    part('line', { x1: 0, x2: width, y1: height - 4, y2: height - 4, stroke: 'currentColor', 'stroke-opacity': .3 }),
    part('polyline', { points, fill: 'none', stroke: 'currentColor', 'stroke-width': 2 }),
    part('text', { x: 0, y: 12, fill: 'currentColor', 'font-size': 12 }, told(most)));
  return svg;
}
