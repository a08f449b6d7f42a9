import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { type Owner, ownerOf } from '../../src/managed/owner.ts'
import { makePendingId, openPendingId } from '../../src/managed/pending-id.ts'
import { Sealer } from '../../src/managed/sealing.ts'
import { checkSealingKeys } from '../../src/managed/sealing-keys.ts'
import { authFor, ownerFor, resource } from './owners.ts'

const keys = checkSealingKeys([{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 5) }])
const sealer = new Sealer(resource, keys)
const expires = 1_790_000_600.5

async function scene(): Promise<{ readonly owner: Owner; readonly other: Owner; readonly rotated: Owner }> {
  const world = await makeWorld()
  const [second, next] = [
    await world.net.agent({ name: 'second' }),
    await world.net.agent({ runtime: 'next' }),
  ]
  return {
    owner: await ownerFor(world, await world.agent.agentToken()),
    other: await ownerFor(world, await second.agentToken(), second),
    rotated: await ownerFor(world, await next.agentToken(), next),
  }
}

describe('the id of a pending request', () => {
  it('opens for its owner, in every process and with a new key of the agent', async () => {
    const { owner, rotated } = await scene()
    const made = await makePendingId(sealer, owner, expires)
    expect(made.text).toMatch(/^[A-Za-z0-9_-]{100,200}$/)
    expect(made.id).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(await openPendingId(new Sealer(resource, keys), made.text, owner)).toEqual(made)
    expect(await openPendingId(sealer, made.text, rotated)).toEqual(made)
  })

  it('does not open for anybody else', async () => {
    const { owner, other } = await scene()
    const { text } = await makePendingId(sealer, owner, expires)
    expect(await openPendingId(sealer, text, other)).toBeUndefined()
  })

  it('does not open for the person whose agent asked, with the same key', async () => {
    const world = await makeWorld()
    const owner = await ownerFor(world, await world.agent.agentToken())
    const { text } = await makePendingId(sealer, owner, expires)
    const person = await ownerFor(world, await world.agent.personToken())
    expect(await openPendingId(sealer, text, person)).toBeUndefined()
  })

  it('is another one each time, and neither holds that of the record', async () => {
    const { owner } = await scene()
    const made = await Promise.all(Array.from({ length: 20 }, () => makePendingId(sealer, owner, expires)))
    expect(new Set(made.map(({ text }) => text)).size).toBe(20)
    expect(new Set(made.map(({ id }) => id)).size).toBe(20)
  })

  it('is not a value of another kind, key or resource, and no other text', async () => {
    const { owner } = await scene()
    const { text } = await makePendingId(sealer, owner, expires)
    const auth = await authFor(await makeWorld(), await (await makeWorld()).agent.agentToken())
    const mail = new Sealer('https://mail.example', keys)
    const { text: elsewhere } = await makePendingId(mail, ownerOf(resource, auth), expires)
    const otherKeys = checkSealingKeys([{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 3) }])
    const payload = (await sealer.openText('pending id', text)) as Uint8Array
    const texts = [
      elsewhere,
      (await makePendingId(new Sealer(resource, otherKeys), owner, expires)).text,
      await sealer.sealText('session', payload),
      await sealer.sealText('pending id', payload.subarray(1)),
      await sealer.sealText('pending id', new Uint8Array(0)),
      await sealer.sealText('pending id', Uint8Array.of(...payload, 0)),
      text.slice(0, -1),
      `${text}=`,
      `${text}/`,
      text.toLowerCase(),
      encodeURIComponent(`${text} `),
      '',
      '..',
      'x'.repeat(5000),
    ]
    for (const spelling of texts) expect(await openPendingId(sealer, spelling, owner)).toBeUndefined()
    expect(await openPendingId(sealer, await sealer.sealText('pending id', payload), owner)).toBeDefined()
  })
})
