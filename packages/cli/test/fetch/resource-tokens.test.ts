import type { RequestListener } from 'node:http'
import { allowDevServers } from '@aauth-guard/core/dev'
import { makeKey, type TestKey } from '@aauth-guard/testing'
import { calculateJwkThumbprint, decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Caller } from '../../src/fetch/caller.ts'
import { hopsOf, lineOf } from './run-fetch.ts'
import { makeScene, type Scene, type SceneParts, serve } from './scene.ts'
import { named } from './stand-in.ts'

interface Issuer {
  readonly id: string
  readonly key: TestKey
}

type Claims = Readonly<Record<string, unknown>>

/** Answers with the documents of a resource. */
function documentOf({ id, key }: Issuer, path: string | undefined): object | undefined {
  if (path === '/.well-known/aauth-resource.json') return { issuer: id, jwks_uri: `${id}/jwks.json` }
  return path === '/jwks.json' ? { keys: [{ ...key.jwk, kid: key.kid }] } : undefined
}

/** A correct resource token for the presented token. */
function rightClaims(shown: Claims, { id }: Issuer, now: number, jkt: string): Claims {
  return {
    ...{ iss: id, dwk: 'aauth-resource.json', aud: shown.iss, jti: crypto.randomUUID() },
    ...{ iat: now, exp: now + 300, agent_jkt: jkt, scope: 'notes.read' },
    ...{ ps: shown.iss, sub: shown.sub, presented_jti: shown.jti },
  }
}

async function signed({ key }: Issuer, claims: Claims): Promise<string> {
  const header = { typ: 'aa-resource+jwt', alg: key.alg, kid: key.kid }
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${Buffer.from(await key.sign(new TextEncoder().encode(input))).toString('base64url')}`
}

/** Changes a correct resource token, and selects its signer. */
type Change = (claims: Claims, issuers: { readonly own: Issuer; readonly other: Issuer }) => [Claims, Issuer]

/**
 * An API that returns a resource token for the presented token, changed by `change`.
 * @param status 401, or 202 for an API that holds the call
 * @param granted answers requests with an auth token
 */
async function makeApi(
  change: Change,
  status: 401 | 202 = 401,
  granted: RequestListener = (_, res) => void res.end('"granted"'),
): Promise<Scene> {
  const other: Issuer = {
    key: await makeKey('other', 'k', 'Ed25519'),
    id: named(await serve((req, res) => void res.end(JSON.stringify(documentOf(other, req.url) ?? {})))),
  }
  allowDevServers([other.id])
  const key = await makeKey('own', 'k', 'Ed25519')
  const build = ({ origin, clock }: SceneParts) => {
    const own = { id: origin, key }
    return async (...[req, res]: Parameters<Parameters<typeof serve>[0]>) => {
      const document = documentOf(own, req.url)
      res.setHeader('content-type', 'application/json')
      if (document !== undefined) return void res.end(JSON.stringify(document))
      const [, jwt = ''] = /jwt="([^"]+)"/.exec(String(req.headers['signature-key'])) ?? []
      const shown = decodeJwt(jwt)
      const [typ] = jwt.split('.').map((part) => Buffer.from(part, 'base64url').toString())
      if (typ?.includes('aa-auth')) return granted(req, res)
      if (!typ?.includes('aa-person'))
        return void res.writeHead(401, { 'aauth-requirement': 'requirement=person-token' }).end()
      const jkt = await calculateJwkThumbprint((shown.cnf as { jwk: TestKey['jwk'] }).jwk)
      const right = rightClaims(shown, own, Math.floor(clock.now() / 1000), jkt)
      const [claims, issuer] = change(right, { own, other })
      const token = await signed(issuer, claims)
      res.setHeader('aauth-access', 'a-session-value')
      res.setHeader('aauth-requirement', `requirement=auth-token; resource-token="${token}"`)
      res.writeHead(status, status === 202 ? { location: '/pending' } : {}).end()
    }
  }
  const scene = await makeScene(build)
  scene.world.personServer.policy.asks = () => false
  return scene
}

describe('a resource token', () => {
  it('that is valid leads to an auth token', async () => {
    const { fetch } = await makeApi((claims, { own }) => [claims, own])
    const ran = await fetch('/', ['--json'])
    expect([ran.code, lineOf(ran).body]).toEqual([0, 'granted'])
  })

  it('with a hint is forwarded together with it [R11-167]', async () => {
    const { fetch } = await makeApi((claims, { own }) => [{ ...claims, login_hint: 'alice' }, own])
    const send = vi.spyOn(Caller.prototype, 'send')
    onTestFinished(() => send.mockRestore())
    expect((await fetch('/')).code).toBe(0)
    const bodies = send.mock.calls.flatMap(([{ body }]) =>
      body === undefined ? [] : [JSON.parse(new TextDecoder().decode(body))],
    )
    expect(bodies.map((body) => body.login_hint)).toEqual([undefined, 'alice'])
  })

  const wrong: readonly (readonly [what: string, code: string, change: Change])[] = [
    [
      'of another resource, which signed it itself',
      'invalid_resource_token',
      (claims, { other }) => [{ ...claims, iss: other.id }, other],
    ],
    [
      'that names another resource than the one whose key signed it',
      'invalid_resource_token',
      (claims, { other, own }) => [{ ...claims, iss: other.id }, own],
    ],
    ['that another resource signed', 'invalid_resource_token', (claims, { other }) => [claims, other]],
    [
      'for another person server',
      'invalid_resource_token',
      (claims, { own, other }) => [{ ...claims, ps: other.id, aud: other.id }, own],
    ],
    [
      'for the key of another agent',
      'invalid_resource_token',
      (claims, { own }) => [{ ...claims, agent_jkt: own.key.thumbprint }, own],
    ],
    [
      'for another person',
      'invalid_resource_token',
      (claims, { own }) => [{ ...claims, sub: 'somebody-else' }, own],
    ],
    [
      'for another presented token',
      'invalid_resource_token',
      (claims, { own }) => [{ ...claims, presented_jti: 'another' }, own],
    ],
    [
      'under a mission that the person token does not name',
      'invalid_resource_token',
      (claims, { own }) => [{ ...claims, mission_s256: 'A'.repeat(43) }, own],
    ],
    [
      'that has expired',
      'expired_resource_token',
      (claims, { own }) => [{ ...claims, iat: Number(claims.iat) - 600, exp: Number(claims.exp) - 600 }, own],
    ],
    ['of the future', 'clock_skew', (claims, { own }) => [{ ...claims, iat: Number(claims.iat) + 600 }, own]],
  ]

  it.each(wrong)('%s is sent to no server', async (_, code, change) => {
    const { fetch, world } = await makeApi(change)
    const ran = await fetch('/', ['--json'])
    expect(ran.code).toBe(1)
    expect(lineOf(ran).error).toContain(`a resource token that must not be used (${code})`)
    expect(hopsOf(ran).filter((hop) => hop.includes('POST'))).toEqual(['200 agent-token POST /person-token'])
    expect(world.personServer.tokens().map(({ kind }) => kind)).toEqual(['person-token'])
  })

  it('that is valid in a 202 leads to an auth token, and to a poll with it', async () => {
    const { fetch, requests } = await makeApi((claims, { own }) => [claims, own], 202)
    const ran = await fetch('/', ['--json'])
    expect([ran.code, lineOf(ran).body, requests.at(-1)]).toEqual([0, 'granted', 'GET /pending'])
  })

  it('that is valid in a 202 keeps the call from being made again, whatever the polls say', async () => {
    let polls = 0
    const { fetch, requests } = await makeApi(
      (claims, { own }) => [claims, own],
      202,
      (_, res) => {
        const requirement = 'requirement=interaction; url="https://elsewhere.example/"; code="A1B2C3D4"'
        if (polls++ > 0) res.end('{"status":"authorized"}')
        else res.writeHead(202, { location: '/pending', 'aauth-requirement': requirement }).end()
      },
    )
    const ran = await fetch('/', ['--json'])
    expect(lineOf(ran).body).toEqual({ status: 'authorized' })
    expect(requests.filter((request) => request === 'GET /')).toHaveLength(2)
  })

  it('that is valid leads to a call without the session value that came with it', async () => {
    const shown: unknown[] = []
    const { fetch } = await makeApi(
      (claims, { own }) => [claims, own],
      401,
      (req, res) => {
        shown.push(req.headers.authorization)
        res.end()
      },
    )
    await fetch('/')
    expect(shown).toEqual([undefined])
  })

  it.each(wrong)('%s in a 202 is sent to no server, and the call is not polled', async (_, code, change) => {
    const { fetch, world, requests } = await makeApi(change, 202)
    const ran = await fetch('/', ['--json'])
    expect(ran.code).toBe(1)
    expect(lineOf(ran).error).toContain(`a resource token that must not be used (${code})`)
    expect(world.personServer.tokens().map(({ kind }) => kind)).toEqual(['person-token'])
    expect(requests.filter((request) => request === 'GET /pending')).toEqual([])
  })

  it('that cannot be parsed is sent to no server', async () => {
    const { fetch, world } = await makeScene(() => (_, res) => {
      res.writeHead(401, { 'aauth-requirement': 'requirement=auth-token; resource-token="x"' }).end()
    })
    expect((await fetch('/')).code).toBe(1)
    expect(world.personServer.tokens()).toEqual([])
  })

  it('of an API with another issuer than the called URL leads to a hint where to call it', async () => {
    const { fetch } = await makeApi((claims, { other }) => [{ ...claims, iss: other.id }, other])
    const { err } = await fetch('/')
    expect(err).toMatch(
      /its issuer is "http:\/\/localhost:[0-9]+": call it there, or set "issuer" of createResource/,
    )
  })
})

describe('an auth token that differs from the resource token', () => {
  it.each(['broader-scope', 'other-key', 'other-audience', 'other-issuer'] as const)(
    'is not used when the person server misbehaves with %s',
    async (misbehaviour) => {
      const { fetch, world, requests } = await makeApi((claims, { own }) => [claims, own])
      world.personServer.policy.misbehaviour = misbehaviour
      const ran = await fetch('/', ['--json'])
      expect(ran.code).toBe(1)
      expect(lineOf(ran).error).toContain('the person server gave an auth token that must not be used')
      expect(requests.filter((request) => request === 'GET /')).toHaveLength(2)
    },
  )
})
