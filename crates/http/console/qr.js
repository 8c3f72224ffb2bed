// A QR code on a canvas, from the rows of its modules.
import { h } from './dom.js';

/** Light modules around the code, without which no phone finds it; pixels of a module. */
const [MARGIN, PIXELS] = [4, 6];

/**
 * @param {string[]} rows from the top, `1` dark, `0` light
 * @param {string} text what is in it
 */
export function qrCode(rows, text) {
  const side = (rows.length + 2 * MARGIN) * PIXELS;
  const canvas = h('canvas', { class: 'qr', width: side, height: side, role: 'img', 'aria-label': text });
  const pen = canvas.getContext('2d');
  // Dark on light, whatever the colours of the page: some phones read nothing else.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, side, side);
  pen.fillStyle = '#000';
  rows.forEach((row, y) => [...row].forEach((module, x) => {
    if (module === '1') pen.fillRect((x + MARGIN) * PIXELS, (y + MARGIN) * PIXELS, PIXELS, PIXELS);
  }));
  return canvas;
}
