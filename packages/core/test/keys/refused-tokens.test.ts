import { personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { RefusedTokens } from '../../src/keys/refused-tokens.ts'
import { stateOf } from '../../src/resource/state-of.ts'
import type { UntrustedClaims } from '../../src/token/claims.ts'
import { outcomeOf } from './outcome-of.ts'

/** A text with these 24 characters where tokens have their name. */
const tokenText = (name: string, before = 'aaa.bbb.', after = 'z'): string =>
  `${before}${name.padEnd(24, '-')}${after.repeat(62)}`

const claims = {
  kind: 'person-token',
  generation: 'person-token',
  role: 'person-server',
  iss: 'https://elsewhere.example',
  dwk: 'aauth-person.json',
  exp: now + 100,
  jti: 'id-1',
} as unknown as UntrustedClaims
const { kind, generation, role, iss, dwk, exp } = claims
const issuer = { kind, generation, role, iss, dwk, exp, agent: undefined }

function noted(...names: readonly string[]): RefusedTokens {
  const refused = new RefusedTokens()
  for (const name of names) refused.note(tokenText(name), claims, now)
  return refused
}

describe('a token whose issuer was not trusted', () => {
  it('is remembered with what decides about its issuer, and nothing else', () => {
    expect(noted('a').get(tokenText('a'), now)).toEqual(issuer)
  })

  it('is forgotten when it expires, to the second', () => {
    const refused = noted('a')
    expect([refused.get(tokenText('a'), now + 99), refused.get(tokenText('a'), now + 100)]).toEqual([
      issuer,
      undefined,
    ])
  })

  it('is read again if the clock went back since', () => {
    expect(noted('a').get(tokenText('a'), now - 1)).toBeUndefined()
  })

  it('is not another text of the same name, before or behind it', () => {
    const refused = noted('a')
    const others = [tokenText('a', 'aaa.bbc.'), tokenText('a', undefined, 'y'), tokenText('b')]
    expect(others.map((text) => refused.get(text, now))).toEqual([undefined, undefined, undefined])
  })

  it('gives way to another text of the same name', () => {
    const refused = noted('a')
    refused.note(tokenText('a', 'other.'), claims, now)
    expect([refused.get(tokenText('a'), now), refused.get(tokenText('a', 'other.'), now)]).toEqual([
      undefined,
      issuer,
    ])
  })

  it('is one of the last 256', () => {
    const names = Array.from({ length: 257 }, (_, index) => `n${index}`)
    const refused = noted(...names)
    const forgotten = names.filter((name) => refused.get(tokenText(name), now) === undefined)
    expect(forgotten).toEqual(['n0'])
  })
})

describe('a resource remembers a token whose issuer it does not trust', () => {
  const elsewhere = { ...personRoute, trust: { personServers: ['https://other.example'] } }

  /** What the resource knows of a token as it is sent in a known form. */
  async function isRemembered(world: World, token: string): Promise<boolean> {
    const message = await world.agent.sign('https://notes.example/notes', {}, { token })
    const { forms, refusedTokens } = stateOf(world.resource)
    const text = forms.read(toSignedRequest(message))?.tokenText ?? ''
    return refusedTokens.get(text, world.net.clock.now()) !== undefined
  }

  async function makeRefused(): Promise<{ world: World; token: string }> {
    const world = await makeWorld()
    expect(await outcomeOf(world, world.agent.agentToken())).toBe('accepted')
    const token = await world.agent.personToken()
    await world.refusal(token, { requirement: elsewhere })
    expect(await isRemembered(world, token)).toBe(true)
    return { world, token }
  }

  it('and refuses it again in the same words, without a fetch', async () => {
    const { world, token } = await makeRefused()
    const before = world.net.fetches.length
    const [first, second] = [
      await world.refusal(token, { requirement: elsewhere }),
      await world.refusal(token, { requirement: elsewhere, mistake: 'flip-signature' }),
    ]
    expect([second.code, second.hint, second.headers]).toEqual([first.code, first.hint, first.headers])
    expect([first.code, world.net.fetches.length - before]).toEqual(['invalid_jwt', 0])
  })

  it('and accepts it on a route that trusts the issuer [JWT-7]', async () => {
    const { world, token } = await makeRefused()
    expect((await world.call(token, { requirement: personRoute })).type).toBe('person-token')
    expect((await world.refusal(token, { requirement: elsewhere })).code).toBe('invalid_jwt')
  })

  it('and verifies it on a route that trusts the issuer, since nothing of it was [SIG-24, R11-102]', async () => {
    const { world, token } = await makeRefused()
    const { code } = await world.refusal(token, { requirement: personRoute, mistake: 'flip-signature' })
    expect(code).toBe('invalid_signature')
  })

  it('until it expires [JWT-13]', async () => {
    const { world, token } = await makeRefused()
    world.net.clock.advance(3600)
    expect((await world.refusal(token, { requirement: elsewhere })).code).toBe('expired_jwt')
  })

  it('but not one that is malformed, expired or for another audience', async () => {
    const { world } = await makeRefused()
    const tokens = [
      await world.agent.personToken({ aud: 'https://other.example' }),
      await world.agent.personToken({ lifetime: -1 }),
      await world.agent.personToken({ lifetime: 7200 }),
    ]
    for (const token of tokens) {
      await world.refusal(token, { requirement: elsewhere })
      expect(await isRemembered(world, token)).toBe(false)
    }
  })
})
