// What the fake webcam of chromium shows: a still portrait. Frames are made by the browser, so that no other tool is needed.
import { writeFileSync } from 'node:fs';

const [WIDTH, HEIGHT] = [640, 480];
const FRAMES = 20;

/** Writes a motion JPEG of `portrait` to `path`. */
export async function makeClip(page, portrait, path) {
  const frame = await page.evaluate(draw, { base64: portrait.toString('base64'), width: WIDTH, height: HEIGHT });
  const bytes = Buffer.from(frame, 'base64');
  writeFileSync(path, Buffer.concat(Array.from({ length: FRAMES }, () => bytes)));
}

/** In the browser: the portrait in the middle of the frame, all of it, as a JPEG in base64. */
async function draw({ base64, width, height }) {
  const image = new Image();
  image.src = `data:image/jpeg;base64,${base64}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const scale = Math.min(width / image.width, height / image.height);
  const [w, h] = [image.width * scale, image.height * scale];
  pen.fillStyle = '#8a8f98';
  pen.fillRect(0, 0, width, height);
  pen.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
  return canvas.toDataURL('image/jpeg', .95).split(',')[1];
}
