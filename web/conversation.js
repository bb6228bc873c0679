/** The conversation: questions and their answers, in order. */

import { ask, Problem } from './api.js';
import { renderAnswer } from './answer.js';
import { element, scrollBehavior } from './dom.js';
import { failureNote } from './failure.js';
import { say } from './i18n.js';

const REMEMBERED_TURNS = 6;

/** The list of turns, and what has been said in them. */
export class Conversation {
  #list;
  /** @type {import('./api.js').Turn[]} */
  #turns = [];

  /** @param {HTMLElement} list where the turns stand */
  constructor(list) {
    this.#list = list;
  }

  /**
   * Ask a question and show the answer as a new turn.
   *
   * @param {string} question
   * @returns {Promise<void>} once it is answered, or its failure is shown
   * @throws {Problem} the question itself is at fault; nothing is left in the conversation
   */
  async ask(question) {
    const reply = element('div', { class: 'reply' });
    const turn = element(
      'li',
      { class: 'turn' },
      element('h2', { class: 'question', lang: 'ja' }, question),
      reply,
    );
    this.#list.append(turn);
    turn.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
    try {
      await this.#answer(question, reply);
    } catch (error) {
      turn.remove();
      throw error;
    }
    turn.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
  }

  async #answer(question, reply) {
    reply.setAttribute('aria-busy', 'true');
    reply.replaceChildren(say(element('p', { class: 'waiting' }), 'answer.waiting'));
    try {
      const answer = await ask(question, this.#turns.slice(-REMEMBERED_TURNS));
      this.#turns.push({ question, answer: answer.answer });
      reply.replaceChildren(...renderAnswer(answer));
    } catch (error) {
      if (error instanceof Problem && error.isRequestAtFault) throw error;
      reply.replaceChildren(failureNote(error, () => this.#retry(question, reply)));
    } finally {
      reply.removeAttribute('aria-busy');
    }
  }

  async #retry(question, reply) {
    try {
      await this.#answer(question, reply);
    } catch (error) {
      reply.replaceChildren(failureNote(error));
    }
  }
}
