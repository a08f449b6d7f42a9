import { type Html, html } from './html.ts'
import type { Visitor } from './visitors.ts'

/** What every answer of the pages has. The code is in the address of a page, so no address leaves in a referrer. */
export const fields = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** A page. */
export interface Page {
  readonly title: string
  readonly content: Html
  readonly status?: number
  /** What came of the last form. */
  readonly notice?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** @param base path of the pages */
export function render(base: string, { session, formToken }: Visitor, page: Page): Response {
  const { title, content, notice, status = 200, headers = {} } = page
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Notes</title>
<link rel="stylesheet" href="${base}/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<p class="brand">Notes <span class="tag">demo</span></p>
${session && signedIn(base, session.person, formToken)}
</header>
<main id="content" tabindex="-1">
<h1>${title}</h1>
${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
${content}
</main>
</body>
</html>
`
  const type = { 'content-type': 'text/html; charset=utf-8' }
  return new Response(text, { status, headers: { ...fields, ...type, ...headers } })
}

function signedIn(base: string, person: string, formToken: string): Html {
  return html`<nav aria-label="Account"><a href="${base}">Enter a code</a><a href="${base}/allowed">Agents you allowed</a>
<form method="post" action="${base}/sign-out">${hidden('form_token', formToken)}<span>Signed in as <strong>${person}</strong></span><button class="quiet">Sign out</button></form></nav>`
}

export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`
}

/** A redirect to another of the pages, as a GET. */
export function see(location: string): Response {
  return new Response(null, { status: 303, headers: { ...fields, location } })
}
