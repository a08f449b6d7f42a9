/**
 * A person, an agent and an API on loopback: `npx pnpm@12 demo`. Exits with 0 only if every step went as told.
 * `--falsify N` tells step N wrongly, to show that it would be noticed; `--adapter NAME` (express, koa, hono, fetch)
 * builds the API of the last two acts on another adapter.
 */
import { painter } from './paint.ts'
import { runDemo } from './run.ts'

const paint = painter(process.stdout.isTTY, process.env.NO_COLOR)
process.exitCode = await runDemo(process.argv.slice(2), console.log, paint)
