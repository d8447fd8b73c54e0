import { byId } from './dom.js';

/**
 * The slider between original and decoded photo: a range input over both, whose thumb is the line between them.
 * @returns What tells it whether there are both.
 */
export function mountDivider(): (both: boolean) => void {
  const box = byId('compare', 'div');
  const slider = byId('divider', 'input');
  const show = (): void => {
    box.style.setProperty('--at', `${slider.value}%`);
    slider.setAttribute('aria-valuetext', `${slider.value} % original`);
  };
  slider.addEventListener('input', show);
  show();
  return (both) => box.classList.toggle('alone', !both);
}
