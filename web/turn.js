/** One question and what came of it, as it stands in the conversation. */

import { renderAnswer } from './answer.js';
import { Stopped } from './api.js';
import { chip } from './citations.js';
import { element, quoted } from './dom.js';
import { failureNote } from './failure.js';
import { feedbackOn } from './feedback.js';
import { handingOnMenu } from './handing-on.js';
import { label, say } from './i18n.js';

/**
 * Sent (bubbling) when the question of a turn should be asked again, `question` in its place.
 *
 * @typedef {CustomEvent<{turn: Turn, question: string}>} AskAgain
 */
export const ASK_AGAIN = 'ask-again';

const LONGEST_TITLE = 60;

/**
 * What is called after a question: its beginning, without cutting an emoji in half.
 *
 * @param {string} question
 * @returns {string}
 */
export function titleOf(question) {
  return [...question].slice(0, LONGEST_TITLE).join('');
}

/** A turn: first under way, then answered, stopped or failed. */
export class Turn {
  #reply = element('div', { class: 'reply' });
  #heading;
  #edit;

  /** @param {string} question */
  constructor(question) {
    this.question = question;
    /** @type {import('./api.js').Answer | null} */
    this.answer = null;
    this.#edit = label(
      element('button', { class: 'plain icon edit', type: 'button', click: () => this.#openEditor() }, '✎'),
      'turn.edit',
    );
    this.#heading = element(
      'div',
      { class: 'asked' },
      element('h2', { class: 'question', lang: 'ja', tabindex: -1 }, question),
      this.#edit,
    );
    this.element = element('li', { class: 'turn' }, this.#heading, this.#reply);
  }

  /** The answer is being made: stages and claims can be shown as they come. */
  begin() {
    this.#edit.hidden = true;
    const stage = say(element('p', { class: 'waiting', role: 'status' }), 'stage.thinking');
    // Read out once, when the answer is whole; until then the stages are.
    const claims = element('div', { class: 'claims', lang: 'ja', 'aria-live': 'off' });
    this.#reply.replaceChildren(claims, stage);
    return {
      stage: ({ stage: name }) => say(stage, `stage.${name}`),
      claim: ({ claim, citations }) => {
        const chips = claim.citations.map((number) => chip(citations, number));
        claims.append(element('p', { class: 'claim' }, quoted(claim.text), ...chips));
      },
    };
  }

  /** @param {import('./api.js').Answer} answer */
  finish(answer) {
    this.#end();
    const { buttons, form } = feedbackOn(answer);
    const menu = handingOnMenu('handing.answer', () => ({
      title: titleOf(this.question),
      exchanges: [{ question: this.question, answer }],
    }));
    const actions = element('div', { class: 'actions', 'aria-live': 'off' }, menu, buttons);
    const parts = element('div', { 'data-citations': true }, ...renderAnswer(answer));
    this.#reply.replaceChildren(parts, actions, form);
    this.answer = answer; // not where showing it failed
  }

  /** Move the keyboard to the question. */
  focus() {
    this.#heading.querySelector('.question').focus({ preventScroll: true });
  }

  /** @param {unknown} error why there is no answer */
  fail(error) {
    this.#end();
    const again = () => this.#askAgain(this.question);
    if (error instanceof Stopped) {
      const button = say(element('button', { class: 'plain', type: 'button', click: again }), 'failure.retry');
      const note = say(element('p', { class: 'note' }), 'turn.stopped');
      this.#reply.replaceChildren(element('div', { class: 'stopped' }, note, button));
    } else this.#reply.replaceChildren(failureNote(error, again));
  }

  #end() {
    this.#edit.hidden = false;
  }

  #openEditor() {
    const field = label(element('textarea', { rows: 2, lang: 'ja' }), 'ask.label');
    field.value = this.question;
    const close = () => {
      editor.replaceWith(this.#heading);
      this.#edit.focus();
    };
    const editor = element(
      'form',
      { class: 'editor' },
      field,
      this.element.nextElementSibling && say(element('p', { class: 'note' }), 'turn.replaces'),
      say(element('button', { class: 'plain', type: 'button', click: close }), 'turn.cancel'),
      say(element('button', { class: 'primary', type: 'submit' }), 'turn.askAgain'),
    );
    editor.addEventListener('submit', (event) => {
      event.preventDefault();
      if (field.value.trim() === '') return;
      editor.replaceWith(this.#heading);
      this.#askAgain(field.value.trim());
    });
    editor.addEventListener('keydown', (event) => {
      if (event.isComposing || event.key !== 'Escape') return;
      event.stopPropagation();
      close();
    });
    this.#heading.replaceWith(editor);
    field.focus();
  }

  #askAgain(question) {
    const detail = { turn: this, question };
    this.element.dispatchEvent(new CustomEvent(ASK_AGAIN, { bubbles: true, detail }));
  }
}
