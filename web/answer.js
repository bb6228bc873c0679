/** One answer: the short answer, the claims with their chips, and the citations below. */

import { chip, citationSection } from './citations.js';
import { element, quoted } from './dom.js';
import { label, say } from './i18n.js';

const HIGH = 0.75;
const MEDIUM = 0.5;

/**
 * Sent (bubbling) when a question that is offered should be asked.
 *
 * @typedef {CustomEvent<{question: string}>} AskQuestion
 */
export const ASK_QUESTION = 'ask-question';

/**
 * An answer as nodes.
 *
 * @param {import('./api.js').Answer} answer
 * @returns {HTMLElement[]}
 */
export function renderAnswer(answer) {
  if (!answer.answered) {
    return [
      ...interpretation(answer),
      element('p', { class: 'declined', lang: 'ja' }, answer.answer),
      ...provenance(answer),
      ...suggestionSection(answer.suggestions),
      ...citationSection('answer.nearest', answer.citations),
    ];
  }
  return [
    ...interpretation(answer),
    answer.short_answer &&
      element('p', { class: 'short-answer', lang: 'ja' }, answer.short_answer),
    element('div', { class: 'claims', lang: 'ja' }, ...claimNodes(answer)),
    ...answer.notes.map((note) => element('p', { class: 'note', lang: 'ja' }, note)),
    ...provenance(answer),
    confidenceNote(answer.confidence),
    ...citationSection('answer.evidence', answer.citations),
  ].filter(Boolean);
}

/**
 * Questions that the reports answer, to be asked with a click.
 *
 * @param {string[]} questions
 * @returns {HTMLElement}
 */
export function questionList(questions) {
  const items = questions.map((question) => {
    const button = element('button', { class: 'sample', type: 'button', lang: 'ja' }, question);
    button.addEventListener('click', () => {
      button.dispatchEvent(new CustomEvent(ASK_QUESTION, { bubbles: true, detail: { question } }));
    });
    return element('li', {}, button);
  });
  return element('ul', { class: 'samples', role: 'list' }, ...items);
}

/** Which model was shown passages, what became of its words, and why they are not there. */
function provenance({ model, fallback, dropped_claims: dropped = {} }) {
  if (!model) return [];
  const told = say(element('span'), fallback ? 'answer.fallback' : 'answer.writtenBy', { model });
  const count = Object.values(dropped).reduce((sum, each) => sum + each, 0);
  return [
    element(
      'p',
      { class: 'note provenance' },
      told,
      fallback && say(element('span'), `fallback.${fallback}`),
      !fallback && count > 0 && say(element('span'), 'answer.dropped', { count }),
    ),
  ];
}

/** How a question that leans on the conversation was understood. */
function interpretation({ interpreted_as: understood }) {
  if (understood === null) return [];
  return [
    say(element('p', { class: 'note interpreted' }), 'answer.interpretedAs', { question: understood }),
  ];
}

function suggestionSection(questions) {
  if (questions.length === 0) return [];
  return [say(element('h3', { class: 'label' }), 'answer.suggestions'), questionList(questions)];
}

/** Claims as paragraphs; neighbours that are list items as one list, rows of one table as a table. */
function claimNodes(answer) {
  const nodes = [];
  for (let index = 0; index < answer.claims.length; ) {
    const rows = tableRows(answer, index);
    if (rows.length > 1) nodes.push(tableOf(answer, rows));
    else addClaim(nodes, answer, answer.claims[index]);
    index += Math.max(1, rows.length);
  }
  return nodes;
}

function addClaim(nodes, answer, claim) {
  const chips = claim.citations.map((number) => chip(answer.citations, number));
  if (claim.hedged) chips.push(say(element('span', { class: 'hedged' }), 'answer.hedged'));
  const listed = answer.answer.split('\n').some((line) => line.startsWith(`・${claim.text}`));
  if (!listed) {
    nodes.push(element('p', { class: 'claim' }, quoted(claim.text), ...chips));
    return;
  }
  if (nodes.at(-1)?.localName !== 'ul') {
    nodes.push(element('ul', { class: 'claim-list', role: 'list' }));
  }
  nodes.at(-1).append(element('li', { class: 'claim' }, quoted(claim.text), ...chips));
}

/** From a claim on, the citations of claims that are each a whole row of one and the same table. */
function tableRows(answer, from) {
  const rows = [];
  for (const claim of answer.claims.slice(from)) {
    const row = answer.citations.find(({ number }) => number === claim.citations[0]);
    const whole =
      claim.citations.length === 1 &&
      row.columns.length > 0 &&
      row.quote.split('\t').length === row.columns.length;
    const head = rows[0] ?? row;
    const same = row.report === head.report && String(row.columns) === String(head.columns);
    if (!whole || !same) break;
    rows.push(row);
  }
  return rows;
}

function tableOf(answer, rows) {
  const heads = rows[0].columns.map((name) => element('th', { scope: 'col' }, name));
  const lines = rows.map((row) => {
    const [first, ...others] = row.quote.split('\t');
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, quoted(first), chip(answer.citations, row.number)),
      ...others.map((cell) => element('td', {}, cell)),
    );
  });
  const table = element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...lines),
  );
  const frame = element('div', { class: 'claim-table', role: 'group', tabindex: 0 }, table);
  return label(frame, 'answer.table');
}

/** In words; the number, and what it means, on demand. */
function confidenceNote(confidence) {
  const level = confidence >= HIGH ? 'high' : confidence >= MEDIUM ? 'medium' : 'low';
  const value = confidence.toFixed(2);
  return element(
    'details',
    { class: 'confidence' },
    say(element('summary'), `confidence.${level}`),
    say(element('p'), 'confidence.meaning', { value }),
  );
}
