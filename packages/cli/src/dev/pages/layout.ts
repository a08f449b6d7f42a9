import { type Html, html } from './html.ts'

/** What every page says of itself. */
interface Page {
  readonly title: string
  /** Who is signed in. */
  readonly person?: string | undefined
  readonly formToken?: string
  /** What came of the last form. */
  readonly notice?: string | undefined
  readonly content: Html
}

const fields = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  // With `no-referrer` browsers send forms without their origin, which is checked.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
}

export function page({ title, person, formToken, notice, content }: Page, init: ResponseInit = {}): Response {
  const { text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · AAuth development</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<p class="brand"><a href="/">Person server</a> <span class="tag">development</span></p>
${
  person !== undefined &&
  html`<form method="post" action="/sign-out" class="who"><input type="hidden" name="form_token" value="${formToken}"><span>Signed in as <strong>${person}</strong></span> <button class="quiet">Sign out</button></form>`
}
</header>
<main id="content" tabindex="-1">
<h1>${title}</h1>
${notice !== undefined && html`<p class="notice" role="status">${notice}</p>`}
${content}
</main>
<footer><p>This server runs on your machine and lets anyone on it sign in. Do not expose it.</p></footer>
</body>
</html>
`
  return new Response(text, { ...init, headers: { ...fields, ...init.headers } })
}

/** A form with one button, whose fields are hidden. */
export function oneButton(
  action: string,
  values: Readonly<Record<string, string>>,
  label: Html,
  kind = 'quiet',
): Html {
  const inputs = Object.entries(values).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${action}">${inputs}<button class="${kind}">${label}</button></form>`
}
