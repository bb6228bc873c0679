/** Light, dark, or as the system has it. */

import { recall, remember } from './memory.js';

const REMEMBERED = 'ipqa.theme';
const THEMES = ['system', 'light', 'dark'];

/**
 * Let buttons choose the theme, and take up what was chosen on an earlier visit.
 *
 * @param {NodeListOf<HTMLElement>} buttons each with `data-theme`
 */
export function setUpTheme(buttons) {
  const use = (theme) => {
    document.documentElement.dataset.theme = theme;
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset.theme === theme));
    }
  };
  for (const button of buttons) {
    button.addEventListener('click', () => {
      remember(REMEMBERED, button.dataset.theme);
      use(button.dataset.theme);
    });
  }
  const remembered = recall(REMEMBERED);
  use(THEMES.includes(remembered) ? remembered : 'system');
}
