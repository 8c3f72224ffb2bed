// The measurement behind the thresholds: the shipped one, or the result of `faceward eval verification --json`.
import { Refused } from './api.js';
import { texts } from './texts.js';

/**
 * @typedef {object} Point
 * @property {number} threshold cosine
 * @property {number} fmr
 * @property {number} fnmr
 * @property {[number, number] | null} fmr_ci
 * @property {[number, number] | null} fnmr_ci
 */

/** @typedef {{ model: string, n_photos: number, n_persons: number, n_genuine: number, n_impostor: number, det: Point[],
 *   scores: { genuine: number[], impostor: number[] } | null }} Measurement */

/** Above it nobody wants to be, and the intervals are not kept. */
const MOST_FMR = 0.03;

/** @returns {Promise<Measurement>} */
export async function shipped() {
  const answer = await fetch('data/verification.json');
  if (!answer.ok) throw new Refused('unreachable', texts.failed);
  return read(await answer.text());
}

/**
 * @param {string} text
 * @returns {Measurement}
 */
export function read(text) {
  const refused = () => new Refused('not_a_result', texts.thresholds.notAResult);
  let found;
  try { found = JSON.parse(text); } catch { throw refused(); }
  const counts = ['n_photos', 'n_persons', 'n_genuine', 'n_impostor'];
  if (found?.protocol !== 'verification' || typeof found.model !== 'string' || !Array.isArray(found.det)
    || !counts.every((name) => Number.isFinite(found[name]))) throw refused();
  const det = found.det.filter((point) => [point?.threshold, point?.fmr, point?.fnmr].every(Number.isFinite) && point.fmr <= MOST_FMR)
    .map(({ threshold, fmr, fnmr, fmr_ci, fnmr_ci }) => ({ threshold, fmr, fnmr, fmr_ci: pair(fmr_ci), fnmr_ci: pair(fnmr_ci) }));
  if (det.length < 2) throw refused();
  const scores = [found.scores?.genuine, found.scores?.impostor].every((bins) => Array.isArray(bins) && bins.every(Number.isFinite))
    ? found.scores : null;
  return { ...found, det, scores };
}

const pair = (ends) => (Array.isArray(ends) && ends.length === 2 && ends.every(Number.isFinite) ? ends : null);

/** The similarity of a cosine: straight between the knots of the map. */
export function similarityOf(cosine, knots) {
  const above = knots.findIndex((knot) => knot.cosine >= cosine);
  if (above < 0) return 1;
  if (above === 0) return knots[0].similarity;
  const [low, high] = [knots[above - 1], knots[above]];
  return low.similarity + ((cosine - low.cosine) / (high.cosine - low.cosine)) * (high.similarity - low.similarity);
}
