/** Citations: the numbered chips in a text, their preview, and the list below it. */

import { hashOf } from './address.js';
import { element, quoted } from './dom.js';
import { label, say } from './i18n.js';
import { sourceList } from './sources.js';

/**
 * Sent (bubbling) when the reader should open a citation: all citations it stands among, in order,
 * and which of them.
 *
 * @typedef {CustomEvent<{citations: import('./api.js').Citation[], index: number}>} OpenCitation
 */
export const OPEN_CITATION = 'open-citation';

const HOVER_MS = 200;
const AWAY_MS = 200;
const MARGIN = 8;

/**
 * A chip that opens a citation, and shows its quote while the mouse or the keyboard is on it.
 *
 * @param {import('./api.js').Citation[]} citations
 * @param {number} number the citation's
 * @returns {HTMLElement}
 */
export function chip(citations, number) {
  const index = citations.findIndex((citation) => citation.number === number);
  const node = label(
    element('button', opening(citations, index, 'chip'), String(number)),
    'answer.openCitation',
    { number },
  );
  preview.attach(node, citations[index]);
  return node;
}

/**
 * Citations under a heading; neighbours from the same section share its breadcrumb.
 *
 * @param {string} title key of the heading's message
 * @param {import('./api.js').Citation[]} citations
 * @returns {HTMLElement[]} nothing where there are none
 */
export function citationSection(title, citations) {
  if (citations.length === 0) return [];
  const section = element('section', { class: 'evidence', 'aria-live': 'off' });
  section.append(say(element('h3', { class: 'label' }), title));
  let path = null;
  citations.forEach((citation, index) => {
    const here = [citation.title, ...citation.section, citation.page].join(' › ');
    if (here !== path) {
      section.append(breadcrumb(citation), element('ul', { class: 'citations', role: 'list' }));
      path = here;
    }
    section.lastElementChild.append(citationItem(citations, index));
  });
  return [section];
}

/** The report's title is said where there is more than one, or nothing else to say. */
function breadcrumb({ title, section, page }) {
  const crumbs = [title, ...section].map((name, index, all) =>
    element('span', { class: 'crumb' }, quoted(name), index < all.length - 1 && ' › '),
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

function opening(citations, index, className) {
  return {
    class: className,
    type: 'button',
    'data-place': hashOf(citations[index]),
    click: (event) => {
      const detail = { citations, index };
      preview.close();
      event.currentTarget.dispatchEvent(new CustomEvent(OPEN_CITATION, { bubbles: true, detail }));
    },
  };
}

/** The quote behind a chip. It stays while the mouse is on it, and goes with Escape. */
class Preview {
  #card = element('div', { class: 'card preview', id: 'preview', popover: 'manual' });
  #node = null;
  #timer = 0;

  constructor() {
    this.#card.addEventListener('pointerenter', () => clearTimeout(this.#timer));
    this.#card.addEventListener('pointerleave', () => this.#later(AWAY_MS, () => this.close()));
    document.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.#card.matches(':popover-open')) return;
      event.stopImmediatePropagation(); // the report beside it stays open
      this.close();
    });
    document.addEventListener('scroll', () => this.#follow(), { capture: true, passive: true });
  }

  /** Show a citation while the mouse or the keyboard is on a node. */
  attach(node, citation) {
    node.addEventListener('pointerenter', ({ pointerType }) => {
      if (pointerType === 'mouse') this.#later(HOVER_MS, () => this.#open(node, citation));
    });
    node.addEventListener('pointerleave', () => this.#later(AWAY_MS, () => this.close()));
    node.addEventListener('focus', () => {
      if (node.matches(':focus-visible')) this.#open(node, citation);
    });
    node.addEventListener('blur', () => this.close());
  }

  close() {
    clearTimeout(this.#timer);
    this.#node?.removeAttribute('aria-describedby');
    if (this.#card.matches(':popover-open')) this.#card.hidePopover();
  }

  /** The keyboard scrolls to the chip that it comes to; the mouse scrolls away from it. */
  #follow() {
    if (this.#node !== document.activeElement) this.close();
    else if (this.#card.matches(':popover-open')) placeBeside(this.#card, this.#node);
  }

  #later(delay, act) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, delay);
  }

  #open(node, citation) {
    if (!node.isConnected) return;
    clearTimeout(this.#timer);
    this.#card.replaceChildren(
      breadcrumb(citation),
      element('p', { class: 'quote', lang: 'ja' }, citation.quote),
      ...(citation.sources.length > 0 ? [sourceList(citation.sources)] : []),
    );
    this.#node?.removeAttribute('aria-describedby');
    this.#node = node;
    node.setAttribute('aria-describedby', this.#card.id);
    document.querySelector('#content').append(this.#card);
    this.#card.showPopover();
    placeBeside(this.#card, node);
  }
}

const preview = new Preview();

/**
 * Put a card that is open below a node, or above where there is no room.
 *
 * @param {HTMLElement} card
 * @param {Element} node
 */
export function placeBeside(card, node) {
  const at = node.getBoundingClientRect();
  const own = card.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const below = at.bottom + own.height + MARGIN < clientHeight;
  const left = Math.min(at.left, clientWidth - own.width - MARGIN);
  card.style.left = `${Math.max(MARGIN, left)}px`;
  card.style.top = `${below ? at.bottom + 4 : Math.max(MARGIN, at.top - own.height - 4)}px`;
}
