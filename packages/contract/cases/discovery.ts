import type { Case, Suite } from './case.ts'

const unsigned = { token: 'none' } as const
const link = 'link: <https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"'
const schemes = 'accept-signature-scheme: jwt, hwk, jwks_uri'
const read = { scope: 'notes.read' }

const challenges: readonly Case[] = [
  [
    'a challenge of an unsigned request lists every scheme and links to the metadata [R11-100, R11-277]',
    unsigned,
    '401 invalid_signature',
    undefined,
    [schemes, link, 'accept-signature-alg: Ed25519, ES256'],
  ],
  [
    'a challenge of an unsigned HEAD request lists every scheme and links to the metadata',
    { ...unsigned, method: 'HEAD' },
    '401 ',
    undefined,
    [schemes, link, 'accept-signature-alg: Ed25519, ES256'],
  ],
  [
    'an unsupported scheme is refused with the list of all schemes [R11-098, R11-100]',
    { mistake: 'hwk-scheme' },
    '401 unsupported_scheme',
    undefined,
    [schemes],
  ],
  [
    'a challenge for another kind of token links to the metadata [R11-277]',
    { target: '/agents' },
    '401 agent_token_required',
    undefined,
    [link],
  ],
  [
    'a challenge with a resource token links to the metadata [R11-277]',
    { target: '/notes' },
    '401 auth_token_required',
    undefined,
    [link],
  ],
  [
    'a route that is paid for asks for an auth token with 402, and never an unsigned caller [CHAL-10, R11-145]',
    [{ target: '/accounts/mine' }, { target: '/accounts/mine', token: 'none' }],
    '402 auth_token_required | 401 invalid_signature',
    undefined,
    [link, 'payment-required: one cent', 'cache-control: no-store'],
  ],
  [
    'a challenge of a handler links to the metadata [R11-277]',
    { target: '/more', grant: read },
    '401 auth_token_required',
    undefined,
    [link],
  ],
]

/** What leads agents to the metadata, and what they find there. */
export const discovery: Suite = {
  about: 'how the resource is discovered',
  options: {
    otherSignatureSchemes: ['hwk', 'jwks_uri'],
    metadata: {
      name: 'Notes',
      r3_vocabularies: { 'urn:aauth:vocabulary:openapi': 'https://notes.example/openapi.json' },
    },
  },
  cases: [
    ...challenges,
    [
      'the metadata publishes the vocabularies [META-4]',
      { ...unsigned, target: '/.well-known/aauth-resource.json' },
      '200 {"name":"Notes","r3_vocabularies":{"urn:aauth:vocabulary:openapi":"https://notes.example/openapi.json"},"issuer":"https://notes.example","jwks_uri":"https://notes.example/aauth/jwks.json","access_mode":"auth-token","authorization_endpoint":"https://notes.example/aauth/authorize","revocation_endpoint":"https://notes.example/aauth/revoke","scope_descriptions":{"notes.read":"Read your notes","notes.write":"Change your notes"},"signature_window":60,"additional_signature_components":[],"accept_signature_algs":["Ed25519","ES256"]}',
      undefined,
      ['content-type: application/json'],
    ],
  ],
}
