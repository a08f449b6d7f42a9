import { type MissionOptions, monitorMissions } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { active } from './watched.ts'

const bounds: readonly [name: keyof MissionOptions, least: number, most: number][] = [
  ['activeTtl', 1, 30],
  ['maxStale', 0, 3600],
  ['deadline', 100, 2000],
  ['maxMissions', 1, 1_000_000],
  ['linkedKeys', 1, 86_400],
]

describe.each(bounds)('%s of monitorMissions', (name, least, most) => {
  it.each([least, most])('may be %d', (value) => {
    expect(() => monitorMissions({ source: () => active, [name]: value })).not.toThrow()
  })

  it.each([least - 1, most + 1, least + 0.5, Number.NaN, String(most)])(
    'is refused when it is %j',
    (value) => {
      expect(() => monitorMissions({ [name]: value })).toThrow(`: write an integer from ${least} to ${most}`)
    },
  )
})

it.each<[object, RegExp]>([
  [{ source: { status: 'active' } }, /^"source" is an object: pass a function$/],
  [{ blobs: new Map() }, /^"blobs" is an object: pass a function$/],
  [{ announcements: 'yes' }, /^"announcements" is "yes": write true or false$/],
  [{ sorce: () => active }, /^"sorce" is not an option of monitorMissions: did you mean "source"\?$/],
  [{ source: undefined }, /^"source" of monitorMissions is undefined: leave it out/],
])('monitorMissions refuses %o and names the option', (options, message) => {
  expect(() => monitorMissions(options as MissionOptions)).toThrow(message)
})
