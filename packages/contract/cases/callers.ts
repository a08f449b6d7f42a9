import { signingKey } from '@aauth-guard/fixtures/keys'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import type { Case, Suite } from './case.ts'

const read = { scope: 'notes.read' }

/** Every method that Node lets through is signed and served like any other. */
const methods: readonly Case[] = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'PROPFIND',
  'TRACE',
].map((method) => [`${method} is served to who signed ${method} [E05]`, { method }, '200 person-1'])

/** What a well-behaved agent sends. */
export const callers: Suite = {
  about: 'accepted callers',
  cases: [
    ...methods,
    ['HEAD is served like GET, without content', { method: 'HEAD' }, '200 '],
    [
      'the handler gets the identity with verified members only',
      { target: '/identity', grant: { ...read, claims: { jti: 'j-1' } } },
      '200 {"type":"auth-token","generation":"person-token","iss":"https://ps.example","sub":"person-1","ps":"https://ps.example","scopes":["notes.read"],"account":null,"tenant":null,"thumbprint":"6k1G3iwN7ksvwb3YvJB86U42NzZ1muD31ra3Im3fQFw","jti":"j-1","exp":1790003600,"covered":["@method","@authority","@path","signature-key"]}',
      'person-token',
    ],
    [
      'the handler gets the agent and its class in drafts 01 to 10',
      { target: '/identity', grant: { ...read, claims: { jti: 'j-2' } } },
      '200 {"type":"auth-token","generation":"mission-header","iss":"https://ps.example","sub":"person-1","ps":"https://ps.example","agent":"aauth:planner@agent.example","scopes":["notes.read"],"account":null,"tenant":null,"class":{"provider":"https://agent.example"},"thumbprint":"6k1G3iwN7ksvwb3YvJB86U42NzZ1muD31ra3Im3fQFw","jti":"j-2","exp":1790003600,"covered":["@method","@authority","@path","signature-key"]}',
      'mission-header',
    ],
    [
      'an agent token identifies an agent',
      { target: '/agents', token: 'agent' },
      '200 aauth:planner@agent.example',
    ],
    ['a person token identifies a person', { target: '/people', token: 'person' }, '200 person-1'],
    [
      'an auth token of draft 11 is accepted on a route for persons [R11-072]',
      { target: '/people' },
      '200 person-1',
      'person-token',
    ],
    [
      'a route accepts a token with its scope',
      { target: '/notes', grant: read },
      '200 person-1 may notes.read',
    ],
    [
      'a route within a mission accepts a token with one',
      { target: '/mission', grant: { mission: s256 } },
      '200 person-1',
    ],
    [
      'a mission in the header that equals the one in the token is accepted [SIG-10]',
      {
        target: '/mission',
        grant: { mission: s256 },
        mission,
      },
      '200 person-1',
      'mission-header',
    ],
    [
      'a signed query is accepted on a route that requires it',
      { target: '/query?of=me', cover: ['@query'] },
      '200 person-1',
    ],
    ['an optional route identifies a caller with a credential', { target: '/open' }, '200 person-1'],
    [
      'an optional route accepts a caller without a credential',
      { target: '/open', token: 'none' },
      '200 nobody',
    ],
    ['a verified request to an unknown path is answered 404', { target: '/nowhere' }, '404 nothing here'],
    [
      'a verified request with an unknown method is answered 404',
      { target: '/notes', method: 'DELETE' },
      '404 nothing here',
    ],
    ['the framework answers what a handler throws', { target: '/failing' }, '500 the handler failed'],
    [
      'two guards of one route do not take the request for a replay [E23]',
      { target: '/twice', method: 'POST' },
      '200 person-1',
    ],
    ['any label is accepted [D02]', { label: 'x1' }, '200 person-1'],
    [
      'additional covered components are accepted',
      { cover: ['@query', 'accept'], headers: { accept: '*/*' } },
      '200 person-1',
    ],
    [
      'alg, keyid, nonce and tag of a signature have no effect [C07]',
      { params: { alg: 'none', keyid: 'x', nonce: 'n', tag: 't' } },
      '200 person-1',
    ],
    ['a signature of 60 seconds ago is fresh [C03]', { created: 1_789_999_940 }, '200 person-1'],
    ['a signature 60 seconds ahead is fresh [C03]', { created: 1_790_000_060 }, '200 person-1'],
    [
      'two requests on one connection are decided separately',
      [{}, { target: '/notes', grant: read }],
      '200 person-1 | 200 person-1 may notes.read',
    ],
    ['the same signature of a safe method is accepted again [J01]', [{}, {}], '200 person-1 | 200 person-1'],
    [
      'the same signature of an unsafe method without a nonce or digest is accepted again [REPLAY-3]',
      [{ method: 'PUT' }, { method: 'PUT' }],
      '200 person-1 | 200 person-1',
    ],
    [
      'the metadata of the resource needs no credential [META-1]',
      { target: '/.well-known/aauth-resource.json', token: 'none' },
      '200 {"issuer":"https://notes.example","jwks_uri":"https://notes.example/aauth/jwks.json","access_mode":"auth-token","authorization_endpoint":"https://notes.example/aauth/authorize","revocation_endpoint":"https://notes.example/aauth/revoke","scope_descriptions":{"notes.read":"Read your notes","notes.write":"Change your notes"},"signature_window":60,"additional_signature_components":[],"accept_signature_algs":["Ed25519","ES256"]}',
    ],
    [
      'the keys of the resource need no credential and contain no private member [META-2, M09]',
      { target: '/aauth/jwks.json?x', token: 'none' },
      `200 {"keys":[{"kty":"OKP","crv":"Ed25519","x":"${signingKey.x}","kid":"rs-1","alg":"Ed25519","use":"sig"}]}`,
    ],
    [
      'HEAD of the metadata has no content',
      { target: '/.well-known/aauth-resource.json', method: 'HEAD', token: 'none' },
      '200 ',
    ],
    [
      'POST to the metadata of the resource is refused',
      { target: '/.well-known/aauth-resource.json', method: 'POST', token: 'none' },
      '405 invalid_request',
    ],
  ],
}
