/**
 * A person, an agent and an API on loopback: `npx pnpm@12 demo`. Exits with 0 only if every step went as expected, and
 * else with 1. `--all` tells the whole story; `--falsify N` expects something else of step N, to show that it would be
 * noticed; `--adapter NAME` (express, koa, hono, fetch) builds the API of the missions on another adapter. `--console` keeps
 * agents at work instead, `--rate N` requests a minute, and shows them in the console until Ctrl-C.
 */
import { painter } from './paint.ts'
import { runDemo } from './run.ts'

const paint = painter(process.stdout.isTTY, process.env.NO_COLOR)
const interrupted = new AbortController()
// Without it the demo ends by itself, and Ctrl-C ends it at once.
if (process.argv.includes('--console'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
process.exitCode = await runDemo(process.argv.slice(2), console.log, paint, undefined, interrupted.signal)
