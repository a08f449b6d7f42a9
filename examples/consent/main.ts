/**
 * Serves the API and its pages on this machine until Ctrl-C: `npx pnpm@12 consent`. The agent that calls it comes from a
 * world of `aauth dev`: the one that `AAUTH_DEV` names, or else one that is started here.
 *
 * `PORT` is the port of the API, default 3000; `WORLD_PORT` is the first of four ports of a world that is started here,
 * default 4400.
 */
import { createServer } from 'node:http'
import { createResource } from '@aauth-guard/core'
import { devOptions } from '@aauth-guard/core/dev'
import { managedAccess } from '@aauth-guard/core/managed'
import { scopes } from './access.ts'
import { notesApi } from './app.ts'
import { startWorld } from './start-world.ts'

const { PORT = '3000', WORLD_PORT = '4400', AAUTH_DEV } = process.env
const world = AAUTH_DEV ?? (await startWorld(Number(WORLD_PORT)))
const issuer = `http://localhost:${PORT}`
const url = `${issuer}/agents`

const resource = createResource({
  issuer,
  trust: 'any',
  scopes,
  // In production: sealingKeys: [{ kid: '2026-11', key: process.env.SEALING_KEY }]
  managed: managedAccess({ interaction: { url } }),
  ...devOptions({ env: { ...process.env, AAUTH_DEV: world } }),
})

const server = createServer(notesApi(resource, { url, persons: ['Ada', 'Grace'] }))
server.on('error', ({ message }) => {
  console.error(`consent: port ${PORT} cannot be used (${message}): set PORT to another one`)
  process.exit(1)
})
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`Call it as an agent:       AAUTH_DEV=${world} npx pnpm@12 aauth fetch ${issuer}/notes`)
  console.log(`Enter its code:            ${url}`)
  console.log(`End what you allowed:      ${url}/allowed`)
})
