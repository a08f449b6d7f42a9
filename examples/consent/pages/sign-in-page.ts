import { html } from './html.ts'
import { hidden, type Page } from './layout.ts'

/** @param next where the person wanted to go: one of the pages */
export function signInPage(base: string, persons: readonly string[], formToken: string, next: string): Page {
  const content = html`
<p>Agents get access to notes only after the owner of the notes has agreed. Sign in to see what an agent asks for, or which agents you allowed.</p>
<form method="post" action="${base}/sign-in" class="card">
${hidden('form_token', formToken)}${hidden('next', next)}
<div class="people">${persons.map((person) => html`<button name="person" value="${person}">Sign in as ${person}</button>`)}</div>
</form>
<p class="soft">This is a demo. Anyone who can open this page can sign in as any of these people.</p>`
  return { title: 'Sign in', content }
}
