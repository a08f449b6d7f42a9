import { alternativeCredential, authorize, createResource, type RoutedRequest } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { acme, bare, key, scene, signed, withKey } from './scene.ts'

describe('the event of a decision about another credential', () => {
  it('says so, whatever the outcome, and says "aauth" for every AAuth request', async () => {
    const answers: Readonly<Record<string, () => unknown>> = {
      'of-acme': () => acme,
      'of-poor': () => ({ id: 'poor', scopes: [] }),
      'of-nobody': () => undefined,
      broken: () => {
        throw new Error('down')
      },
    }
    const check = ({ header }: RoutedRequest) => answers[header('x-api-key')[0] as string]?.()
    const world = await scene(check, { name: 'read', scope: 'notes.read' })
    for (const key of Object.keys(answers)) await world.authorize(bare({ 'x-api-key': key })).catch(() => {})
    await world.authorize(bare()).catch(() => {})
    await world.authorize(await signed(world))
    await world.authorize(await signed(world, { 'x-api-key': 'of-acme' })).catch(() => {})
    expect(
      world.events.map(({ credential, scheme, outcome, code }) => [credential, scheme, outcome, code]),
    ).toEqual([
      ['other', 'X-API-Key', 'accepted', undefined],
      ['other', 'X-API-Key', 'refused', 'invalid_signature'],
      ['other', 'X-API-Key', 'refused', 'invalid_signature'],
      ['other', 'X-API-Key', 'failed', 'server_error'],
      ['aauth', undefined, 'challenged', 'invalid_signature'],
      ['aauth', undefined, 'accepted', undefined],
      ['aauth', undefined, 'refused', 'invalid_request'],
    ])
    expect(JSON.stringify(world.events)).not.toMatch(/of-(?:acme|poor|nobody)/)
  })

  it('tells a key from nobody at all where the route is optional', async () => {
    const { authorize, events } = await scene(() => acme, { optional: true })
    await authorize()
    await authorize(bare())
    expect(events.map(({ credential, scheme }) => [credential, scheme])).toEqual([
      ['other', 'X-API-Key'],
      ['other', undefined],
    ])
  })

  it('is recorded before the request goes on, and what cannot be recorded is answered 503', async () => {
    const recorder = () => Promise.reject(new Error('full'))
    const { refuse } = await scene(() => acme, {}, {}, { recorder })
    expect((await refuse()).status).toBe(503)
  })

  it('is one line in the log of a developer, with the scheme and without the key', async () => {
    const lines: string[] = []
    const log = { debug: (line: string) => lines.push(line), info: () => 0, warn: () => 0 }
    await (await scene(() => acme, {}, {}, { log })).authorize()
    expect(lines).toEqual(['aauth-guard: accepted GET /notes (credential X-API-Key)'])
  })

  it('counts in the summary of refusals, in which a request without a credential does not', async () => {
    const written: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0)
    const { net } = await makeWorld()
    const { issuer, fetch } = { issuer: net.resource, fetch: net.fetch }
    const resource = createResource({ issuer, trust: 'any', fetch, now: net.clock.now, log: 'summary' })
    const alternative = alternativeCredential({ ...key, check: () => undefined })
    for (const request of [bare(), withKey()])
      await authorize(resource, request, { alternative }).catch(() => undefined)
    vi.restoreAllMocks()
    expect(written).toEqual([expect.stringMatching(/^aauth-guard: refused 1 × invalid_signature: /)])
  })
})
