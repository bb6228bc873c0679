/** `<verify-view>`: a draft, checked sentence by sentence against the reports. */

import { Problem, verify } from './api.js';
import { chip, citationSection } from './citations.js';
import { element, quoted } from './dom.js';
import { failureNote } from './failure.js';
import { label, say, sayPlaceholder } from './i18n.js';
import { scope } from './scope.js';

const OUTCOMES = ['supported', 'contradicted', 'unsupported', 'not_checked'];

class VerifyView extends HTMLElement {
  #field;
  #result = element('div', { class: 'verification', 'data-citations': true });

  connectedCallback() {
    if (this.childElementCount > 0) return;
    this.#field = label(element('textarea', { class: 'draft', rows: 8, lang: 'ja' }), 'verify.label');
    sayPlaceholder(this.#field, 'verify.placeholder');
    const send = say(element('button', { class: 'primary', type: 'submit' }), 'verify.send');
    const form = element('form', { class: 'verify-form' }, this.#field, send);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (send.ariaDisabled === 'true') return;
      send.ariaDisabled = 'true'; // still there for the keyboard
      await this.#verify();
      send.ariaDisabled = null;
    });
    this.append(
      element(
        'div',
        { class: 'scroll' },
        element(
          'div',
          { class: 'column view' },
          say(element('h2', { class: 'view-title' }), 'views.verify'),
          say(element('p', { class: 'view-text' }), 'verify.text'),
          form,
          this.#result,
        ),
      ),
    );
  }

  /** Nothing to bring up to date: the draft stays as it was left. */
  show() {
    this.focus();
  }

  /** Move the keyboard to the draft. */
  focus() {
    this.#field.focus({ preventScroll: true });
  }

  async #verify() {
    this.#result.replaceChildren(say(element('p', { class: 'waiting', role: 'status' }), 'verify.waiting'));
    try {
      const found = await verify(this.#field.value, scope.asked());
      this.#result.replaceChildren(...resultNodes(found));
    } catch (error) {
      const retry = error instanceof Problem && error.isRequestAtFault ? null : () => this.#verify();
      this.#result.replaceChildren(failureNote(error, retry));
    }
  }
}

function resultNodes({ sentences, citations }) {
  const items = sentences.map((sentence) => sentenceItem(sentence, citations));
  return [
    summary(sentences),
    element('ol', { class: 'checked', role: 'list' }, ...items),
    ...citationSection('answer.evidence', citations),
  ];
}

function summary(sentences) {
  const counts = OUTCOMES.map((outcome) => ({
    outcome,
    count: sentences.filter(({ support }) => support === outcome).length,
  })).filter(({ count }) => count > 0);
  const tags = counts.map(({ outcome, count }) =>
    say(element('span', { class: `tag ${outcome}` }), `verify.count.${outcome}`, { count }),
  );
  return element('p', { class: 'health', role: 'status' }, ...tags);
}

function sentenceItem({ text, support, citations: numbers, figures, reason }, citations) {
  const verdict = element(
    'p',
    { class: 'verdict' },
    say(element('span', { class: `tag ${support}` }), `verify.${support}`),
    reason && say(element('span', { class: 'note' }), `verify.reason.${reason}`),
    figures.length > 0 && element('span', { class: 'figures', lang: 'ja' }, figures.join('、')),
  );
  const chips = numbers.map((number) => chip(citations, number));
  return element(
    'li',
    { class: `sentence ${support}` },
    element('p', { lang: 'ja' }, quoted(text), ...chips),
    verdict,
  );
}

customElements.define('verify-view', VerifyView);
