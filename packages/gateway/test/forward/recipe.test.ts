import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type RecipeKind, type RecipeSettings, recipe } from '../../src/forward/index.ts'
import { removedFields } from '../../src/forward/proxy-fields.ts'
import { routeTo } from './forward-scene.ts'

const kinds: readonly RecipeKind[] = ['nginx', 'caddy', 'traefik']
const settings = (changes: Partial<RecipeSettings> = {}): RecipeSettings => ({
  resource: { issuer: 'https://notes.example' },
  listen: { host: '127.0.0.1', port: 9080 },
  forwardAuth: { listen: { host: '127.0.0.1', port: 9081 } },
  routes: [routeTo({ port: 3000 }, '/notes/*')],
  limits: { maxContent: 1_048_576 },
  ...changes,
})
const route = (changes: Parameters<typeof routeTo>[2]) => ({
  routes: [routeTo({ port: 3000 }, '/notes', changes)],
})

describe.each(kinds)('the recipe for %s', (kind) => {
  it('never contains a secret, but says where it stands', () => {
    expect(recipe(kind, settings())).toMatch(/AAUTH_GUARD_SECRET|aauth-guard-secret\.conf/)
  })

  it('removes every field that the gateway lets pass by', () => {
    const text = recipe(kind, settings()).toLowerCase()
    for (const name of removedFields) {
      const begun =
        kind === 'caddy' ||
        (kind === 'traefik' && /^x-(?:forwarded-(?:for|host|port|proto|server)|real-ip)$/.test(name))
      // Caddy removes by the beginning of a name, and Traefik sets some itself.
      expect([name, begun || text.includes(name)]).toEqual([name, true])
    }
  })

  it.each([
    ['cuts a prefix', route({ cutPrefix: '/v1' })],
    ['adds a prefix', route({ addPrefix: '/v1' })],
    ['is not asked for at an address of its own', { forwardAuth: undefined }],
    [
      'has an upstream with another name',
      route({ upstream: { ...routeTo({ port: 1 }, '/').upstream, name: 'a"b' } }),
    ],
    ['has an address that ends the line', { forwardAuth: { listen: { host: 'a;\ninclude b', port: 1 } } }],
    [
      'has an authority with a brace',
      { resource: { issuer: 'https://a.example', authorities: ['notes.example { }'] } },
    ],
    ['has no authority', { resource: { issuer: 'https://a.example', authorities: [] } }],
  ])('is a TypeError where a route or address %s', (_, changes) => {
    expect(() => recipe(kind, settings(changes))).toThrow(TypeError)
  })
})

describe('the recipe for Traefik', () => {
  it('is YAML in which the check stands between the secret and the removal', () => {
    const { http } = parse(recipe('traefik', settings()))
    expect(http.routers['aauth-guard'].middlewares).toEqual([
      'aauth-guard-secret',
      'aauth-guard-check',
      'aauth-guard-remove',
    ])
    const { forwardAuth } = http.middlewares['aauth-guard-check']
    expect(forwardAuth).toEqual({
      address: 'http://127.0.0.1:9081/check',
      trustForwardHeader: false,
      authResponseHeaders: ['AAuth-Guard-Assertion', 'Authorization', 'Cookie'],
    })
  })

  it('is a TypeError for two upstreams, and for a socket', () => {
    const two = [
      routeTo({ port: 1 }, '/a'),
      routeTo({ port: 2 }, '/b', { upstream: { ...routeTo({ port: 2 }, '/b').upstream, name: 'other' } }),
    ]
    expect(() => recipe('traefik', settings({ routes: two }))).toThrow(TypeError)
    const socket = { name: 'notes', origin: { protocol: 'http:', socketPath: '/run/notes.sock' } } as const
    expect(() => recipe('traefik', settings(route({ upstream: socket })))).toThrow(TypeError)
    expect(recipe('nginx', settings(route({ upstream: socket })))).toContain('server unix:/run/notes.sock;')
    expect(recipe('caddy', settings(route({ upstream: socket })))).toContain('unix//run/notes.sock')
  })
})
