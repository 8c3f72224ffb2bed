// A photo to be chosen, dropped or taken, and drawn with what was found in it.
import { button, fill, h, say } from './dom.js';
import { texts } from './texts.js';

/** A field for a photo: `blob()` gives it, `canvas` shows it. */
export function photoField(text) {
  let chosen = null;
  const canvas = h('canvas', { width: 0, height: 0, role: 'img', 'aria-label': text });
  const stage = h('div');
  const use = async (blob) => {
    chosen = blob;
    fill(stage, canvas);
    await draw(canvas, blob, []);
  };
  const input = h('input', { type: 'file', accept: 'image/jpeg,image/png', onchange: () => input.files[0] && use(input.files[0]) });
  const element = h('div', { ondragover: (event) => event.preventDefault(), ondrop: (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) use(file);
  } }, h('label', {}, text, input), h('div', { class: 'row' }, button(texts.try.camera, () => shoot(stage, use), 'plain')), stage);
  return { element, canvas, blob: () => chosen };
}

/** Shows the camera until a photo is taken. */
async function shoot(stage, use) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: 'user' } });
  } catch {
    return say(texts.try.noCamera);
  }
  const video = h('video', { autoplay: true, playsinline: true, muted: true });
  video.srcObject = stream;
  const end = () => stream.getTracks().forEach((track) => track.stop());
  const take = () => {
    const frame = h('canvas', { width: video.videoWidth, height: video.videoHeight });
    frame.getContext('2d').drawImage(video, 0, 0);
    end();
    frame.toBlob(use, 'image/jpeg', .92);
  };
  addEventListener('hashchange', end, { once: true });
  fill(stage, video, h('p'), button(texts.try.shoot, take));
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
