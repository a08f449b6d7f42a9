/** Copies a value as JSON, and says so on the button. */
export async function copyJson(value: unknown, button: HTMLElement): Promise<void> {
  const text = JSON.stringify(value, null, 2)
  const isCopied = (await byClipboard(text)) || bySelection(text, button)
  const before = 'Copy as JSON'
  button.textContent = isCopied ? 'Copied' : 'The browser does not allow it'
  const status = document.getElementById('status')
  if (status !== null) status.textContent = isCopied ? 'Copied as JSON' : 'Not copied'
  setTimeout(() => {
    button.textContent = before
  }, 1600)
}

async function byClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** For pages that are not served over TLS, where there is no clipboard. */
function bySelection(text: string, button: HTMLElement): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'unseen'
  button.after(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  button.focus()
  return isCopied
}
