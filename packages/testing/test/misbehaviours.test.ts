import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { createTestNetwork, type Misbehaviour, misbehaviours, type TestNetwork } from '@aauth-guard/testing'
import { beforeEach, describe, expect, it } from 'vitest'

const id = 'https://ps.example'
const documents = { metadata: `${id}/.well-known/aauth-person.json`, jwks: `${id}/jwks.json` }
let net: TestNetwork
let key: Record<string, unknown>
let metadata: Record<string, unknown>
beforeEach(async () => {
  net = await createTestNetwork({ seed: 'misbehaviours' })
  key = { ...net.personServer.key.jwk, kid: 'key-1', use: 'sig' }
  metadata = {
    issuer: id,
    jwks_uri: `${id}/jwks.json`,
    token_endpoint: `${id}/token`,
    auth_token_endpoint: `${id}/auth-token`,
    person_token_endpoint: `${id}/person-token`,
    revocation_endpoint: 'https://ps.example/revoke',
    mission_endpoint: 'https://ps.example/mission',
    mission_control_endpoint: 'https://ps.example/mission-control',
    mission_control_actions_supported: ['status', 'terminate'],
  }
})

/** Both documents, as JSON.parse reads them. */
async function published(): Promise<{ metadata: unknown; jwks: unknown }> {
  const read = async (url: string): Promise<unknown> => {
    const response = await net.fetch(url)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json'])
    return JSON.parse(await response.text())
  }
  return { metadata: await read(documents.metadata), jwks: await read(documents.jwks) }
}

const wrongMetadata: [Misbehaviour, change: (honest: Record<string, unknown>) => unknown][] = [
  ['no-issuer', ({ issuer, ...rest }) => rest],
  ['other-issuer', (honest) => ({ ...honest, issuer: 'https://other.example' })],
  ['issuer-with-slash', (honest) => ({ ...honest, issuer: `${id}/` })],
  ['no-jwks-uri', ({ jwks_uri, ...rest }) => rest],
  ['foreign-jwks-uri', (honest) => ({ ...honest, jwks_uri: 'https://elsewhere.example/jwks' })],
  ['http-jwks-uri', (honest) => ({ ...honest, jwks_uri: 'http://ps.example/jwks.json' })],
]

const wrongKeys: [Misbehaviour, keys: (honest: Record<string, unknown>) => unknown][] = [
  ['no-keys', () => undefined],
  ['empty-keys', () => []],
  ['duplicate-kid', (honest) => [honest, { ...honest, x: zeroOctets }, honest]],
  ['no-alg', ({ alg, ...rest }) => [rest]],
  ['polymorphic-alg', (honest) => [{ ...honest, alg: 'EdDSA' }]],
  ['private-key', (honest) => [{ ...honest, d: zeroOctets }]],
  ['encryption-key', (honest) => [{ ...honest, use: 'enc' }]],
  ['small-order-key', (honest) => [{ ...honest, x: zeroOctets }]],
  ['unusable-siblings', (honest) => [null, 7, { kty: 'AKP', kid: 'post-quantum' }, honest]],
]

type Check = (response: Response, honest: unknown) => unknown
const wrongAnswers: Partial<Record<Misbehaviour, Check>> = {
  redirect: ({ status, headers }) =>
    expect([status, headers.get('location')]).toEqual([302, 'https://elsewhere.example/']),
  'not-found': ({ status }) => expect(status).toBe(404),
  'server-error': ({ status }) => expect(status).toBe(500),
  html: ({ status, headers }) => expect([status, headers.get('content-type')]).toEqual([200, 'text/html']),
  'not-json': async (response) => expect(await response.text()).toBe('{"issuer": '),
  'json-array': async (response) => expect(await response.json()).toEqual([]),
  async 'duplicate-members'(response, honest) {
    const text = await response.text()
    expect(text).toMatch(/^\{"issuer":"https:\/\/other\.example","issuer":|^\{"keys":\[\],"keys":\[\{/)
    expect(JSON.parse(text)).toEqual(honest)
  },
  async huge(response, honest) {
    const { padding, ...rest } = (await response.json()) as { padding: string }
    expect(padding).toHaveLength(300_000)
    expect(rest).toEqual(honest)
  },
  async endless(response) {
    const reader = response.body?.getReader()
    for (let octets = 0; octets < 1_000_000; ) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      expect(done).toBe(false)
      octets += value?.length ?? 0
    }
    await reader?.cancel()
  },
  async 'content-encoding'(response, honest) {
    expect(response.headers.get('content-encoding')).toBe('br')
    expect(await response.json()).toEqual(honest)
  },
  async 'cache-forever'(response, honest) {
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(await response.json()).toEqual(honest)
  },
  async 'no-store'(response, honest) {
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual(honest)
  },
}

describe('a misbehaviour of an issuer', () => {
  it.each(wrongMetadata)('%s is in the metadata, and the keys are valid', async (how, change) => {
    net.personServer.misbehave(how)
    expect(await published()).toEqual({ metadata: change(metadata), jwks: { keys: [key] } })
  })

  it.each(wrongKeys)('%s is in the keys, and the metadata is valid', async (how, keys) => {
    net.personServer.misbehave(how)
    expect(await published()).toEqual({ metadata, jwks: { keys: keys(key) } })
  })

  it.each(Object.entries(wrongAnswers) as [Misbehaviour, Check][])(
    '%s is in the answers for both documents',
    async (how, check) => {
      net.personServer.misbehave(how)
      await check(await net.fetch(documents.metadata), metadata)
      await check(await net.fetch(documents.jwks), { keys: [key] })
    },
  )

  it.each(Object.values(documents))(
    'unreachable rejects like a connection that is refused: %s',
    async (url) => {
      net.personServer.misbehave('unreachable')
      await expect(net.fetch(url)).rejects.toThrow(new TypeError('fetch failed'))
    },
  )

  it.each(Object.values(documents))('hang answers nothing until the caller aborts: %s', async (url) => {
    net.personServer.misbehave('hang')
    const patience = new AbortController()
    const answer = net.fetch(url, { signal: patience.signal })
    const turn = new Promise((resolve) => setImmediate(resolve, 'still waiting'))
    expect(await Promise.race([answer, turn])).toBe('still waiting')
    patience.abort()
    await expect(answer).rejects.toThrow('aborted')
  })

  it('has a row here for every name', () => {
    const rows = [...wrongMetadata, ...wrongKeys].map(([how]) => how)
    const names = [...rows, ...Object.keys(wrongAnswers), 'hang', 'unreachable']
    expect(names.sort()).toEqual(Object.keys(misbehaviours).sort())
  })

  it('ends with behave()', async () => {
    net.personServer.misbehave('redirect')
    net.personServer.behave()
    expect(await published()).toEqual({ metadata, jwks: { keys: [key] } })
  })

  it('affects one issuer only', async () => {
    net.agentProvider.misbehave('not-found')
    expect(await published()).toEqual({ metadata, jwks: { keys: [key] } })
  })
})
