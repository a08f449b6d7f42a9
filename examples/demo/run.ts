import { parseArgs } from 'node:util'
import { runConsole } from './console/run-console.ts'
import { Narrator } from './narrator.ts'
import type { Paint } from './paint.ts'
import { falsify } from './play.ts'
import { adapterNamed } from './runs-api/adapters.ts'
import { openStage } from './stage.ts'
import { prologue, prologueInShort, story, storyInShort } from './story.ts'
import { realTime } from './time.ts'

const wholeStory = 'All of it, both generations of drafts and access servers included: npx pnpm@12 demo --all'

const usage = `Usage: npx pnpm@12 demo [options]

Plays a person, an agent and an API on loopback, in 14 steps.

  --all            every step, with each request and response
  --adapter NAME   the adapter of the API in the acts about missions: express (default), koa, hono or fetch
  --falsify N      expects something else of step N, to show that the demo notices
  --console        keeps agents at work, and shows them in the console until Ctrl-C
  --rate N         requests a minute, with --console
  --help           this text`

/**
 * Plays the demo, tells with `--help` how to, or with `--console` keeps agents at work until `stop` is aborted. `args` are those of the program.
 * @returns the exit code: 0 only if every step went as expected
 * @throws {RangeError} when there is no such adapter or step, and for an impossible rate
 */
export async function runDemo(
  args: readonly string[],
  print: (line: string) => void,
  paint: Paint,
  time = realTime as Parameters<typeof openStage>[1],
  stop: AbortSignal = new AbortController().signal,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      all: { type: 'boolean', default: false },
      falsify: { type: 'string' },
      adapter: { type: 'string', default: 'express' },
      console: { type: 'boolean', default: false },
      rate: { type: 'string' },
    },
  })
  if (values.help) {
    print(usage)
    return 0
  }
  if (values.console) return runConsole(values.rate, print, stop)
  const { all, falsify: number } = values
  const stage = await openStage(adapterNamed(values.adapter), time)
  try {
    const acts = all ? story(stage) : storyInShort(stage)
    const told = number === undefined ? acts : falsify(acts, Number(number))
    const before = all ? prologue(stage) : prologueInShort(stage)
    const failure = await new Narrator(print, paint).tell(before, told)
    if (failure !== undefined) return 1
    if (!all) print(`    ${wholeStory}`)
    return 0
  } finally {
    await stage.close()
  }
}
