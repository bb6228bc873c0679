/**
 * The page's own words in Japanese and English.
 *
 * Nodes carry the key of their message (`data-message`, `data-message-label`,
 * `data-message-placeholder`), so that switching the language rewrites what already stands on the
 * page without building it again.
 */

import { quoted, unturned } from './dom.js';
import { recall, remember } from './memory.js';

/** @typedef {'ja' | 'en'} Language */

const REMEMBERED = 'ipqa.language';
const ATTRIBUTES = { messageLabel: 'aria-label', messagePlaceholder: 'placeholder' };
const MARKED = '[data-message], [data-message-label], [data-message-placeholder], [data-message-both]';
const PLACE = /\{(\w+)\}/g;

/** @type {Object<Language, Object<string, string>>} */
const messages = { ja: {}, en: {} };

/** @type {Language} */
let current = 'ja';

/**
 * The language in force.
 *
 * @returns {Language}
 */
export function language() {
  return current;
}

/**
 * The language chosen on an earlier visit; else the browser's if that is English; else Japanese.
 *
 * @returns {Language}
 */
export function preferredLanguage() {
  const remembered = recall(REMEMBERED);
  if (remembered === 'ja' || remembered === 'en') return remembered;
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'ja';
}

/**
 * Fetch the words of both languages, so that switching needs no server.
 *
 * @returns {Promise<void>}
 */
export async function loadMessages() {
  const load = async (name) => {
    const response = await fetch(new URL(`./i18n/${name}.json`, import.meta.url));
    messages[name] = await response.json();
  };
  await Promise.all(Object.keys(messages).map(load));
}

/**
 * Switch the whole page to a language.
 *
 * @param {Language} wanted
 */
export function useLanguage(wanted) {
  current = wanted;
  document.documentElement.lang = wanted;
  document.title = message('page.title', {});
  translate(document);
}

/**
 * Keep the language for the next visit, where the browser lets the page store anything.
 *
 * @param {Language} chosen
 */
export function rememberLanguage(chosen) {
  remember(REMEMBERED, chosen);
}

/**
 * Give a node a message as its text and return it.
 *
 * @template {HTMLElement} Node_
 * @param {Node_} node
 * @param {string} key
 * @param {Object<string, string | number>} [values] fill the `{name}` places; numbers are grouped
 * @returns {Node_}
 */
export function say(node, key, values) {
  return put(node, 'message', key, values);
}

/**
 * Give a node a message as its accessible name and return it.
 *
 * @template {HTMLElement} Node_
 * @param {Node_} node
 * @param {string} key
 * @param {Object<string, string | number>} [values]
 * @returns {Node_}
 */
export function label(node, key, values) {
  return put(node, 'messageLabel', key, values);
}

/**
 * Give a field a message as its placeholder and return it.
 *
 * @template {HTMLElement} Node_
 * @param {Node_} node
 * @param {string} key
 * @returns {Node_}
 */
export function sayPlaceholder(node, key) {
  return put(node, 'messagePlaceholder', key);
}

/**
 * Give a node what is at hand in both languages, as its text or as an attribute, and return it.
 *
 * @template {HTMLElement} Node_
 * @param {Node_} node
 * @param {Object<Language, string>} texts
 * @param {string | null} [attribute] its text where null
 * @returns {Node_}
 */
export function sayBoth(node, texts, attribute = null) {
  node.dataset.messageBoth = JSON.stringify({ texts, attribute });
  write(node);
  return node;
}

/**
 * Write the messages of a node and of everything in it in the language in force.
 *
 * @param {ParentNode} root
 */
export function translate(root) {
  if (root instanceof HTMLElement && root.matches(MARKED)) write(root);
  for (const node of root.querySelectorAll(MARKED)) write(node);
}

function put(node, kind, key, values) {
  node.dataset[kind] = key;
  if (values) node.dataset.messageValues = JSON.stringify(values);
  write(node);
  return node;
}

function write(node) {
  const values = JSON.parse(node.dataset.messageValues ?? '{}');
  if (node.dataset.message) node.replaceChildren(...messageNodes(node.dataset.message, values));
  for (const [kind, attribute] of Object.entries(ATTRIBUTES)) {
    if (node.dataset[kind]) node.setAttribute(attribute, message(node.dataset[kind], values));
  }
  if (node.dataset.messageBoth) {
    const { texts, attribute } = JSON.parse(node.dataset.messageBoth);
    if (attribute) node.setAttribute(attribute, texts[current]);
    else node.textContent = texts[current];
  }
}

function message(key, values) {
  return (messages[current][key] ?? key).replace(PLACE, (_, name) => unturned(shown(values[name])));
}

/** The message as nodes: what it quotes keeps its own language and its own direction. */
function messageNodes(key, values) {
  return (messages[current][key] ?? key).split(PLACE).map((part, index) => {
    if (index % 2 === 0) return part;
    const text = shown(values[part]);
    if (typeof values[part] === 'number') return text;
    return quoted(text, /[^\0-\x7f]/.test(text) ? 'ja' : null);
  });
}

function shown(value) {
  return typeof value === 'number' ? value.toLocaleString(current) : String(value);
}
