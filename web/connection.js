/** Tells when the server cannot be reached, and when it can again. */

import { isReachable, UNREACHABLE } from './api.js';

/** Sent on the document when the server answers again. */
export const REACHABLE = 'server-reachable';

const AGAIN_MS = 2000;

/**
 * Show a note for as long as the server does not answer.
 *
 * @param {HTMLElement} banner
 */
export function watchConnection(banner) {
  const check = async () => {
    if (!(await isReachable())) {
      setTimeout(check, AGAIN_MS);
      return;
    }
    banner.hidden = true;
    document.dispatchEvent(new CustomEvent(REACHABLE));
  };
  document.addEventListener(UNREACHABLE, () => {
    if (!banner.hidden) return; // already watching
    banner.hidden = false;
    setTimeout(check, AGAIN_MS);
  });
}
