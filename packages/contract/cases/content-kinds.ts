import type { Case, Suite } from './case.ts'
import { post } from './post.ts'

const multipart = [
  '--B',
  'content-disposition: form-data; name="text"',
  '',
  'milk',
  '--B',
  'content-disposition: form-data; name="file"; filename="list.txt"',
  'content-type: text/plain',
  '',
  'milk, bread',
  '--B--',
  '',
].join('\r\n')

/** Content of every kind: sent as signed, and changed on the way. */
const kinds: readonly Case[] = (
  [
    [
      'JSON',
      post('/body/json', 'application/json', '{"text":"milk"}'),
      '{"text":"wine"}',
      'sent {"text":"milk"}',
    ],
    [
      'a form',
      post('/body/form', 'application/x-www-form-urlencoded', 'a=1&b=%20+c'),
      'a=2&b=%20+c',
      'sent {"a":"1","b":"  c"}',
    ],
    ['a text', post('/body/text', 'text/plain', 'milk\r\nbread'), 'wine\r\nbread', 'sent "milk\\r\\nbread"'],
    [
      'a multipart form',
      post('/body/multipart', 'multipart/form-data; boundary=B', multipart),
      multipart.replace('milk', 'wine'),
      'sent {"text":"milk","file":"list.txt of 11 octets"}',
    ],
  ] as const
).flatMap(([kind, sent, changed, said]): Case[] => [
  [`${kind} reaches the handler as it was sent`, sent, `200 person-1 ${said}`],
  [
    `${kind} in chunks reaches the handler as it was sent`,
    { ...sent, wire: { framing: 'chunks' } },
    `200 person-1 ${said}`,
  ],
  [
    `${kind} with a covered digest can be read by the handler [SIG-12]`,
    { ...sent, digest: true },
    `200 person-1 ${said}`,
  ],
  [
    `${kind} in chunks with a covered digest can be read by the handler [SIG-12]`,
    { ...sent, digest: true, wire: { framing: 'chunks' } },
    `200 person-1 ${said}`,
  ],
  [
    `${kind} that was changed on the way is refused [SIG-12, N01]`,
    { ...sent, digest: true, wire: { body: changed } },
    '401 invalid_signature',
  ],
])

export const contentKinds: Suite = { about: 'content of every kind', cases: kinds }
