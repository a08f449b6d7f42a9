import { consoleServer } from '@aauth-guard/console/node'
import { keepPace } from './pace.ts'
import { WatchedWorld } from './world.ts'

const defaultRate = 120
const maxRate = 60_000
/** Milliseconds between two terminations. */
const missionLife = 60_000

/**
 * Keeps a world running with agents at work, and shows it in the console, until `stop` is aborted.
 *
 * @param rate events a minute, as it was written; default 120
 * @returns the exit code
 * @throws {RangeError} for a rate that is not a number from 0 to 60 000
 */
export async function runConsole(
  rate: string | undefined,
  print: (line: string) => void,
  stop: AbortSignal,
): Promise<number> {
  const perMinute = rate === undefined ? defaultRate : Number(rate)
  if (rate === '' || !(perMinute >= 0 && perMinute <= maxRate))
    throw new RangeError(`--rate is "${rate}": write the events a minute, from 0 to ${maxRate}`)
  const world = await WatchedWorld.open()
  const server = await consoleServer({ resource: world.resource, log: () => undefined })
  print('')
  print(`  Agents work with an API, ${perMinute} requests a minute. A person ends a mission each minute.`)
  print('  Open this address in a browser of this machine, and stop with Ctrl-C:')
  print('')
  print(`  ${server.url}`)
  print('')
  const end = () => void world.endOldestMission().catch(() => undefined)
  const ending = perMinute === 0 ? undefined : setInterval(end, missionLife)
  const stopPace = keepPace(perMinute, () => world.act())
  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve()
    stop.addEventListener('abort', () => resolve(), { once: true })
  })
  clearInterval(ending)
  await stopPace()
  await server.close()
  await world.close()
  return 0
}
