/** One answer: the short answer, the claims with their chips, and the citations below. */

import { element } from './dom.js';
import { label, say } from './i18n.js';
import { hashOf } from './place.js';
import { sourceList } from './sources.js';

const HIGH = 0.8;
const MEDIUM = 0.65;

/**
 * Sent (bubbling) when the reader should open a citation: all citations of the answer, in order,
 * and which of them.
 *
 * @typedef {CustomEvent<{citations: import('./api.js').Citation[], index: number}>} OpenCitation
 */
export const OPEN_CITATION = 'open-citation';

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
    confidenceNote(answer.confidence),
    ...citationSection('answer.evidence', answer.citations),
  ].filter(Boolean);
}

/** How a question that leans on the conversation was understood. */
function interpretation({ interpreted_as: understood }) {
  if (understood === null) return [];
  return [say(element('p', { class: 'note' }), 'answer.interpretedAs', { question: understood })];
}

/** Questions that the reports do answer, to be asked with a click. */
function suggestionSection(questions) {
  if (questions.length === 0) return [];
  const items = questions.map((question) => {
    const button = element('button', { class: 'sample', type: 'button', lang: 'ja' }, question);
    button.addEventListener('click', () => {
      button.dispatchEvent(new CustomEvent(ASK_QUESTION, { bubbles: true, detail: { question } }));
    });
    return element('li', {}, button);
  });
  return [
    say(element('h3', { class: 'label' }), 'answer.suggestions'),
    element('ul', { class: 'samples', role: 'list' }, ...items),
  ];
}

/** Claims as paragraphs; neighbours that the answer's text sets as list items, as one list. */
function claimNodes(answer) {
  const lines = answer.answer.split('\n');
  const nodes = [];
  for (const claim of answer.claims) {
    const chips = claim.citations.map((number) => chip(answer.citations, number));
    if (claim.hedged) chips.push(say(element('span', { class: 'hedged' }), 'answer.hedged'));
    const listed = lines.some((line) => line.startsWith(`・${claim.text}`));
    if (!listed) {
      nodes.push(element('p', { class: 'claim' }, claim.text, ...chips));
      continue;
    }
    if (nodes.at(-1)?.localName !== 'ul') {
      nodes.push(element('ul', { class: 'claim-list', role: 'list' }));
    }
    nodes.at(-1).append(element('li', { class: 'claim' }, claim.text, ...chips));
  }
  return nodes;
}

function chip(citations, number) {
  const index = citations.findIndex((citation) => citation.number === number);
  return label(
    element('button', opening(citations, index, 'chip'), String(number)),
    'answer.openCitation',
    { number },
  );
}

function opening(citations, index, className) {
  return {
    class: className,
    type: 'button',
    'data-place': hashOf(citations[index]),
    click: (event) => {
      const detail = { citations, index };
      event.currentTarget.dispatchEvent(new CustomEvent(OPEN_CITATION, { bubbles: true, detail }));
    },
  };
}

function confidenceNote(confidence) {
  const level = confidence >= HIGH ? 'high' : confidence >= MEDIUM ? 'medium' : 'low';
  return say(element('p', { class: 'confidence' }), `confidence.${level}`, {
    value: confidence.toFixed(2),
  });
}

/** The citations under one heading; neighbours from the same section share its breadcrumb. */
function citationSection(title, citations) {
  if (citations.length === 0) return [];
  const section = element('section', { class: 'evidence' });
  section.append(say(element('h3', { class: 'label' }), title));
  let path = null;
  citations.forEach((citation, index) => {
    const here = [citation.title, ...citation.section, citation.page].join(' › ');
    if (here !== path) {
      section.append(
        breadcrumb(citation),
        element('ul', { class: 'citations', role: 'list' }),
      );
      path = here;
    }
    section.lastElementChild.append(citationItem(citations, index));
  });
  return [section];
}

/** The report's title is said where there is more than one, or nothing else to say. */
function breadcrumb({ title, section, page }) {
  const crumbs = [title, ...section].map((name, index, all) =>
    element('span', { class: 'crumb' }, index < all.length - 1 ? `${name} › ` : name),
  );
  if (section.length > 0) crumbs[0].classList.add('crumb-report');
  const line = element('p', { class: 'breadcrumb', lang: 'ja' }, ...crumbs);
  if (page !== null) line.append(say(element('span', { class: 'page' }), 'citation.page', { page }));
  return line;
}

function citationItem(citations, index) {
  const { number, quote, sources } = citations[index];
  return element(
    'li',
    { class: 'citation' },
    element(
      'button',
      opening(citations, index, 'citation-open'),
      element('span', { class: 'chip' }, String(number)),
      element('span', { class: 'quote', lang: 'ja' }, quote),
    ),
    sources.length > 0 && sourceList(sources),
  );
}
