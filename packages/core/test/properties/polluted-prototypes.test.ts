import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { s256 } from '@aauth-guard/fixtures/missions'
import { beforeAll, describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'

type Pollution = Readonly<Record<string, unknown>>

/** `'yes'` stands for a function that returns true, which JSON cannot express. */
const pollutions: Readonly<Record<string, Pollution>> = {
  'what a route requires': {
    optional: true,
    accept: ['agent-token', 'person-token', 'auth-token'],
    scope: 'access',
    mission: 'required',
    class: { provider: 'https://agent.example' },
    account: 'ws-7',
    components: ['@query'],
    check: 'yes',
  },
  'whom the resource believes': { trust: 'any', agentProviders: [], personServers: [], accessServers: 'yes' },
  'how the resource is configured': {
    authorities: ['evil.example'],
    scopes: { admin: 'Everything' },
    defaultScope: 'admin',
    accessServer: 'https://as.example',
    acceptPersonServerTokens: true,
    generations: ['mission-header'],
    signatureWindow: 300,
    additionalSignatureComponents: ['@query'],
    claims: ['groups'],
    replay: 'all',
    maxAgentTokenLifetime: 1,
    onDecision: 7,
    verifiedTokens: 0,
    admin: 'Everything',
  },
  'what a refusal says': {
    requirement: 'auth-token',
    resourceToken: 'a.b.c',
    advertise: true,
    requiredInput: ['x'],
    retryAfter: 1,
    hint: 'x',
    cause: 'x',
  },
  'what a token or key says': {
    typ: 'aa-auth+jwt',
    kid: 'key-1',
    aud: 'https://notes.example',
    exp: 9_999_999_999,
    sub: 'somebody',
    agent: 'aauth:somebody@agent.example',
    act: { sub: 'x' },
    mission_s256: s256,
    cnf: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } },
    key_ops: ['sign'],
    authority: 'evil.example',
  },
}
/** Libraries below this one read these, and fail. */
const readByOthers: Pollution = { alg: 'none', crit: [], d: 'secret', use: 'enc' }

/**
 * Signs some requests, then decides each of them while `Object.prototype` is polluted, by a resource made before
 * and by one made after. Prints, for each member, the decisions that differ from those without pollution.
 */
const source = `
import { answer, authorize, createResource } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { corruptToken, createTestNetwork, toSignedRequest } from '@aauth-guard/testing'

const net = await createTestNetwork({ now: 1790000000, seed: 'polluted' })
const agent = await net.agent()
const auth = await agent.authToken({ scope: 'access' })
const sign = async (token, how = {}) =>
  toSignedRequest(await agent.sign('https://notes.example/notes', how, { token, ...how }))
const requests = {
  unsigned: { method: 'GET', target: '/notes', header: () => [] },
  auth: await sign(auth),
  older: await sign(await agent.authToken({ scope: 'access', generation: 'mission-header' })),
  person: await sign(await agent.personToken()),
  agent: await sign(await agent.agentToken()),
  rogue: await sign(await agent.authToken({ scope: 'access' }, net.accessServer)),
  none: await sign(corruptToken(auth, 'alg-none')),
  noAudience: await sign(await agent.authToken({ scope: 'access', claims: { aud: undefined } })),
  noKey: await sign(await agent.authToken({ scope: 'access', claims: { cnf: {} } })),
  stale: await sign(auth, { mistake: 'stale' }),
  uncovered: await sign(auth, { mistake: 'omit-path' }),
}
const make = () => createResource({ issuer: 'https://notes.example', trust: 'any', fetch: net.fetch, now: net.clock.now, signingKey })

async function decide(resource, { method, target, header, body }) {
  // Another object each time: a guard recognises one that it has seen.
  const request = Object.assign(Object.create(null), { method, target, header, body })
  try {
    return JSON.stringify(await authorize(resource, request)) ?? 'nobody'
  } catch (error) {
    const { status, headers } = await answer(error)
    return status + ' ' + JSON.stringify(Object.entries(headers).sort()).replace(/resource-token=[^\\]]*/, '')
  }
}
const decideAll = async (resource) => {
  const decisions = {}
  for (const [name, request] of Object.entries(requests))
    decisions[name] = await decide(resource, request).catch((fault) => 'fault: ' + fault)
  return decisions
}

const honest = await decideAll(make())
const differences = {}
for (const [name, said] of Object.entries(JSON.parse(process.argv[1]))) {
  const before = make()
  const value = said === 'yes' ? () => true : said
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  const made = await Promise.resolve().then(make).then(decideAll, (error) => ({ auth: 'not made: ' + error }))
  const kept = await decideAll(before)
  delete Object.prototype[name]
  differences[name] = Object.keys(honest).flatMap((request) =>
    [['before', kept], ['after', made]]
      .filter(([, decisions]) => decisions[request] !== honest[request])
      .map(([when, decisions]) => when + ', ' + request + ': ' + decisions[request]))
}

// Several members at once, at random.
let state = Number(process.argv[2])
const draw = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}
const said = Object.entries(JSON.parse(process.argv[1])).filter(([name]) => !JSON.parse(process.argv[4]).includes(name))
const kept = make()
const names = Object.keys(requests)
const together = []
let done = 0
for (; done < Number(process.argv[3]); done++) {
  const chosen = Array.from({ length: 2 + draw(3) }, () => said[draw(said.length)])
  const request = names[draw(names.length)]
  for (const [name, value] of chosen)
    Object.defineProperty(Object.prototype, name, {
      value: value === 'yes' ? () => true : value, configurable: true, writable: true,
    })
  const decision = await decide(kept, requests[request]).catch((fault) => 'fault: ' + fault)
  for (const [name] of chosen) delete Object.prototype[name]
  if (decision !== honest[request]) together.push(chosen.map(([name]) => name) + ', ' + request + ': ' + decision)
}
console.log(JSON.stringify({ honest, differences, together, done }))
`

interface Report {
  readonly honest: Readonly<Record<string, string>>
  readonly differences: Readonly<Record<string, readonly string[]>>
  /** The cases in which several members at once made a difference, and how often that was tried. */
  readonly together: readonly string[]
  readonly done: number
}

const often = runs(300)
let report: Report
beforeAll(() => {
  const members = JSON.stringify(Object.assign({}, readByOthers, ...Object.values(pollutions)))
  const { seed, numRuns } = often
  const given = [members, `${seed}`, `${numRuns}`, JSON.stringify(Object.keys(readByOthers))]
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', source, ...given],
    {
      cwd: resolve(import.meta.dirname, '../..'),
      encoding: 'utf8',
    },
  )
  if (stdout === '') throw new Error(stderr)
  report = JSON.parse(stdout)
})

describe('a polluted Object.prototype', () => {
  const members = Object.entries(pollutions).flatMap(([about, pollution]) =>
    Object.keys(pollution).map((name) => [about, name] as const),
  )

  it.each(members)('does not change %s by %s [Q01]', (_, name) => {
    expect(report.differences[name]).toEqual([])
  })

  it('changes nothing by several members at once (property P10) [Q01]', () => {
    expect([report.together, report.done]).toEqual([[], often.numRuns])
  })

  it.each(Object.keys(readByOthers))('stops requests at worst by %s, and accepts none [Q01]', (name) => {
    const failed = report.differences[name]?.filter((decision) => !/^\w+, \w+: 503 /.test(decision))
    expect(failed).toEqual([])
  })

  it('is compared with decisions that differ from each other', () => {
    expect(Object.values(report.honest).map((decision) => decision.slice(0, 3))).toEqual([
      '401',
      '{"t',
      '{"t',
      ...Array.from({ length: 8 }, () => '401'),
    ])
  })
})
