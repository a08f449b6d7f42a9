const choices = ['auto', 'dark', 'light'] as const
type Theme = (typeof choices)[number]

let chosen: Theme = stored()
const listeners: (() => void)[] = []

export function theme(): Theme {
  return chosen
}

export function nextTheme(): void {
  chosen = choices[(choices.indexOf(chosen) + 1) % choices.length] ?? 'auto'
  try {
    localStorage.setItem('aauth-console-theme', chosen)
  } catch {
    // The choice is kept while the page is open.
  }
  apply()
}

/** Calls back whenever the colours change. */
export function onTheme(listener: () => void): void {
  listeners.push(listener)
}

export function startTheme(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply)
  apply()
}

function apply(): void {
  document.documentElement.dataset.theme = chosen
  for (const listener of listeners) listener()
}

function stored(): Theme {
  try {
    const value = localStorage.getItem('aauth-console-theme')
    return choices.find((choice) => choice === value) ?? 'auto'
  } catch {
    return 'auto'
  }
}
