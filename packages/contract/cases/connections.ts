import type { Suite } from './case.ts'

/** Several requests on one connection, and those that would make something else of it. */
export const connections: Suite = {
  about: 'connections',
  cases: [
    [
      'an upgrade that nobody serves is guarded like any request [A19]',
      { token: 'none', wire: { after: ['Upgrade: websocket'] } },
      '401 invalid_signature',
    ],
    [
      'an upgrade that nobody serves is served like any request to who signed it [A19]',
      { wire: { after: ['Upgrade: websocket'] } },
      '200 person-1',
    ],
    ['CONNECT ends the connection [A19]', { wire: { method: 'CONNECT', target: 'notes.example:443' } }, ''],
    [
      'who expects 100-continue is told to go on before the verdict',
      {
        method: 'POST',
        target: '/body/text',
        headers: { 'content-type': 'text/plain' },
        body: 'note',
        wire: { after: ['Expect: 100-continue'] },
      },
      '100  | 200 person-1 sent "note"',
    ],
    ['an expectation that nobody meets is refused by Node', { wire: { after: ['Expect: a-pony'] } }, '417 '],
    [
      'an identity stays with its request on a connection [A24]',
      [{}, { token: 'none', pipelined: true }],
      '200 person-1 | 401 invalid_signature',
    ],
    [
      'a refusal stays with its request on a connection [A24]',
      [{ token: 'none' }, { pipelined: true }],
      '401 invalid_signature | 200 person-1',
    ],
    [
      'an agent’s signature over GET does not serve as one over POST [E05]',
      { wire: { method: 'POST' } },
      '401 invalid_signature',
    ],
    ['nor over HEAD [E05]', { wire: { method: 'HEAD' } }, '401 '],
  ],
}
