import { mission } from '@aauth-guard/fixtures/missions'
import type { AgentMistake, Corruption } from '@aauth-guard/testing'
import type { Case, Suite } from './case.ts'

const read = { scope: 'notes.read' }

/** What an agent can do wrong, and the code of it. */
const mistakes: Readonly<Record<AgentMistake, readonly [code: string, ids: string]>> = {
  'wrong-key': ['invalid_signature', 'SIG-24'],
  stale: ['invalid_signature', 'SIG-18'],
  future: ['clock_skew', 'SIG-19'],
  'no-created': ['invalid_signature', 'C01'],
  'string-created': ['invalid_signature', 'C02'],
  'decimal-created': ['invalid_signature', 'C02'],
  expired: ['invalid_signature', 'C05'],
  'expires-before-created': ['invalid_signature', 'C06'],
  'omit-method': ['invalid_input', 'E01'],
  'omit-authority': ['invalid_input', 'E01'],
  'omit-path': ['invalid_input', 'E01'],
  'omit-signature-key': ['invalid_input', 'E01'],
  'nothing-covered': ['invalid_input', 'E01'],
  'duplicate-component': ['invalid_signature', 'SIG-13'],
  'component-parameter': ['invalid_input', 'E02'],
  'key-parameter': ['invalid_input', 'D08'],
  'absent-component': ['invalid_signature', 'E04'],
  'unknown-derived-component': ['invalid_signature', 'D10'],
  'label-mismatch': ['invalid_signature', 'D01'],
  'duplicate-label': ['invalid_signature', 'SIG-3'],
  'duplicate-parameter': ['invalid_signature', 'B04'],
  'two-jwt-labels': ['invalid_signature', 'D04'],
  'flip-signature': ['invalid_signature', 'SIG-24'],
  'short-signature': ['invalid_signature', 'B11'],
  'base64url-signature': ['invalid_signature', 'B11'],
  'signature-as-token': ['invalid_signature', 'B11'],
  'no-signature': ['invalid_signature', 'A18'],
  'no-signature-input': ['invalid_signature', 'A18'],
  'no-signature-key': ['invalid_signature', 'A18'],
  'empty-signature': ['invalid_signature', 'A18'],
  'other-path': ['invalid_signature', 'SIG-15'],
  'other-method': ['invalid_signature', 'E05'],
  'other-authority': ['invalid_signature', 'SIG-14'],
  'unknown-scheme': ['unsupported_scheme', 'KEY-3'],
  'hwk-scheme': ['unsupported_scheme', 'KEY-1'],
  'cached-scheme': ['unsupported_scheme', 'KEY-3'],
  'no-token': ['invalid_jwt', 'KEY-4'],
  'token-as-sf-token': ['invalid_jwt', 'KEY-4'],
  'uncovered-mission': ['invalid_input', 'SIG-10'],
  'uncovered-authorization': ['invalid_input', 'SIG-9'],
}
const signing: readonly Case[] = Object.entries(mistakes).map(([mistake, [code, id]]) => [
  `signing with the mistake ${mistake} is refused [${id}]`,
  { mistake: mistake as AgentMistake },
  `401 ${code}`,
])

const spellings: readonly Corruption[] = [
  'padded-signature',
  'trailing-bits',
  'inner-space',
  'two-parts',
  'not-json',
  'duplicate-member',
  'alg-none',
  'changed-claim',
]
const corrupted: readonly Case[] = spellings.map((corruption) => [
  `a token that is corrupted by ${corruption} is refused`,
  { corruption },
  '401 invalid_jwt',
])

/** What every agent can run into, and what hostile ones try. */
export const refusals: Suite = {
  about: 'refused callers',
  cases: [
    ...signing,
    ...corrupted,
    ['a request without a credential is challenged [CHAL-1]', { token: 'none' }, '401 invalid_signature'],
    [
      'a request without a credential to an unknown path is challenged',
      { token: 'none', target: '/nowhere' },
      '401 invalid_signature',
    ],
    ['HEAD is challenged like GET, without content', { token: 'none', method: 'HEAD' }, '401 '],
    [
      'OPTIONS is challenged like any method [M20]',
      { token: 'none', method: 'OPTIONS', target: '/notes' },
      '401 invalid_signature',
    ],
    ['a missing scope is challenged [CHAL-8]', { target: '/notes' }, '401 auth_token_required'],
    [
      'an agent token is challenged for a person token [CHAL-5]',
      { target: '/notes', token: 'agent' },
      '401 person_token_required',
    ],
    [
      'a person token is challenged for an auth token [CHAL-6]',
      { target: '/notes', token: 'person' },
      '401 auth_token_required',
    ],
    [
      'an auth token is refused on a route for agents [CHAL-3]',
      { target: '/agents' },
      '401 agent_token_required',
    ],
    [
      'an auth token of drafts 01 to 10 is refused on a route for persons [R11-072]',
      { target: '/people' },
      '401 person_token_required',
      'mission-header',
    ],
    ['a route within a mission refuses a token without one', { target: '/mission' }, '403 mission_required'],
    [
      'a mission that is only asserted is challenged [MISS-4]',
      { target: '/mission', mission },
      '401 auth_token_required',
      'mission-header',
    ],
    [
      'a handler that steps up challenges its caller [CHAL-7, R11-146]',
      { target: '/more', grant: read },
      '401 auth_token_required',
    ],
    ['check refuses a request that meets the requirement', { target: '/denied' }, '403 access_denied'],
    ['a check that throws makes the request fail [Q09]', { target: '/broken' }, '503 server_error'],
    ['a query without required coverage is refused [E16]', { target: '/query?of=me' }, '401 invalid_input'],
    [
      'a changed query is refused when it was signed [E16]',
      { target: '/query?of=me', cover: ['@query'], wire: { target: '/query?of=you' } },
      '401 invalid_signature',
    ],
    ['a token of another resource is refused', { grant: { aud: 'https://mail.example' } }, '401 invalid_jwt'],
    ['a token that has expired is refused', { grant: { lifetime: -1 } }, '401 expired_jwt'],
    [
      'a person token that has expired is refused',
      { target: '/people', token: 'person', grant: { lifetime: -1 } },
      '401 expired_jwt',
    ],
    [
      'a stolen agent token is refused',
      { target: '/agents', token: 'agent', mistake: 'wrong-key' },
      '401 invalid_signature',
    ],
    [
      'an optional route still refuses an invalid credential',
      { target: '/open', mistake: 'flip-signature' },
      '401 invalid_signature',
    ],
    [
      'an optional route refuses an incomplete credential [A18]',
      { target: '/open', mistake: 'no-signature' },
      '401 invalid_signature',
    ],
    [
      'an optional route refuses a request with only an empty Signature [A18]',
      { target: '/open', token: 'none', wire: { after: ['Signature:'] } },
      '401 invalid_signature',
    ],
    [
      'the second guard of a route refuses a token that only the first accepts',
      { target: '/twice', token: 'agent' },
      '401 person_token_required',
    ],
    [
      'the app answers a refusal that is passed on',
      { target: '/passed-on', mistake: 'stale' },
      '418 refused with invalid_signature',
    ],
    [
      'the app answers a step-up that is passed on',
      { target: '/more-passed-on', grant: read },
      '418 refused with auth_token_required',
    ],
    [
      'a signature that is 61 seconds old on a served connection is refused',
      [{}, { created: 1_789_999_939 }],
      '200 person-1 | 401 invalid_signature',
    ],
    [
      'a scope in another case is refused',
      { target: '/notes', grant: { scope: 'Notes.read' } },
      '401 auth_token_required',
    ],
    [
      'the scope to read is refused on a route for writing',
      {
        target: '/notes',
        method: 'POST',
        grant: read,
        digest: true,
        headers: { 'content-type': 'application/json' },
        body: '{}',
      },
      '401 auth_token_required',
    ],
  ],
}
