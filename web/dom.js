/** Small helpers for building the page out of nodes, so that data is never read as markup. */

/**
 * An element with attributes, listeners (values that are functions) and children.
 * Attributes and children that are null, undefined or false are left out.
 *
 * @param {string} name
 * @param {Object<string, string | number | boolean | null | undefined | EventListener>} [attributes]
 * @param {...(Node | string | null | undefined | false)} children strings become text
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(key, value === true ? '' : String(value));
    }
  }
  node.append(...children.filter((child) => child instanceof Node || typeof child === 'string'));
  return node;
}

// Isolation alone does not hold them: browsers let an unpaired one reach beyond its element.
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text without the controls that turn the direction of what follows it.
 *
 * @param {string} text
 * @returns {string}
 */
export function unturned(text) {
  return text.replace(TURNING, '');
}

/**
 * Somebody else's text within a line of this page, the rest of which it cannot turn around.
 *
 * @param {string} text
 * @param {string | null} [lang]
 * @returns {HTMLElement}
 */
export function quoted(text, lang = null) {
  return element('bdi', { lang }, unturned(text));
}

/**
 * Whether a URL from a report may become a link: `javascript:` and its like may not.
 *
 * @param {string | null | undefined} url
 * @returns {boolean}
 */
export function isWebAddress(url) {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

/**
 * A link that leaves the page, or plain text where the URL must not become a link.
 *
 * @param {string | null | undefined} url
 * @param {...(Node | string)} content
 * @returns {HTMLElement}
 */
export function externalLink(url, ...content) {
  if (!isWebAddress(url)) return element('span', {}, ...content);
  return element(
    'a',
    { class: 'external', href: url, target: '_blank', rel: 'noopener noreferrer' },
    ...content,
  );
}

/**
 * How scrolling should move: at once for readers who asked for less motion.
 *
 * @returns {ScrollBehavior}
 */
export function scrollBehavior() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
}
