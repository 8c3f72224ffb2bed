// The webcam, which is switched off when its page is left.
import { h } from './dom.js';

/**
 * Asks for it.
 * @param {MediaTrackConstraints} [wanted]
 * @returns {Promise<{ video: HTMLVideoElement, end: () => void } | null>} `null`: there is none, or nobody may use it
 */
export async function camera(wanted = { width: { ideal: 1280 } }) {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { ...wanted, facingMode: 'user' } });
  } catch {
    return null;
  }
  const video = h('video', { autoplay: true, playsinline: true, muted: true });
  // The attribute alone counts in markup only.
  video.muted = true;
  video.srcObject = stream;
  const end = () => {
    stream.getTracks().forEach((track) => track.stop());
    removeEventListener('hashchange', end);
  };
  addEventListener('hashchange', end);
  return { video, end };
}

/**
 * What the camera shows now, at most `side` pixels wide and high.
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob | null>} a JPEG; `null`: nothing yet
 */
export function still(video, side = Infinity, quality = .92) {
  const [width, height] = [video.videoWidth, video.videoHeight];
  const scale = Math.min(1, side / Math.max(width, height));
  const frame = h('canvas', { width: Math.round(width * scale), height: Math.round(height * scale) });
  frame.getContext('2d').drawImage(video, 0, 0, frame.width, frame.height);
  return new Promise((resolve) => { frame.toBlob(resolve, 'image/jpeg', quality); });
}
