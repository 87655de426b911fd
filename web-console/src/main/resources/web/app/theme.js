/* Light, dark, or as the system says. The choice is kept in this browser. */
const KEY = 'sluice.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be forbidden
  }
}

/** 'system', 'light' or 'dark'. */
export function themeChoice() {
  const choice = stored();
  return choice === 'light' || choice === 'dark' ? choice : 'system';
}

function apply() {
  const choice = themeChoice();
  const theme = choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
  if (document.documentElement.dataset.theme !== theme) {
    document.documentElement.dataset.theme = theme;
    dispatchEvent(new Event('sluice-theme'));
  }
}

export function chooseTheme(choice) {
  try {
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // the choice then holds for this page only
  }
  apply();
}

dark.addEventListener('change', apply);
apply();

/** The value of a colour token, for what is drawn on a canvas. */
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
