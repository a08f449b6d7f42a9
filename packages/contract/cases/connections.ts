import type { Suite } from './case.ts'

/** Several requests on one connection, and those that would make something else of it. */
export const connections: Suite = {
  about: 'connections',
  cases: [
    [
      'an upgrade that no handler serves is guarded like any request [A19]',
      { token: 'none', wire: { after: ['Upgrade: websocket'] } },
      '401 invalid_signature',
    ],
    [
      'an upgrade that no handler serves is accepted like any request if it is signed [A19]',
      { wire: { after: ['Upgrade: websocket'] } },
      '200 person-1',
    ],
    ['CONNECT closes the connection [A19]', { wire: { method: 'CONNECT', target: 'notes.example:443' } }, ''],
    [
      'a client that expects 100-continue gets it before the decision',
      {
        method: 'POST',
        target: '/body/text',
        headers: { 'content-type': 'text/plain' },
        body: 'note',
        wire: { after: ['Expect: 100-continue'] },
      },
      '100  | 200 person-1 sent "note"',
    ],
    ['an unknown expectation is refused by Node', { wire: { after: ['Expect: a-pony'] } }, '417 '],
    [
      'an identity does not carry over to the next request on a connection [A24]',
      [{}, { token: 'none', pipelined: true }],
      '200 person-1 | 401 invalid_signature',
    ],
    [
      'a refusal does not carry over to the next request on a connection [A24]',
      [{ token: 'none' }, { pipelined: true }],
      '401 invalid_signature | 200 person-1',
    ],
    ['a signature over GET is refused for POST [E05]', { wire: { method: 'POST' } }, '401 invalid_signature'],
    ['a signature over GET is refused for HEAD [E05]', { wire: { method: 'HEAD' } }, '401 '],
  ],
}
