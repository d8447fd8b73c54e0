/** The report's colours in its light and its dark form; text colours have a contrast of 4.5 : 1 or more. */
export const PALETTE = {
  paper: { light: '#fbfaf8', dark: '#15171c' },
  card: { light: '#ffffff', dark: '#1d2027' },
  ink: { light: '#1c1f26', dark: '#eceae4' },
  muted: { light: '#5c626e', dark: '#a3a8b4' },
  rule: { light: '#dedbd4', dark: '#343842' },
  first: { light: '#2457c5', dark: '#86abff' },
  second: { light: '#c2410c', dark: '#ff9a5c' },
} as const;

export type PaletteName = keyof typeof PALETTE;

/** A palette colour as the CSS variable that the report's style sheet defines. */
export function paint(name: PaletteName): string {
  return `var(--${name})`;
}
