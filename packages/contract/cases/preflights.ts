import { type Case, preflightLines, type Sent, type Suite } from './case.ts'

const preflight = (target: string, more: Sent = {}, lines: readonly string[] = preflightLines): Sent => ({
  target,
  method: 'OPTIONS',
  token: 'none',
  ...more,
  wire: { after: lines, ...more.wire },
})

/** What is not a preflight, whatever the resource says. */
const others: readonly Case[] = [
  [
    'OPTIONS without Origin is not a preflight [M20]',
    preflight('/cors/x', {}, preflightLines.slice(1)),
    '401 invalid_signature',
  ],
  [
    'OPTIONS without Access-Control-Request-Method is not a preflight [M20]',
    preflight('/cors/x', {}, preflightLines.slice(0, 1)),
    '401 invalid_signature',
  ],
  [
    'OPTIONS with both fields empty is not a preflight [M20]',
    preflight('/cors/x', {}, ['Origin:', 'Access-Control-Request-Method:']),
    '401 invalid_signature',
  ],
  [
    'OPTIONS with both fields repeated is not a preflight [M20]',
    preflight('/cors/x', {}, [...preflightLines, ...preflightLines]),
    '401 invalid_signature',
  ],
  [
    'GET with the lines of a preflight is not a preflight [M20]',
    preflight('/cors/x', { method: 'GET' }),
    '401 invalid_signature',
  ],
  [
    'POST with the lines of a preflight is not a preflight [M20]',
    preflight('/cors/x', { method: 'POST' }),
    '401 invalid_signature',
  ],
  [
    'OPTIONS with a bad credential is not a preflight [M20]',
    preflight('/cors/x', { token: 'auth', mistake: 'stale' }),
    '401 invalid_signature',
  ],
  [
    'OPTIONS with an empty Signature is not a preflight [M20]',
    preflight('/cors/x', {}, [...preflightLines, 'Signature:']),
    '401 invalid_signature',
  ],
]

export const preflights: Suite = {
  about: 'preflights of a resource with cors',
  options: { cors: true },
  cases: [
    ['a preflight reaches the CORS middleware [M20]', preflight('/cors/x'), '204 '],
    ['the answer of a handler to a preflight has no content [M20]', preflight('/cors/leaky'), '200 '],
    ['a preflight that no handler answers gets 404 [M20]', preflight('/cors/nowhere'), '404 '],
    ['the answer of a guarded route to a preflight has no content [M20]', preflight('/whoami'), '200 '],
    [
      'a signed OPTIONS request is answered by the CORS middleware',
      preflight('/cors/x', { token: 'auth' }),
      '204 ',
    ],
    [
      'the request after a preflight is guarded [M20]',
      { target: '/cors/x', token: 'none', wire: { after: preflightLines.slice(0, 1) } },
      '401 invalid_signature',
    ],
    [
      'the request after a preflight is accepted if it is signed',
      { target: '/cors/x', wire: { after: preflightLines.slice(0, 1) } },
      '200 person-1',
    ],
    ...others,
  ],
}

export const guardedPreflights: Suite = {
  about: 'preflights of a resource without cors',
  cases: [
    ['a preflight is guarded like any request [M20]', preflight('/cors/x'), '401 invalid_signature'],
    ['a signed preflight is accepted [M20]', preflight('/cors/x', { token: 'auth' }), '204 '],
    ...others,
  ],
}
