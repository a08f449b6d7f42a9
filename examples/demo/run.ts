import { parseArgs } from 'node:util'
import { Narrator } from './narrator.ts'
import type { Paint } from './paint.ts'
import { falsify } from './play.ts'
import { adapterNamed } from './runs-api/adapters.ts'
import { openStage } from './stage.ts'
import { prologue, story } from './story.ts'
import { realTime } from './time.ts'

/**
 * Plays the demo. `args` are those of the program.
 * @returns the exit code: 0 only if every step went as told
 * @throws {RangeError} when there is no such adapter or step
 */
export async function runDemo(
  args: readonly string[],
  print: (line: string) => void,
  paint: Paint,
  time = realTime as Parameters<typeof openStage>[1],
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { falsify: { type: 'string' }, adapter: { type: 'string', default: 'express' } },
  })
  const { falsify: number } = values
  const stage = await openStage(adapterNamed(values.adapter), time)
  try {
    const acts = story(stage)
    const told = number === undefined ? acts : falsify(acts, Number(number))
    const failure = await new Narrator(print, paint).tell(prologue(stage), told)
    return failure === undefined ? 0 : 1
  } finally {
    await stage.close()
  }
}
