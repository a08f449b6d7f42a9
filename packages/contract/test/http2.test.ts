import type { OutgoingHttpHeaders } from 'node:http2'
import { mission } from '@aauth-guard/fixtures/missions'
import type { Generation } from '@aauth-guard/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { adapters } from '../adapters/index.ts'
import type { Sent } from '../cases/case.ts'
import { type Http2Connection, type Http2Response, serveHttp2 } from '../exchange-http2.ts'
import { type ContractWorld, makeContractWorld, makeResource } from '../world.ts'

/** Express itself does not run under HTTP/2, and the server of Next.js does not speak it. */
const served = adapters.filter(({ name }) => !/Express|^Next\.js/.test(name))

interface Http2Case {
  readonly rule: string
  readonly sent?: Sent
  /** Fields beside those that were signed, or in their place. */
  readonly fields?: OutgoingHttpHeaders
  readonly outcome: string
  readonly except?: Readonly<Record<string, string>>
}

/** A fetch host normalises the target, so only a target that normalisation leaves alone is served. */
const normalised = { fetchGuard: '200 person-1' }
/** Fastify answers a method that Node does not know before it runs any hook. */
const unknownMethod = { Fastify: '404 Not Found', 'NestJS on Fastify': '404 Not Found' }
/** A `Request` has its method in upper case, where fetch knows it. */
const upperCase = { ...unknownMethod, fetchGuard: '200 person-1' }
/** @hono/node-server cannot make a URL of it. */
const noUrl = { Hono: '400 ', fetchGuard: '400 ' }
/** NestJS routes no target without a path, and its guards run for routes. */
const noRoute = { ...noUrl, 'NestJS on Fastify': '404 Cannot OPTIONS *' }
/** NestJS parses content before it asks guards. */
const parserFirst = { 'NestJS on Fastify': '413 Request body is too large' }

const json: Sent = {
  method: 'POST',
  target: '/body/json',
  headers: { 'content-type': 'application/json' },
  body: '{"text":"milk"}',
}

const cases: readonly Http2Case[] = [
  { rule: 'serves a signed request', outcome: '200 person-1' },
  { rule: 'challenges an unsigned request', sent: { token: 'none' }, outcome: '401 invalid_signature' },
  { rule: 'refuses a stale signature', sent: { mistake: 'stale' }, outcome: '401 invalid_signature' },
  { rule: 'challenges for a scope', sent: { target: '/notes' }, outcome: '401 auth_token_required' },
  { rule: 'serves a mounted router [E21]', sent: { target: '/api/x' }, outcome: '200 person-1' },
  { rule: 'serves a mounted application [E21]', sent: { target: '/mounted/x' }, outcome: '200 person-1' },
  {
    rule: 'verifies :path as the covered request target [SIG-15]',
    sent: { target: '/whoami?a=%20', cover: ['@request-target', '@target-uri', '@scheme'] },
    outcome: '200 person-1',
  },
  {
    rule: 'refuses a query that was added to the covered request target [SIG-15, E16]',
    sent: { cover: ['@request-target'] },
    fields: { ':path': '/whoami?x' },
    outcome: '401 invalid_signature',
  },
  {
    rule: 'refuses a covered field of 60 kB [O05]',
    sent: { cover: ['x-tag'], headers: { 'x-tag': `a${' '.repeat(60_000)}b` } },
    outcome: '401 invalid_signature',
  },
  {
    rule: 'refuses Authorization of the scheme AAuth that is not a single credential [ACCESS-1, R11-193]',
    sent: { headers: { authorization: 'AAuth a b' } },
    outcome: '400 invalid_request',
  },
  {
    rule: 'passes on no AAuth-Mission, after two guards [MISS-13]',
    sent: { target: '/heard', mission },
    outcome: '200 person-1 asserts nothing',
  },
  {
    rule: 'resumes no grant in another mission [MISS-11]',
    sent: { target: '/runs', grant: { mission: `${'C'.repeat(42)}A` } },
    outcome: '403 mission_mismatch',
    // What a handler of fetchGuard throws is answered without Vary.
    except: { fetchGuard: '403 mission_mismatch' },
  },
  {
    rule: 'refuses a signature over the path inside the mount [E21]',
    sent: { target: '/x' },
    fields: { ':path': '/mounted/x' },
    outcome: '401 invalid_signature',
  },
  { rule: 'passes JSON to the handler', sent: json, outcome: '200 person-1 sent {"text":"milk"}' },
  {
    rule: 'passes JSON with a covered digest to the handler [SIG-12]',
    sent: { ...json, digest: true },
    outcome: '200 person-1 sent {"text":"milk"}',
  },
  {
    rule: 'refuses JSON that differs from the signed content [SIG-12, N01]',
    sent: { ...json, digest: true, wire: { body: '{"text":"wine"}' } },
    outcome: '401 invalid_signature',
  },
  {
    rule: 'reads no more content than it compares [N09]',
    sent: { ...json, target: '/body/text', body: 'x'.repeat(1_048_577), digest: true },
    outcome: '413 content_too_large',
    except: parserFirst,
  },
  {
    rule: 'compares content that no handler reads [N03]',
    sent: { ...json, target: '/body/unread', digest: true },
    outcome: '200 person-1',
  },
  {
    rule: 'refuses another :authority beside Host [A21]',
    fields: { ':authority': 'evil.example', host: 'notes.example' },
    outcome: '400 invalid_request',
  },
  {
    rule: 'accepts :authority of a proxy',
    fields: { ':authority': 'backend.internal' },
    outcome: '200 person-1',
  },
  {
    rule: 'refuses dot segments [A22, E13]',
    fields: { ':path': '/api/../whoami' },
    outcome: '400 invalid_request',
    except: normalised,
  },
  {
    rule: 'refuses a fragment [A22, E20]',
    fields: { ':path': '/whoami#top' },
    outcome: '400 invalid_request',
    except: normalised,
  },
  {
    rule: 'treats two slashes as another path [A22, E12]',
    fields: { ':path': '//evil.example/whoami' },
    outcome: '401 invalid_signature',
  },
  {
    rule: 'refuses asterisk form',
    sent: { method: 'OPTIONS' },
    fields: { ':path': '*' },
    outcome: '400 invalid_request',
    except: noRoute,
  },
  {
    rule: 'treats methods as case-sensitive [E05]',
    fields: { ':method': 'get' },
    outcome: '401 invalid_signature',
    except: upperCase,
  },
  {
    rule: 'accepts a signed method in any case [E05]',
    sent: { method: 'propfind' },
    outcome: '200 person-1',
    except: unknownMethod,
  },
  {
    rule: 'refuses CONNECT [A19]',
    fields: { ':method': 'CONNECT', ':path': undefined, ':scheme': undefined },
    outcome: '405 ',
  },
]

// The one random value in an answer: the id of a resource token.
beforeEach(() => {
  vi.spyOn(crypto, 'randomUUID').mockReturnValue('00000000-0000-4000-8000-000000000000')
})

describe.each<Generation>(['person-token', 'mission-header'])(
  'HTTP/2 with auth tokens of the %s generation',
  (generation) => {
    let world: ContractWorld
    let connections: ReadonlyMap<string, Http2Connection>
    beforeAll(async () => {
      world = await makeContractWorld()
      const made = served.map(
        async ({ name, build }) => [name, await serveHttp2(build(makeResource(world.net)))] as const,
      )
      connections = new Map(await Promise.all(made))
    })
    afterAll(async () => {
      await Promise.all([...connections.values()].map((connection) => connection.close()))
      await world.close()
    })

    it.each(cases.map((one) => [one.rule, one] as const))(
      '%s',
      async (_, { sent = {}, fields, outcome, except }) => {
        const { target = '/whoami', token, grant, wire, ...how } = sent
        const minted = await world.agent.authToken({ generation, ...grant })
        const message = await world.agent.sign(`https://notes.example${target}`, how, {
          ...how,
          token: minted,
        })
        const all = {
          ':method': message.method,
          ':path': message.target,
          ':authority': 'notes.example',
          ...Object.fromEntries(
            message.headers.filter(([name]) => token !== 'none' || !name.startsWith('signature')),
          ),
          ...fields,
        }
        const body = wire?.body === undefined ? message.body : Buffer.from(wire.body)
        const answers = await Promise.all(
          [...connections].map(
            async ([name, connection]) => [name, await connection.send(all, body)] as const,
          ),
        )
        expect(Object.fromEntries(answers.map(([name, response]) => [name, said(response)]))).toEqual(
          Object.fromEntries(answers.map(([name]) => [name, except?.[name] ?? outcome])),
        )
        const [first] = answers
        for (const answer of answers)
          if (except?.[answer[0]] === undefined) expect(answer).toEqual([answer[0], first?.[1]])
      },
    )
  },
)

function said({ status, fields, body }: Http2Response): string {
  const problem = fields['content-type'] === 'application/problem+json'
  return `${status} ${problem && body !== '' ? JSON.parse(body).error : body}`
}
