/**
 * Addresses. The path names what stands on the left, the hash a place in a report that stands open on
 * the right: `/c/{conversation}#r={report}&s={start}-{end}&e={edition}`. A path that names a report
 * shows that alone: `/r/{report}#s={start}-{end}&e={edition}` is the permalink of a citation.
 */

/**
 * `start` and `end` count Unicode code points in the text of that edition; each may be null.
 *
 * @typedef {{report: string, edition: string | null, start: number | null, end: number | null}} Place
 * @typedef {'ask' | 'reports' | 'verify' | 'evaluation' | 'report'} ViewName
 * @typedef {{view: ViewName, conversation: string | null, place: Place | null}} Address
 */

const VIEWS = { '/reports': 'reports', '/verify': 'verify', '/evaluation': 'evaluation' };
const RANGE = /^(\d+)-(\d+)$/;

/**
 * What an address names.
 *
 * @param {{pathname: string, hash: string}} location
 * @returns {Address}
 */
export function parseAddress({ pathname, hash }) {
  const path = pathname.replace(/\/$/, '');
  const [, kind, name] = /^\/(c|r)\/([^/]+)$/.exec(path) ?? [];
  const report = kind === 'r' ? decoded(name) : null;
  return {
    view: report !== null ? 'report' : (VIEWS[path] ?? 'ask'),
    conversation: kind === 'c' ? decoded(name) : null,
    place: parsePlace(hash, report),
  };
}

/**
 * The hash that opens a place beside what stands on the left; citations are places too.
 *
 * @param {Place} place
 * @returns {string}
 */
export function hashOf({ report, ...stretch }) {
  return `#r=${encodeURIComponent(report)}${stretchOf(stretch)}`;
}

/**
 * The address of a place by itself, to be kept and handed on.
 *
 * @param {Place} place
 * @returns {string} a path from the root of this server
 */
export function permalink({ report, ...stretch }) {
  const hash = stretchOf(stretch).replace(/^&/, '#');
  return `/r/${encodeURIComponent(report)}${hash}`;
}

function parsePlace(hash, reportOfPath) {
  const values = new URLSearchParams(hash.slice(1));
  const report = reportOfPath ?? values.get('r');
  if (!report) return null;
  const range = RANGE.exec(values.get('s') ?? '');
  return {
    report,
    edition: values.get('e'),
    start: range && Number(range[1]),
    end: range && Number(range[2]),
  };
}

function stretchOf({ start, end, edition }) {
  const range = start === null || end === null ? '' : `&s=${start}-${end}`;
  return edition && range ? `${range}&e=${edition}` : range;
}

function decoded(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // a stray percent sign: nothing has such a name, which the server will say
  }
}
