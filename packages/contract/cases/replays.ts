import type { Sent, Suite } from './case.ts'

const call = (more: Sent = {}): Sent => ({
  method: 'POST',
  target: '/twice',
  headers: { 'content-type': 'text/plain' },
  body: 'milk',
  ...more,
})
const nonce = (value: string): Sent => ({ params: { nonce: value } })
const twice = (sent: Sent): Sent[] => [sent, sent]

/** What is sent twice within one second. */
export const replays: Suite = {
  about: 'replays',
  cases: [
    [
      'two equal POSTs within one second are accepted without a nonce or digest [REPLAY-3]',
      twice(call()),
      '200 person-1 | 200 person-1',
    ],
    [
      'a POST with a nonce is accepted once [REPLAY-1, J02]',
      twice(call(nonce('n'))),
      '200 person-1 | 401 invalid_signature',
    ],
    [
      'two POSTs with different nonces are accepted [J05]',
      [call(nonce('1')), call(nonce('2'))],
      '200 person-1 | 200 person-1',
    ],
    [
      'a POST with a covered digest is accepted once [REPLAY-1, J02]',
      twice(call({ digest: true })),
      '200 person-1 | 401 invalid_signature',
    ],
    ['a GET with a nonce is accepted again [J01]', twice(nonce('n')), '200 person-1 | 200 person-1'],
    [
      'a route with singleUse requires a nonce or a digest [SIG-10]',
      [call({ target: '/once' }), { target: '/once' }],
      '401 invalid_input | 401 invalid_input',
    ],
    [
      'a route with singleUse accepts a POST with a nonce once [REPLAY-1]',
      twice(call({ target: '/once', ...nonce('n') })),
      '200 person-1 | 401 invalid_signature',
    ],
    [
      'a route with singleUse accepts a POST with a digest once [REPLAY-1]',
      twice(call({ target: '/once', digest: true })),
      '200 person-1 | 401 invalid_signature',
    ],
    [
      'a route with singleUse accepts a GET with the digest of no content once [REPLAY-1]',
      twice({ target: '/once', body: '', digest: true }),
      '200 person-1 | 401 invalid_signature',
    ],
  ],
}
