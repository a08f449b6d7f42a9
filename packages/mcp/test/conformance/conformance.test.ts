import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { protectMcp } from '@aauth-guard/mcp/v1'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { expect, it, onTestFinished } from 'vitest'
import { protect } from '../scene.ts'
import { type Host, StoredEvents } from '../servers/hosts.ts'
import { conformanceServer, everything } from './conformance-server.ts'
import { signingProxy } from './signing-proxy.ts'

const host: Host = {
  name: 'the conformance server',
  hasSessions: true,
  isModern: false,
  listener(_calls, resource, options) {
    const app = express()
    const transports = new Map<string, StreamableHTTPServerTransport>()
    app.all('/mcp', protectMcp(resource, options), async (req, res) => {
      const known = transports.get(req.get('mcp-session-id') ?? '')
      if (known !== undefined) return known.handleRequest(req, res, req.body)
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        eventStore: new StoredEvents(),
        retryInterval: 500,
        onsessioninitialized: (id) => void transports.set(id, transport),
      })
      await conformanceServer().connect(transport as never)
      return transport.handleRequest(req, res, req.body)
    })
    return app
  },
}

/** What a proxy that signs decides, not the server behind it. */
const notOfTheServer = ['dns-rebinding-protection']

// The command needs `globSync` of Node 22.
const hasGlob = Number(process.versions.node.split('.')[0]) >= 22

it.runIf(hasGlob)('the official conformance suite passes through a protected server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const sessions = { perCaller: 1000 }
  const scene = await protect(host, { ...everything, sessions }, { now: () => Math.floor(Date.now() / 1000) })
  scene.net.clock.real()
  // The suite sends the same message twice in a second.
  const token = await scene.agent.authToken({ scope: 'notes.read', lifetime: 3600 })
  const url = await signingProxy(scene.fetchWith(token, scene.agent, () => ({ nonce: randomUUID() })))
  const baseline = join(folder, 'baseline.yml')
  await writeFile(baseline, `server:\n${notOfTheServer.map((name) => `  - ${name}\n`).join('')}`)
  const packageFile = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')
  const command = join(dirname(packageFile), 'dist/index.js')
  const given = [
    command,
    'server',
    '--url',
    url,
    '--expected-failures',
    baseline,
    '-o',
    join(folder, 'results'),
  ]
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, given, { maxBuffer: 1 << 26 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  )
  const report = output
    .split('\n')
    .filter((line) => /[✓✗]|passed|failed|xpected/.test(line))
    .join('\n')
  expect(report).not.toMatch(/Unexpected failures/i)
  expect(report).toMatch(/Baseline check passed/)
  expect(report.match(/^✓/gm)?.length).toBeGreaterThan(28)
})
