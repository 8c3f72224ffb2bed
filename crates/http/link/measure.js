// How light it is, measured in the page: it costs the server nothing.
import { h } from './dom.js';

/** Mean brightness, 0 to 255, below which a face is in the dark, and above which it is dazzled. */
const [DARK, BRIGHT] = [55, 215];

/**
 * @param {HTMLVideoElement} video
 * @returns {'dark' | 'bright' | null} of the middle of the picture, where the face is
 */
export function light(video) {
  const [width, height] = [video.videoWidth, video.videoHeight];
  if (!width || !height) return null;
  const canvas = h('canvas', { width: 16, height: 16 });
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(video, width * .3, height * .2, width * .4, height * .6, 0, 0, 16, 16);
  const { data } = pen.getImageData(0, 0, 16, 16);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += .299 * data[at] + .587 * data[at + 1] + .114 * data[at + 2];
  const mean = sum / (data.length / 4);
  if (mean < DARK) return 'dark';
  return mean > BRIGHT ? 'bright' : null;
}
