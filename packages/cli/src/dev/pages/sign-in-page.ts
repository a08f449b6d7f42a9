import { html } from './html.ts'
import { page } from './layout.ts'
import type { Session } from './sessions.ts'

/** Where a person says who they are; afterwards they are led to `next`. */
export function signInPage(
  persons: readonly string[],
  { formToken, notice }: Session,
  next: string,
  asksPassword: boolean,
): Response {
  const content = html`
<p class="soft">Choose a person of this development world.</p>
<form method="post" action="/sign-in">
<input type="hidden" name="form_token" value="${formToken}">
<input type="hidden" name="next" value="${next}">
${asksPassword && html`<label class="field">Password that the terminal shows<input type="password" name="password" autocomplete="off" required></label>`}
<div class="people">${persons.map((person) => html`<button name="person" value="${person}">${person}</button>`)}</div>
</form>`
  return page({ title: 'Sign in', notice, content })
}
