/** The server's API as functions; errors arrive as `Problem`, `Unreachable` or `Stopped`. */

import { language } from './i18n.js';
import { anotherKey, currentKey, keyHeaders } from './key.js';

const PATIENCE_MS = 60_000;
const POLLING_MS = 300;
const UNAUTHORIZED = 401;

/** Sent on the document when no answer came from the server. */
export const UNREACHABLE = 'server-unreachable';

/**
 * @typedef {'resolved' | 'ambiguous' | 'missing'} SourceStatus
 * @typedef {{mark: string, title: string, url: string | null, status: SourceStatus}} CitedSource
 * @typedef {{number: number, report: string, edition: string, title: string, section: string[],
 *   quote: string, start: number, end: number, page: number | null, columns: string[],
 *   sources: CitedSource[]}} Citation
 * @typedef {{text: string, citations: number[], hedged: boolean}} Claim
 * @typedef {{question: string, interpreted_as: string | null, answered: boolean, answer: string,
 *   short_answer: string | null, claims: Claim[], citations: Citation[], notes: string[],
 *   suggestions: string[], confidence: number, model: string | null, fallback: string | null,
 *   dropped_claims: Object<string, number>}} Answer
 * @typedef {{question: string, answer: string}} Turn
 * @typedef {{version: string, key: string | null, role: 'ask' | 'admin', keeps_conversations: boolean, language_model: string | null, max_question_length: number,
 *   max_report_bytes: number}} About
 * @typedef {{id: string, title: string, created: string, updated: string, turns: number}} ConversationEntry
 * @typedef {{id: string, title: string, turns: {question: string, answer: Answer}[]}} Conversation
 * @typedef {{id: string, title: string, edition: string, format: string, added: boolean, characters: number,
 *   pages: number | null, sections: number, tables: number, references: number,
 *   marks: Object<SourceStatus, number>, warnings: number}} ReportEntry
 * @typedef {{id: string, file: string, state: 'waiting' | 'running' | 'done' | 'failed',
 *   progress: number, added: string[], replaced: string[], unchanged: string[], removed: string[],
 *   returns_with_build: boolean, problem: {detail: string} | null}} Job
 * @typedef {'supported' | 'contradicted' | 'unsupported' | 'not_checked'} Support
 * @typedef {{start: number, end: number, text: string, support: Support, citations: number[],
 *   figures: string[], reason: string | null}} VerifiedSentence
 * @typedef {{text: string, sentences: VerifiedSentence[], citations: Citation[]}} Verification
 * @typedef {{name: string, written: string, questions: number | null, page: boolean,
 *   overall: Object<string, {value: number, low: number, high: number, n: number}>}} Evaluation
 * @typedef {'heading' | 'paragraph' | 'list_item' | 'table_header' | 'table_row' |
 *   'note' | 'reference'} BlockKind
 * @typedef {{kind: BlockKind, start: number, end: number, depth: number, label: string,
 *   page: number | null, table: number | null, cells: ([number, number] | null)[] | null}} Block
 * @typedef {{title: string, level: number, path: string[], start: number, end: number}} Section
 * @typedef {{number: number, title: string, url: string | null}} Reference
 * @typedef {{series: string, number: number, position: number, written: boolean, status: SourceStatus,
 *   sources: {title: string, url: string | null}[]}} ReportMark
 * @typedef {{code: string, message: string, message_en: string, start: number, end: number}} ReadingWarning
 * @typedef {{id: string, edition: string, title: string, characters: number, sections: Section[],
 *   blocks: Block[], tables: {title: string}[], references: Reference[], marks: ReportMark[],
 *   warnings: ReadingWarning[]}} Outline
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

/** The user stopped what was under way. */
export class Stopped extends Error {}

/**
 * Ask a question and follow its answer.
 *
 * @param {{question: string, reports?: string[], history?: Turn[], conversation?: string,
 *   position?: number}} body
 * @param {{stage: (event: {stage: string}) => void, claim: (event: {claim: Claim}) => void}} follow
 *   told of each event
 * @param {AbortSignal} stop
 * @returns {Promise<Answer>}
 */
export async function ask(body, follow, stop) {
  const response = await request('/api/ask/stream', { ...json('POST', body), signal: stop });
  try {
    for await (const { name, data } of eventsOf(response.body)) {
      if (name === 'answer') return data;
      follow[name]?.(data);
    }
  } catch (error) {
    throw unreachable(error, stop);
  }
  throw unreachable(null, stop); // the stream broke off
}

/** @returns {Promise<About>} */
export const about = () => getJson('/api/about');

/** Whether the server answers at all. */
export async function isReachable() {
  const response = await fetch('/livez').catch(() => null);
  return response?.ok ?? false;
}

/**
 * Questions to begin with.
 *
 * @param {string[] | null} reports ids; all where null
 * @returns {Promise<string[]>}
 */
export async function suggestions(reports) {
  const query = new URLSearchParams((reports ?? []).map((id) => ['report', id]));
  return (await getJson(`/api/suggestions?${query}`)).questions;
}

/**
 * Say whether an answer helped.
 *
 * @param {Answer} answer
 * @param {boolean} helpful
 * @param {string} comment
 */
export async function giveFeedback(answer, helpful, comment) {
  const { question, answered, citations } = answer;
  const cited = citations.map(({ report, quote, start, end }) => ({ report, quote, start, end }));
  const body = { question, answered, answer: answer.answer, helpful, comment, citations: cited };
  await request('/api/feedback', json('POST', body));
}

/**
 * Exchanges as a file.
 *
 * @param {string} title
 * @param {'markdown' | 'text' | 'word'} format
 * @param {{question: string, answer: Answer}[]} exchanges
 * @returns {Promise<Blob>}
 */
export async function exported(title, format, exchanges) {
  const response = await request('/api/exports', json('POST', { title, format, exchanges }));
  return response.blob();
}

/**
 * Check a draft against the reports.
 *
 * @param {string} text
 * @param {string[] | null} reports
 * @returns {Promise<Verification>}
 */
export async function verify(text, reports) {
  return (await request('/api/verify', json('POST', { text, reports }))).json();
}

/** @returns {Promise<Evaluation>} the latest one */
export const evaluation = () => getJson('/api/evaluation');

/** The conversations that are kept. */
export const conversations = {
  /**
   * @param {string} search words that each must occur in; all conversations where empty
   * @returns {Promise<ConversationEntry[]>}
   */
  list: async (search) => {
    const query = search ? `?${new URLSearchParams({ search })}` : '';
    return (await getJson(`/api/conversations${query}`)).conversations;
  },
  /** @returns {Promise<Conversation>} */
  open: (id) => getJson(conversationPath(id)),
  /** @returns {Promise<ConversationEntry>} */
  start: async (title) => (await request('/api/conversations', json('POST', { title }))).json(),
  rename: (id, title) => request(conversationPath(id), json('PATCH', { title })),
  delete: (id) => request(conversationPath(id), { method: 'DELETE' }),
};

/** The reports that can be asked. */
export const reports = {
  /** @returns {Promise<ReportEntry[]>} */
  list: async () => (await getJson('/api/reports')).reports,
  /**
   * Send a file to be read; what becomes of it is the job's.
   *
   * @param {File} file
   * @param {(share: number) => void} watch told how much has been sent, 0 to 1
   * @returns {Promise<Job>}
   */
  add: async (file, watch) => {
    const { status, response } = await withKey((headers) => sent(file, headers, watch));
    if (status >= 300) throw new Problem(status, response?.detail ?? null);
    return response;
  },
  /** @returns {Promise<Job>} */
  remove: async (id) =>
    (await request(`/api/reports/${encodeURIComponent(id)}`, { method: 'DELETE' })).json(),
  /**
   * Follow a job to its end.
   *
   * @param {Job} job
   * @param {(job: Job) => void} watch told how far it is
   * @returns {Promise<Job>} done
   * @throws {Problem} it failed
   */
  follow: async (job, watch) => {
    let latest = job;
    while (latest.state === 'waiting' || latest.state === 'running') {
      watch(latest);
      await new Promise((resolve) => setTimeout(resolve, POLLING_MS));
      latest = await getJson(`/api/jobs/${encodeURIComponent(job.id)}`);
    }
    if (latest.state === 'failed') throw new Problem(422, latest.problem.detail);
    return latest;
  },
  /**
   * A report as it was read: its outline, and the text that all offsets refer to.
   *
   * @param {string} id
   * @returns {Promise<{outline: Outline, text: string}>}
   */
  open: async (id) => {
    const path = `/api/reports/${encodeURIComponent(id)}`;
    const [outline, text] = await Promise.all([request(path), request(`${path}/text`)]);
    // Response.text() would drop a byte order mark, and move every offset by one.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    return { outline: await outline.json(), text: decoder.decode(await text.arrayBuffer()) };
  },
};

/**
 * Fetch, and turn whatever goes wrong into an error of this module.
 *
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} one that is ok
 */
export async function request(path, options = {}) {
  const response = await withKey(async (headers) => {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, patience]) : patience;
    try {
      return await fetch(path, { ...options, headers: { ...options.headers, ...headers }, signal });
    } catch (error) {
      throw unreachable(error, options.signal);
    }
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => null);
  throw new Problem(response.status, problem?.detail ?? null);
}

/**
 * The JSON at a path.
 *
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function getJson(path) {
  return (await request(path)).json();
}

/**
 * Options of a request that carries JSON.
 *
 * @param {string} method
 * @param {unknown} body
 * @returns {RequestInit}
 */
export function json(method, body) {
  return { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/**
 * Send something with the key, and where the server wants another one, again with that.
 *
 * @template {{status: number}} Response_
 * @param {(headers: Object<string, string>) => Promise<Response_>} send
 * @returns {Promise<Response_>}
 */
async function withKey(send) {
  for (;;) {
    const key = currentKey();
    const response = await send({ 'Accept-Language': language(), ...keyHeaders() });
    if (response.status !== UNAUTHORIZED) return response;
    await anotherKey(key);
  }
}

/** Send a file; fetch does not tell how much has been sent. */
function sent(file, headers, watch) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append('file', file, file.name);
    const sending = new XMLHttpRequest();
    sending.open('POST', '/api/reports');
    for (const [name, value] of Object.entries(headers)) sending.setRequestHeader(name, value);
    sending.responseType = 'json';
    sending.upload.onprogress = ({ loaded, total }) => watch(total ? loaded / total : 0);
    sending.onload = () => resolve(sending);
    sending.onerror = () => reject(unreachable(null));
    sending.send(body);
  });
}

function conversationPath(id) {
  return `/api/conversations/${encodeURIComponent(id)}`;
}

function unreachable(error, stop) {
  if (stop?.aborted) return new Stopped('stopped', { cause: error });
  document.dispatchEvent(new CustomEvent(UNREACHABLE));
  return new Unreachable('no answer from the server', { cause: error });
}

/** Server-sent events: a name, and data as JSON, in blocks that an empty line ends. */
async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (pending + value.replaceAll('\r', '')).split('\n\n');
    pending = blocks.pop();
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s)));
      if (fields.has('data')) yield { name: fields.get('event'), data: JSON.parse(fields.get('data')) };
    }
  }
}
