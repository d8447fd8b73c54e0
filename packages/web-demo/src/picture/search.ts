/** Steps of a browser's setting from 0 to 1: the encoders behind it take whole percents. */
const SETTINGS = 100;

/**
 * By bisection: what comes out at the lowest setting that reaches a PSNR. Size and PSNR rise with the setting.
 * @param at What comes out at a setting, 0..1; undefined where nothing does.
 * @param psnr Decibels. Where no setting reaches it, the highest is taken.
 */
export async function lowestReaching<T extends { readonly psnr: number }>(
  at: (setting: number) => Promise<T | undefined>,
  psnr: number,
): Promise<T | undefined> {
  let [low, high] = [0, SETTINGS];
  let best: T | undefined;
  while (low < high) {
    const middle = (low + high) >> 1;
    const tried = await at(middle / SETTINGS);
    if (tried === undefined) return undefined;
    if (tried.psnr >= psnr) [high, best] = [middle, tried];
    else low = middle + 1;
  }
  return best ?? at(1);
}
