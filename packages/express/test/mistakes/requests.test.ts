import { makeSigningKey } from '@aauth-guard/fixtures/issued'
import { type AgentMistake, dial, type Grant } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { protect, wellKnown } from '../../src/index.ts'
import { type Build, called, guarded, reading, type Send, shown, url } from './shown.ts'

type Row = readonly [
  mistake: string,
  options: Record<string, unknown>,
  send: Send,
  /** What is wrong, with the value. */
  fault: string,
  remedy: string,
]

const build: Build = (app, resource) => {
  guarded(app, resource)
  app.post('/notes', protect(resource, reading), (_req, res) => void res.end())
  app.get('/signed-query', protect(resource, { ...reading, components: ['@query'] }))
  app.use(protect(resource, reading)).use(wellKnown(resource))
}

/** Signed for one URL, and sent for another path. */
const forwarded =
  (signed: string, target: string): Send =>
  async ({ agent, at, token }) =>
    dial(at, { ...(await agent.sign(signed, {}, { token: await token() })), target })
const sentTo =
  (called: string): Send =>
  async ({ agent, at, token }) =>
    agent.fetch(called, {}, { token: await token(), via: at })
const unsigned =
  (init: RequestInit): Send =>
  ({ at }) =>
    fetch(`${at}/notes`, init)

it.each<Row>([
  [
    'an issuer that is not what agents use',
    { issuer: 'https://note.example', authorities: ['notes.example'] },
    called,
    'invalid_jwt: "aud" is "https://notes.example", and this resource is "https://note.example"',
    'ask for a token for this resource, or set "issuer" to the identifier that agents use',
  ],
  [
    'an issuer on another host',
    { issuer: 'https://api.notes.example' },
    called,
    'invalid_jwt: "aud" is "https://notes.example", and this resource is "https://api.notes.example"',
    'ask for a token for this resource, or set "issuer" to the identifier that agents use',
  ],
  [
    'trust in nobody',
    { trust: {} },
    called,
    'invalid_jwt: "https://ps.example" is not trusted as person-server',
    'list it in "trust.personServers"',
  ],
  [
    'trust in another person server',
    { trust: { agentProviders: 'any', personServers: ['https://other.example'] } },
    called,
    'invalid_jwt: "https://ps.example" is not trusted as person-server',
    'list it in "trust.personServers"',
  ],
  [
    'trust in person servers alone, and an agent token',
    { trust: { personServers: ['https://ps.example'] } },
    async ({ agent }) => agent.fetch(url, {}, { token: await agent.agentToken() }),
    'invalid_jwt: "https://agent.example" is not trusted as agent-provider',
    'list it in "trust.agentProviders"',
  ],
  [
    'a proxy that removes a prefix',
    {},
    forwarded('https://notes.example/api/notes', '/notes'),
    'for method "GET", authority "notes.example" and path "/notes"',
    'if agents call another host, list it in "authorities"; if a proxy removes a prefix from the path, name it in "strippedPrefix"',
  ],
  [
    'a prefix that no proxy removes',
    { strippedPrefix: '/api' },
    called,
    'for method "GET", authority "notes.example" and path "/api/notes"',
    'if agents call another host, list it in "authorities"; the path includes "strippedPrefix" "/api": remove it if no proxy takes it away',
  ],
  [
    'a proxy that decodes the path',
    {},
    forwarded('https://notes.example/notes/a%2Fb', '/notes/a/b'),
    'for method "GET", authority "notes.example" and path "/notes/a/b"',
    'if agents call another host, list it in "authorities"; if a proxy removes a prefix from the path, name it in "strippedPrefix"; if it decodes the path, let it forward the path as it came',
  ],
  [
    'a host that only a developer uses',
    {},
    sentTo('http://localhost:3000/notes'),
    'authority "notes.example" (Host is "localhost:3000")',
    'if agents call another host, list it in "authorities"',
  ],
  [
    'a host that is not among several',
    { authorities: ['notes.example', 'api.notes.example'] },
    sentTo('https://other.example/notes'),
    'authority "notes.example" (Host is "other.example")',
    'if agents call another host, list it in "authorities"',
  ],
  [
    'a clock that is behind',
    {},
    async ({ agent, net, token }) =>
      agent.fetch(url, {}, { token: await token(), created: net.clock.now() + 300 }),
    'clock_skew: "created" is 300 s ahead of this clock, and the window is 60 s',
    'synchronize the clocks (NTP)',
  ],
  [
    'a bearer token',
    {},
    unsigned({ headers: { authorization: 'Bearer secret-token' } }),
    'invalid_signature: the request is not signed, and Authorization of the scheme "Bearer" is not a credential here',
    'send the token in Signature-Key and sign the request',
  ],
  [
    'a token without a signature',
    {},
    async (cast) => unsigned({ headers: { 'signature-key': `sig=jwt;jwt="${await cast.token()}"` } })(cast),
    'invalid_signature: signature is missing or empty',
    'send all three signature fields, or none of them',
  ],
  [
    'a CORS preflight',
    {},
    unsigned({
      method: 'OPTIONS',
      headers: { origin: 'https://x.example', 'access-control-request-method': 'GET' },
    }),
    'invalid_signature: the request is a CORS preflight, which browsers send unsigned',
    'mount CORS middleware before the guard, or set "cors" to true',
  ],
  [
    'the same request twice where each is good once',
    { replay: 'unsafe' },
    async ({ agent, at, token }) => {
      const message = await agent.sign(url, { method: 'POST' }, { token: await token() })
      await dial(at, message)
      await dial(at, message)
    },
    'invalid_signature: the signature was already used',
    'sign each request anew, with a "nonce" if two requests within one second are identical',
  ],
  [
    'a query that must be covered',
    {},
    async ({ agent, token }) =>
      agent.fetch('https://notes.example/signed-query?a=1', {}, { token: await token() }),
    'invalid_input: "@query" is not covered',
    'cover it as well',
  ],
])(
  'a refused request is logged with what is wrong and its remedy: %s',
  async (_, options, send, fault, remedy) => {
    const text = await shown(options, build, send)
    expect([text, text]).toEqual([expect.stringContaining(fault), expect.stringContaining(`: ${remedy}`)])
    expect(text).not.toContain('secret-token')
  },
)

it('the same POST twice within a second shows nothing by default, because agents send no nonce', async () => {
  const options = { signingKey: await makeSigningKey() }
  const text = await shown(options, build, async ({ agent, at, token }) => {
    const message = await agent.sign(url, { method: 'POST' }, { token: await token() })
    expect([(await dial(at, message)).status, (await dial(at, message)).status]).toEqual([200, 200])
  })
  expect(text).toBe('')
})

describe('a request of introductions to AAuth, with members left out, is logged with the missing member', () => {
  const signed =
    (mistake: AgentMistake): Send =>
    async ({ agent, token }) =>
      agent.fetch(url, {}, { token: await token(), mistake })
  const granted =
    (grant: Grant): Send =>
    async ({ agent }) =>
      agent.fetch(url, {}, { token: await agent.authToken({ scope: 'notes.read', ...grant }) })

  it.each<readonly [member: string, send: Send, text: string]>([
    ['created', signed('no-created'), '"created" is missing in Signature-Input: add it as a parameter'],
    ['base64', signed('base64url-signature'), 'the signature is in base64url: write it in base64'],
    [
      'typ',
      granted({ header: { typ: undefined } }),
      '"typ" is missing in the header of the token: the issuer must add it',
    ],
    ...(['dwk', 'jti', 'iat', 'exp'] as const).map(
      (member) =>
        [
          member,
          granted({ claims: { [member]: undefined } }),
          `"${member}" is missing in the token: the issuer must add it`,
        ] as const,
    ),
  ])('%s', async (_, send, text) => {
    expect(await shown({}, build, send)).toContain(text)
  })
})
