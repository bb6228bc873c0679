/** Places in reports, and the URL hashes that lead to them: `#/r/{report}/{start}-{end}`. */

/** @typedef {{report: string, start: number | null, end: number | null}} Place */

const HASH = /^#\/r\/([^/]+)(?:\/(\d+)-(\d+))?$/;

/**
 * The place that a URL hash names, or null if it names none.
 *
 * @param {string} hash
 * @returns {Place | null}
 */
export function parsePlace(hash) {
  const match = HASH.exec(hash);
  if (!match) return null;
  const [, report, start, end] = match;
  try {
    return {
      report: decodeURIComponent(report),
      start: start === undefined ? null : Number(start),
      end: end === undefined ? null : Number(end),
    };
  } catch {
    return null; // a stray percent sign
  }
}

/**
 * The URL hash that leads to a place; citations are places too.
 *
 * @param {Place} place
 * @returns {string}
 */
export function hashOf({ report, start, end }) {
  const range = start === null || end === null ? '' : `/${start}-${end}`;
  return `#/r/${encodeURIComponent(report)}${range}`;
}
