import { html } from './html.ts'
import { hidden, type Page } from './layout.ts'

/** Where a person enters the code of their agent, or compares it. Looking at this page uses up nothing. */
export function codePage(
  base: string,
  formToken: string,
  { code, callback }: { readonly code: string; readonly callback: string },
): Page {
  const isGiven = code !== ''
  const content = html`
<form method="post" action="${base}/redeem" class="card">
${hidden('form_token', formToken)}${callback !== '' && hidden('callback', callback)}
<label class="field">Code that your agent shows
<input class="code" type="text" name="code" value="${code}" required maxlength="32" autocomplete="off" autocapitalize="characters" spellcheck="false"></label>
${isGiven && html`<p>Continue only if your own agent shows this code right now.</p>`}
<div class="actions"><button class="primary">Continue</button></div>
</form>
<p class="soft">A code works once, and for a few minutes. You decide on the next page.</p>`
  return { title: isGiven ? 'Does your agent show this code?' : 'Enter the code of your agent', content }
}
