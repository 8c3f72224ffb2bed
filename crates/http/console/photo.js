// A photo to be chosen, dropped or taken, and drawn with what was found in it.
import { camera, still } from './camera.js';
import { button, fill, h, say } from './dom.js';
import { texts } from './texts.js';

/** A field for a photo: `blob()` gives it, `canvas` shows it, `clear()` forgets it. */
export function photoField(text) {
  /** @type {Blob | null} */
  let chosen = null;
  let end = () => {};
  const canvas = h('canvas', { width: 0, height: 0, role: 'img', 'aria-label': text });
  const stage = h('div', { class: 'stage' });
  const use = async (blob) => {
    end();
    chosen = blob;
    fill(stage, canvas);
    await draw(canvas, blob, []);
  };
  const shoot = async () => {
    end();
    const found = await camera();
    if (!found) return say(texts.try.noCamera);
    ({ end } = found);
    const take = button(texts.try.shoot, async () => {
      const blob = await still(found.video);
      if (!blob) return;
      await use(blob);
      open.focus();
    });
    fill(stage, found.video, take);
    take.focus();
  };
  const open = button(texts.try.camera, shoot, 'plain');
  const input = h('input', { type: 'file', accept: 'image/jpeg,image/png', onchange: () => input.files[0] && use(input.files[0]) });
  const over = (is) => (event) => { event.preventDefault(); element.classList.toggle('over', is); };
  const element = h('div', { class: 'drop', ondragover: over(true), ondragleave: over(false), ondrop: (event) => {
    over(false)(event);
    const file = event.dataTransfer?.files[0];
    if (file) use(file);
  } }, h('label', {}, text, input), h('div', { class: 'row' }, h('span', { class: 'soft' }, texts.try.drop), open), stage);
  const clear = () => {
    end();
    [chosen, input.value] = [null, ''];
    fill(stage);
  };
  return { element, canvas, blob: () => chosen, clear };
}

/** Draws the photo, the way it is held, with boxes and points of `faces`. */
export async function draw(canvas, blob, faces) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  } catch {
    // The server says what is wrong with it.
    return;
  }
  const scale = Math.min(1, 900 / Math.max(bitmap.width, bitmap.height));
  [canvas.width, canvas.height] = [bitmap.width * scale, bitmap.height * scale];
  const pen = canvas.getContext('2d');
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  pen.lineWidth = Math.max(2, canvas.width / 250);
  for (const face of faces) {
    const { x, y, width, height } = face.box;
    pen.strokeStyle = '#00e070';
    pen.strokeRect(x * scale, y * scale, width * scale, height * scale);
    pen.fillStyle = '#ffd200';
    for (const [left, top] of face.landmarks.five) {
      pen.beginPath();
      pen.arc(left * scale, top * scale, pen.lineWidth * 1.5, 0, 7);
      pen.fill();
    }
  }
}
