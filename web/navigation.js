/** How parts of the page ask for another address. */

/**
 * Sent on the document. `replace`: the address now names what already stands there.
 *
 * @typedef {CustomEvent<{address: string, replace: boolean}>} GoTo
 */
export const GO_TO = 'go-to';

/**
 * Go to an address of the page.
 *
 * @param {string} address
 */
export function goTo(address) {
  document.dispatchEvent(new CustomEvent(GO_TO, { detail: { address, replace: false } }));
}

/**
 * Give what already stands on the page another path.
 *
 * @param {string} address
 */
export function renamePath(address) {
  document.dispatchEvent(new CustomEvent(GO_TO, { detail: { address, replace: true } }));
}
