/** A text as a search reads it: full and half width, upper and lower case are the same. */

const VOICING = new Set(['ﾞ', 'ﾟ', '\u3099', '\u309a']); // belong to the kana before them

/** A stretch of a text, folded, that knows where each of its characters came from. */
export class Folded {
  #text = '';
  /** @type {number[]} for each unit of the folded text, where it came from begins and ends */
  #starts = [];
  #ends = [];

  /**
   * @param {string[]} characters code points of the whole text
   * @param {number} start
   * @param {number} end
   */
  constructor(characters, start, end) {
    for (let position = start; position < end; ) {
      const next = position + (position + 1 < end && VOICING.has(characters[position + 1]) ? 2 : 1);
      const plain = fold(characters.slice(position, next).join(''));
      for (let unit = 0; unit < plain.length; unit += 1) {
        this.#starts.push(position);
        this.#ends.push(next);
      }
      this.#text += plain;
      position = next;
    }
  }

  /**
   * Where a query stands.
   *
   * @param {string} query
   * @returns {{start: number, end: number}[]} offsets into the whole text
   */
  find(query) {
    const wanted = fold(query);
    const found = [];
    if (wanted === '') return found;
    for (let at = this.#text.indexOf(wanted); at >= 0; at = this.#text.indexOf(wanted, at + wanted.length)) {
      found.push({ start: this.#starts[at], end: this.#ends[at + wanted.length - 1] });
    }
    return found;
  }
}

function fold(text) {
  return text.normalize('NFKC').toLowerCase();
}
