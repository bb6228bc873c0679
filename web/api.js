/** The server's API as functions; errors arrive as `Problem` or `Unreachable`. */

import { language } from './i18n.js';

const PATIENCE_MS = 60_000;

/**
 * @typedef {{mark: string, title: string, url: string | null,
 *   status: 'resolved' | 'ambiguous' | 'missing'}} CitedSource
 * @typedef {{number: number, report: string, title: string, section: string[], quote: string,
 *   start: number, end: number, page: number | null, sources: CitedSource[]}} Citation
 * @typedef {{question: string, interpreted_as: string | null, answered: boolean, answer: string,
 *   short_answer: string | null,
 *   claims: {text: string, citations: number[], hedged: boolean}[], citations: Citation[],
 *   notes: string[], suggestions: string[], confidence: number}} Answer
 * @typedef {{question: string, answer: string}} Turn
 * @typedef {{id: string, title: string, characters: number}} ReportEntry
 * @typedef {'heading' | 'paragraph' | 'list_item' | 'table_header' | 'table_row' |
 *   'note' | 'reference'} BlockKind
 * @typedef {{kind: BlockKind, start: number, end: number, depth: number, label: string,
 *   table: number | null, cells: ([number, number] | null)[] | null}} Block
 * @typedef {{title: string, level: number, path: string[], start: number, end: number}} Section
 * @typedef {{number: number, title: string, url: string | null}} Reference
 * @typedef {{series: string, number: number, position: number, written: boolean, status: CitedSource['status'],
 *   sources: {title: string, url: string | null}[]}} ReportMark
 * @typedef {{id: string, title: string, characters: number, sections: Section[], blocks: Block[],
 *   tables: {title: string}[], references: Reference[], marks: ReportMark[]}} Outline
 */

/** The server answered that it cannot do what was asked, and why. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string | null} detail what happened, in the language asked for; null if not told
   */
  constructor(status, detail) {
    super(detail ?? `HTTP ${status}`);
    this.status = status;
    this.detail = detail;
  }

  /** Whether the request itself was at fault, so that asking again would not help. */
  get isRequestAtFault() {
    return this.status >= 400 && this.status < 500;
  }
}

/** No answer came from the server at all. */
export class Unreachable extends Error {}

/**
 * Ask a question.
 *
 * @param {string} question
 * @param {Turn[]} history the conversation so far, oldest first
 * @returns {Promise<Answer>}
 */
export async function ask(question, history) {
  const response = await request('api/ask', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ question, history }),
  });
  return response.json();
}

/**
 * The reports in the index.
 *
 * @returns {Promise<ReportEntry[]>}
 */
export async function listReports() {
  const response = await request('api/reports');
  return (await response.json()).reports;
}

/**
 * A report as it was read: its outline, and the text that all offsets refer to.
 *
 * @param {string} id
 * @returns {Promise<{outline: Outline, text: string}>}
 */
export async function loadReport(id) {
  const path = `api/reports/${encodeURIComponent(id)}`;
  const [outline, text] = await Promise.all([request(path), request(`${path}/text`)]);
  // Response.text() would drop a byte order mark, and move every offset by one.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return { outline: await outline.json(), text: decoder.decode(await text.arrayBuffer()) };
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: { ...options.headers, 'Accept-Language': language() },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new Unreachable('no answer from the server', { cause: error });
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => null);
  throw new Problem(response.status, problem?.detail ?? null);
}
