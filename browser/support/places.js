// Where the tests keep what they make. Everything lies in a folder that git ignores.
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(`../results/${name}`, import.meta.url));

/** Everything. */
export const RESULTS = here('');
/** The data folder of the server. */
export const DATA = here('data');
/** What the server wrote. */
export const LOG = here('server.log');
/** What the fake webcam shows. */
export const CLIP = here('clip.mjpeg');
/** The cookies of the owner that the setup made. */
export const ENTERED = here('entered.json');
/** Pictures of every page. */
export const SHOTS = here('screenshots');
/** Photos that were made of the fixtures. */
export const PHOTOS = here('photos');
