import { html } from 'lit/html.js'
import type { App } from '../app.ts'
import { foreign, type View } from './parts.ts'

/** What the list says before the first decision. */
export function renderEmpty({ current, connectionState }: App): View {
  if (current === undefined)
    return html`<div class="empty"><h3>${connectionState === 'forbidden' ? 'You may not look' : 'Waiting for the server of the console'}</h3>
      <p>${
        connectionState === 'forbidden'
          ? '"allow" of the console said no to this browser. Sign in to the application that the console is mounted in, and load the page again.'
          : 'The page connects by itself as soon as the server answers.'
      }</p></div>`
  return html`<div class="empty"><h3>No request so far</h3>
    <p>This page waits for the first request to a guarded route of ${foreign(current.issuer)} that reaches this process. It then shows what was decided, and why.</p>
    <p>To make one, call a guarded route without a credential. The answer is a challenge:</p>
    <pre tabindex="0">curl -i ${foreign(current.issuer)}/</pre>
    <p>To call it as an agent would, on the machine where you develop:</p>
    <pre tabindex="0">npx @aauth-guard/cli dev
npx @aauth-guard/cli fetch ${foreign(current.issuer)}/</pre></div>`
}
