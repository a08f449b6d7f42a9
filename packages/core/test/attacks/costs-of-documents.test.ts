import { heapSize } from '@aauth-guard/fixtures/heap-size'
import { describe, expect, it } from 'vitest'
import { play, printFigures, sized } from './beside.ts'
import { honestProvider, issuersOf, listedServer, makeScene } from './scene.ts'

const issuers = sized(20, 250)
const json = { headers: { 'content-type': 'application/json' } }

/** JSON of about so many octets, whose last member is filled up. */
function filled(members: object, octets: number, filler: string): string {
  const head = JSON.stringify(members).slice(0, -1)
  return `${head},"filler":[${Array(Math.floor((octets - head.length - 20) / (filler.length + 1))).fill(filler)}]}`
}

interface Padding {
  readonly metadata: (members: object) => string
  readonly jwks: (key: object) => string
}

const text = JSON.stringify('m'.repeat(1000))
/** What an attacker publishes that is as large as may be, and whether its own request is accepted. */
const paddings: Readonly<Record<string, readonly [keyof typeof issuersOf, verdict: string, Padding]>> = {
  'metadata of 60 000 octets of empty objects': [
    'one domain',
    '401 invalid_jwt',
    {
      metadata: (members) => filled(members, 60_000, '{}'),
      jwks: (key) => JSON.stringify({ keys: [key] }),
    },
  ],
  'a key of 120 000 octets of empty objects': [
    'many domains',
    '401 invalid_jwt',
    { metadata: JSON.stringify, jwks: (key) => `{"keys":[${filled(key, 120_000, '{}')}]}` },
  ],
  'metadata of 60 000 octets and 64 keys of 1900 octets': [
    'many domains',
    '200',
    {
      metadata: (members) => filled(members, 60_000, text),
      jwks: (key) => {
        const more = Array.from({ length: 63 }, (_, n) => ({ ...key, kid: `key-${n + 2}` }))
        return `{"keys":[${[key, ...more].map((one) => filled(one, 1900, text.slice(0, 400).concat('"')))}]}`
      },
    },
  ],
}

describe(`documents of ${issuers} issuers`, () => {
  it.each(Object.entries(paddings))(
    'that hold %s take at most 100 KiB of the heap each, and other callers are served [O04, I11]',
    async (_, [kind, verdict, padding]) => {
      const scene = await makeScene({
        documents: ({ origin, pathname }) => {
          if (!origin.includes('evil')) return undefined
          const key = { ...keys.get(origin), kid: 'key-1' }
          const members = { issuer: origin, jwks_uri: `${origin}/jwks.json` }
          return new Response(pathname === '/jwks.json' ? padding.jwks(key) : padding.metadata(members), json)
        },
      })
      const keys = new Map<string, object>()
      const listed = await scene.caller(listedServer, 'person-server')
      const unlisted = await scene.caller(honestProvider)
      await Promise.all([listed.call(), unlisted.call()])
      const ids = issuersOf[kind](issuers)
      const callers = await Promise.all(ids.map((id) => scene.caller(id)))
      for (const { issuer } of callers) keys.set(issuer.id, issuer.key.jwk)
      const before = heapSize()
      const answers = await play({
        attack: callers.map(({ call }) => call),
        wave: 5,
        honest: { listed: listed.call, unlisted: unlisted.call },
        after: () => scene.net.clock.advance(1),
      })
      const grown = heapSize() - before
      printFigures({ 'MB kept': grown.toFixed(1) })
      const waves = issuers / 5
      expect(answers).toEqual({
        attack: { [verdict]: issuers },
        listed: { 200: waves },
        unlisted: { 200: waves },
      })
      expect(grown).toBeLessThan((issuers * 100) / 1024)
      expect([listed, unlisted].map((one) => one.fetches())).toEqual([2, 2])
    },
  )
})
