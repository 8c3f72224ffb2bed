// The movements of a challenge, filmed one after the other.
import { still } from './camera.js';
import { fill } from './dom.js';

/** Longest side of a frame, in pixels. */
const SIDE = 640;
/** Time between two frames: a head that turns must not be 35 degrees further. */
const PERIOD_MS = 300;
/** Most frames of one movement: more would only be slower to judge. */
const MOST_OF_A_STEP = 8;
/** Time to find one's place in front of the camera. */
const READY_MS = 2500;

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/**
 * Asks for one movement after the other, in the words and signs of `t`, and takes frames of each.
 * @param {{ order: HTMLElement, sign: HTMLElement, dots: HTMLElement[] }} shown what tells the person
 * @param {() => boolean} stopped whether somebody has stopped it
 * @param {() => void} [taken] after each frame
 * @returns {Promise<{ step: number, blob: Blob }[] | null>} `null`: somebody has stopped it
 */
export async function film(video, made, t, shown, stopped, taken = () => {}) {
  const { order, sign, dots } = shown;
  await wait(READY_MS);
  const perStep = Math.min(MOST_OF_A_STEP, Math.floor(made.frames.most / made.movements.length));
  /** @type {{ step: number, blob: Blob }[]} */
  const frames = [];
  for (const [step, movement] of made.movements.entries()) {
    fill(order, t.movements[movement] ?? movement);
    fill(sign, t.signs[movement] ?? '');
    dots[step].className = 'now';
    for (let n = 0; n < perStep; n += 1) {
      await wait(PERIOD_MS);
      if (stopped()) return null;
      const blob = await still(video, SIDE);
      if (blob) frames.push({ step, blob });
      taken();
    }
    dots[step].className = 'done';
  }
  return frames;
}

/** The frames as the form that a challenge is answered with. */
export function answer(frames) {
  const form = new FormData();
  for (const { step, blob } of frames) form.append(`step_${step + 1}`, blob, 'frame.jpg');
  return form;
}
