import { html, render } from 'lit/html.js'

let isOn = stored()

/** Whether single keys do something, which those who speak to their computer may not want. */
export function areKeysOn(): boolean {
  return isOn
}

const rows = [
  ['/', 'Filter by any text'],
  ['d', 'To the list of decisions'],
  ['m', 'To the missions'],
  ['p', 'Pause or resume the list'],
  ['r', 'Refused and failed only, or all'],
  ['↑ ↓', 'Move in the list; also Page Up, Page Down, Home, End'],
  ['Enter', 'Open the decision'],
  ['Escape', 'Close the panel; again: back to live'],
  ['?', 'These keys'],
] as const

export function openKeys(dialog: HTMLDialogElement): void {
  render(
    html`<h2 id="keys-title">Keys</h2>
      <dl class="keys">${rows.map(([key, words]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${words}</dd></div>`)}</dl>
      <label><input type="checkbox" .checked=${isOn} @change=${(event: Event) => {
        isOn = (event.target as HTMLInputElement).checked
        store()
      }}> Single keys are on</label>
      <button type="button" class="control" @click=${() => dialog.close()}>Close</button>`,
    dialog,
  )
  if (!dialog.open) dialog.showModal()
}

function stored(): boolean {
  try {
    return localStorage.getItem('aauth-console-keys') !== 'off'
  } catch {
    return true
  }
}

function store(): void {
  try {
    localStorage.setItem('aauth-console-keys', isOn ? 'on' : 'off')
  } catch {
    // The choice is kept while the page is open.
  }
}
