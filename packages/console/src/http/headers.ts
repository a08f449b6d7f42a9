/**
 * Headers of every answer. Scripts, styles, data and pictures come from the console alone, nobody may frame it, and only the
 * policy of lit may make markup of text.
 */
const common: Readonly<Record<string, string>> = {
  'cache-control': 'no-store, no-transform',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

const encoder = new TextEncoder()

/** An answer with a body that is sent unless the request is a HEAD. */
export function respond(
  method: string,
  status: number,
  type: string,
  text: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const body = encoder.encode(text)
  const headers = { ...common, 'content-type': type, 'content-length': `${body.length}`, ...more }
  return new Response(method === 'HEAD' ? null : body, { status, headers })
}

/** An answer of one sentence. */
export function respondText(
  method: string,
  status: number,
  sentence: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  return respond(method, status, 'text/plain; charset=utf-8', `${sentence}\n`, more)
}

/** A stream of events. nginx passes it on unbuffered. */
export function respondStream(body: ReadableStream<Uint8Array> | null): Response {
  const headers = { ...common, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }
  return new Response(body, { status: 200, headers })
}

/** A redirect that is relative, so that it holds under every mount path. */
export function redirect(location: string, more: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { ...common, location, ...more } })
}
