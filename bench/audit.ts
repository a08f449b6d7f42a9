/**
 * What an audit log costs per accepted request: `npx pnpm@12 bench:audit`. With `durability: 'record'` a request waits for
 * the disk, together with all that wait at the same time, so both the time and the processor time are shown.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuditLog, type AuditOptions, auditLog, fileSink } from '@aauth-guard/audit'
import { authorize, createResource, type Resource } from '@aauth-guard/core'
import { createTestNetwork } from '@aauth-guard/testing'
import { arrivalOf, arrive } from './arrival.ts'
import { signerOf } from './cases.ts'
import type { Figure } from './figures.ts'
import { circumstances, tablesOf } from './report.ts'
import { measureCases } from './rounds.ts'

const net = await createTestNetwork({ now: 1_790_000_000, seed: 'bench audit' })
const agent = await net.agent()
const token = await agent.authToken({ scope: 'access' })
const arrival = arrivalOf(await agent.sign(`${net.resource}/notes`, {}, { token }))
const folder = mkdtempSync(join(tmpdir(), 'aauth-guard-bench-audit-'))
const logs: AuditLog[] = []

const make = (): Resource =>
  createResource({
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
    replay: 'off',
    log: 'off',
    signingKey: signerOf(agent.key),
  })

async function makeLogged(name: string, options: Partial<AuditOptions>): Promise<Resource> {
  const resource = make()
  const log = auditLog({ sink: fileSink(join(folder, name)), resource: resource.issuer, ...options })
  resource.listen(log.listeners)
  await log.ready()
  logs.push(log)
  return resource
}

const resources = [
  ['no audit log', make()],
  ["durability: 'interval'", await makeLogged('interval', {})],
  ["durability: 'record'", await makeLogged('record', { durability: 'record' })],
] as const
const cases = resources.map(([name, resource]) => ({
  name,
  run: () => authorize(resource, arrive(arrival), { scope: 'access' }),
}))
const figures: Figure[] = []
for (const inFlight of [1, 64])
  figures.push(
    ...(await measureCases(`${inFlight} in flight`, cases, { inFlight, rounds: 10, milliseconds: 60 })),
  )
console.log(`${circumstances()}\n${tablesOf(figures)}`)
await Promise.all(logs.map((log) => log.close()))
rmSync(folder, { recursive: true, force: true })
process.exit(0)
