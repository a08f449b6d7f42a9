/**
 * What a policy costs per request: `npx pnpm@12 bench:policies`. Cedar runs in the process, the policy server in another
 * one on this machine. The verification of signatures is a case of its own.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Auth, authorize, createResource } from '@aauth-guard/core'
import { authzen } from '@aauth-guard/core/authzen'
import { createTestNetwork, toSignedRequest } from '@aauth-guard/testing'
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import { cedarPolicies } from '../examples/policy/app.ts'
import type { Case } from './measure.ts'
import { circumstances, tablesOf } from './report.ts'
import { measureCases } from './rounds.ts'

const plan = { inFlight: 1, rounds: 15, milliseconds: 60 }
const net = await createTestNetwork({ now: 1_790_000_000, seed: 'bench policies' })
const agent = await net.agent()
const resource = createResource({
  issuer: net.resource,
  trust: 'any',
  fetch: net.fetch,
  now: net.clock.now,
  replay: 'off',
  log: 'off',
  scopes: { 'notes.read': 'Read your notes' },
})
const token = await agent.authToken({ scope: 'notes.read' })
const message = await agent.sign(`${net.resource}/notes/7`, {}, { token })
const request = toSignedRequest(message)
const auth: Auth = await authorize(resource, request, { scope: 'notes.read' })
const routed = { ...request, path: '/notes/7', query: '' }

const server = `require('node:http').createServer((q, s) => {
  q.resume().on('end', () => s.writeHead(200, { 'content-type': 'application/json' }).end('{"decision":true}'))
}).listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)) })`
const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] })
const [port] = (await once(child.stdout, 'data')) as [Buffer]
const pdp = `http://127.0.0.1:${port}/access/v1/evaluation`

const { read } = cedarPolicies()
const text = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../examples/policy', name), 'utf8')
const policies = { staticPolicies: text('notes.cedar') }
const person = { type: 'AAuth::Person', id: 'ada' }
const asking = authzen({ pdp })
const caching = authzen({ pdp, cache: 5 })
await caching(auth, routed)
const cases: readonly Case[] = [
  {
    name: 'a request with a token that was seen before',
    // A new object: one that a guard has verified would not be verified again.
    run: () => authorize(resource, toSignedRequest(message), { scope: 'notes.read' }),
  },
  { name: 'Cedar, prepared', run: () => read(auth, routed) },
  {
    name: 'Cedar, policies read for each call',
    run: () =>
      isAuthorized({
        principal: person,
        action: { type: 'Action', id: 'read' },
        resource: { type: 'Note', id: '/notes/7' },
        context: { scopes: ['notes.read'] },
        policies,
        entities: [{ uid: person, attrs: { iss: 'https://ps.example' }, parents: [] }],
      }),
  },
  { name: '`authzen`, a policy server on this machine', run: () => asking(auth, routed) },
  { name: '`authzen`, cached', run: () => caching(auth, routed) },
]
const figures = await measureCases('per call', cases, plan)
console.log(`${circumstances()}\n${tablesOf(figures)}`)
child.kill()
process.exit(0)
