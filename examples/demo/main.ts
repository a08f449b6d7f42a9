/**
 * A person, an agent and an API on loopback: `npx pnpm@12 demo`. Exits with 0 only if every step went as told.
 * `--falsify N` tells step N wrongly, to show that it would be noticed; `--adapter NAME` (express, koa, hono, fetch)
 * builds the API of the last two acts on another adapter.
 */
import { parseArgs } from 'node:util'
import { Narrator } from './narrator.ts'
import { painter } from './paint.ts'
import { falsify } from './play.ts'
import { adapterNamed } from './runs-api/adapters.ts'
import { openStage } from './stage.ts'
import { prologue, story } from './story.ts'

const { values } = parseArgs({
  options: { falsify: { type: 'string' }, adapter: { type: 'string', default: 'express' } },
})
const { falsify: number } = values
const stage = await openStage(adapterNamed(values.adapter))
try {
  const acts = story(stage)
  const told = number === undefined ? acts : falsify(acts, Number(number))
  const narrator = new Narrator(console.log, painter(process.stdout.isTTY, process.env.NO_COLOR))
  const failure = await narrator.tell(prologue(stage), told)
  process.exitCode = failure === undefined ? 0 : 1
} finally {
  await stage.close()
}
