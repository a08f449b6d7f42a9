import { describe, expect, it } from 'vitest'
import { makeAnsweredWorld, personMetadata, settled } from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

/** Unhandled errors while `act` runs, for which Node would end the process. */
async function unhandled(act: () => Promise<unknown>): Promise<unknown[]> {
  const rejections: unknown[] = []
  const note = (reason: unknown): number => rejections.push(reason)
  process.on('unhandledRejection', note)
  await act()
  await settled()
  process.off('unhandledRejection', note)
  return rejections
}

describe('the process survives', () => {
  it('a clock that fails while keys are renewed in the background [Q09]', async () => {
    let broken = false
    const world = await makeAnsweredWorld({ now: () => (broken ? Number.NaN : world.net.clock.now()) })
    await outcomeOf(world)
    world.net.clock.advance(480)
    const open = world.hold(personMetadata)
    await outcomeOf(world)
    const rejections = await unhandled(async () => {
      broken = true
      open()
      await settled()
      broken = false
    })
    expect([rejections, await outcomeOf(world)]).toEqual([[], 'accepted'])
  })

  it('an asynchronous predicate of trust that rejects [Q09]', async () => {
    const personServers = async (): Promise<boolean> => {
      throw new Error('the directory is down')
    }
    const world = await makeAnsweredWorld({ trust: { personServers: personServers as never } })
    const rejections = await unhandled(async () => expect(await outcomeOf(world)).toBe('invalid_jwt'))
    expect(rejections).toEqual([])
  })
})
