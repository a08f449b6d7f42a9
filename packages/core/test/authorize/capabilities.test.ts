import { type AnyRequirement, authorize, capabilitiesOf } from '@aauth-guard/core'
import { notes } from '@aauth-guard/fixtures/issued'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

async function capabilities(lines: readonly string[]): Promise<readonly string[]> {
  const { net, resource, agent } = await makeWorld(notes)
  const token = await agent.authToken({ scope: 'notes.read' })
  const signed = toSignedRequest(await agent.sign(`${net.resource}/notes`, {}, { token }))
  const request: typeof signed = {
    ...signed,
    header: (name) => (name === 'aauth-capabilities' ? lines : signed.header(name)),
  }
  return [...capabilitiesOf(await authorize(resource, request))]
}

describe('capabilitiesOf', () => {
  it.each([
    [['interaction'], ['interaction']],
    [['interaction, clarification, payment'], ['interaction', 'clarification', 'payment']],
    [
      ['payment', 'interaction'],
      ['payment', 'interaction'],
    ],
    [['interaction, interaction'], ['interaction']],
  ])('reads %j as %j [CAP-1, CAP-4, R11-230]', async (lines, expected) => {
    expect(await capabilities(lines)).toEqual(expected)
  })

  it.each([
    [['telepathy, interaction'], ['interaction']],
    [['interaction;v=2;x, payment;y="z"'], ['interaction', 'payment']],
    [['telepathy;interaction'], []],
    [['Interaction, INTERACTION'], []],
    [['constructor, __proto__x'], []],
    [['*, interaction'], ['interaction']],
  ])('ignores what it does not know in %j [CAP-1, R11-230]', async (lines, expected) => {
    expect(await capabilities(lines)).toEqual(expected)
  })

  it.each([
    [[]],
    [['']],
    [['"a b"']],
    [['"interaction"']],
    [['interaction, "payment"']],
    [['interaction, 1']],
    [['interaction, ?1']],
    [['interaction, (payment)']],
    [['interaction,']],
    [[', interaction']],
    [['interaction payment']],
    [['interaction; ;']],
    [['interaction', '"']],
    [['interaction', '']],
    [['interaction=1']],
    [['interaction\tpayment']],
    [['intéraction']],
    [[`interaction, ${'x'.repeat(1013)}`]],
  ])('takes %j as none [CAP-2, CAP-3, R11-231, R11-232]', async (lines) => {
    expect(await capabilities(lines)).toEqual([])
  })

  it('reads values of up to 1024 characters', async () => {
    expect(await capabilities([`interaction, ${'x'.repeat(1011)}`])).toEqual(['interaction'])
  })

  it('returns a new set to each caller', async () => {
    const { agent, call } = await makeWorld(notes)
    const auth = await call(await agent.authToken({ scope: 'notes.read' }), {
      headers: { 'aauth-capabilities': 'payment' },
    })
    const first = capabilitiesOf(auth) as Set<string>
    first.add('interaction')
    expect([...capabilitiesOf(auth)]).toEqual(['payment'])
  })

  it('can be called inside check', async () => {
    const { agent, call } = await makeWorld(notes)
    const requirement: AnyRequirement = { check: (auth) => capabilitiesOf(auth).has('payment') }
    const auth = await call(await agent.authToken({ scope: 'notes.read' }), {
      requirement,
      headers: { 'aauth-capabilities': 'payment' },
    })
    expect(auth.type).toBe('auth-token')
  })
})
