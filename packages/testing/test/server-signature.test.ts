import { now } from '@aauth-guard/fixtures/world'
import { agentMistakes, createTestNetwork, type ServerMistake, serverMistakes } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { linesOf, verifies } from './received.ts'

const url = 'https://notes.example/aauth/revoke'
const request = { headers: { 'content-type': 'application/json' }, body: '{"jti":"x","exp":1}' }

async function sign(mistake?: ServerMistake) {
  const net = await createTestNetwork({ now, seed: 'servers' })
  return net.personServer.signServer(url, request, mistake ? { mistake } : {})
}

describe('the signature of a server', () => {
  it('names its key by identifier, document and kid', async () => {
    expect(linesOf(await sign(), 'signature-key')).toEqual([
      'sig=jwks_uri;id="https://ps.example";dwk="aauth-person.json";kid="key-1"',
    ])
  })

  it('covers the digest of the content and its type', async () => {
    const message = await sign()
    expect(linesOf(message, 'signature-input')).toEqual([
      `sig=("@method" "@authority" "@path" "signature-key" "content-digest" "content-type");created=${now}`,
    ])
    // openssl dgst -sha256 -binary | base64
    expect(linesOf(message, 'content-digest')).toEqual([
      'sha-256=:eZq4eWM430HnZzd3kGz/oWoqRMVPjgKwRtDa4r43g4Q=:',
    ])
  })

  it('is for the URL that was named, also one on this machine', async () => {
    const { personServer } = await createTestNetwork({ now, seed: 'servers' })
    const message = await personServer.signServer('http://localhost:4403/token', request)
    expect(message.url).toBe('http://localhost:4403/token')
  })

  it('verifies under the key that the server publishes, over what was sent', async () => {
    const { personServer } = await createTestNetwork({ now, seed: 'servers' })
    expect(verifies(await sign(), personServer.key)).toBe(true)
    expect(verifies(await sign('wrong-key'), personServer.key)).toBe(false)
  })

  it('has the mistakes of agents and more', () => {
    expect(Object.keys(serverMistakes)).toEqual(expect.arrayContaining(Object.keys(agentMistakes)))
  })

  const keys: readonly [ServerMistake, string][] = [
    ['no-id', 'sig=jwks_uri;dwk="aauth-person.json";kid="key-1"'],
    ['no-dwk', 'sig=jwks_uri;id="https://ps.example";kid="key-1"'],
    ['no-kid', 'sig=jwks_uri;id="https://ps.example";dwk="aauth-person.json"'],
    ['empty-kid', 'sig=jwks_uri;id="https://ps.example";dwk="aauth-person.json";kid=""'],
    ['number-kid', 'sig=jwks_uri;id="https://ps.example";dwk="aauth-person.json";kid=1'],
    ['id-with-path', 'sig=jwks_uri;id="https://ps.example/path";dwk="aauth-person.json";kid="key-1"'],
    ['http-id', 'sig=jwks_uri;id="http://ps.example";dwk="aauth-person.json";kid="key-1"'],
    ['agent-document', 'sig=jwks_uri;id="https://ps.example";dwk="aauth-agent.json";kid="key-1"'],
    ['jwt-scheme', 'sig=jwt;jwt="a.b.c"'],
  ]

  it.each(keys)('with the mistake %s names %s', async (mistake, line) => {
    expect(linesOf(await sign(mistake), 'signature-key')).toEqual([line])
  })

  it.each([
    ['omit-content-digest', '"content-type"'],
    ['omit-content-type', '"content-digest"'],
  ] as const)('with the mistake %s covers only %s of the content', async (mistake, covered) => {
    expect(linesOf(await sign(mistake), 'signature-input')[0]).toBe(
      `sig=("@method" "@authority" "@path" "signature-key" ${covered});created=${now}`,
    )
  })
})

describe('a revocation', () => {
  it('goes to the endpoint that the metadata of the resource names', async () => {
    const net = await createTestNetwork({ now, seed: 'servers' })
    const asked: string[] = []
    const server = await net.listen((req, res) => {
      asked.push(`${req.method} ${req.url}`)
      res.end(JSON.stringify({ revocation_endpoint: 'https://notes.example/elsewhere' }))
    })
    await net.personServer.revoke(net.resource, { jti: 'x', exp: now }, { via: server.url })
    await net.close()
    expect(asked).toEqual(['GET /.well-known/aauth-resource.json', 'POST /elsewhere'])
  })

  it('throws when the metadata does not name an endpoint', async () => {
    const net = await createTestNetwork({ now, seed: 'servers' })
    await net.listen((_req, res) => {
      res.end('{}')
    })
    const outcome = await net.personServer.revoke(net.resource, { jti: 'x' }).catch(({ message }) => message)
    await net.close()
    expect(outcome).toBe('https://notes.example publishes no revocation endpoint')
  })
})
