import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type AgentRequest, createTestNetwork, dial, type SignOptions } from '@aauth-guard/testing'
import { expect, it, onTestFinished } from 'vitest'

/** Starts the notes with the issuers at `origins`. Resolves with `http://127.0.0.1:PORT`. */
export type StartNotes = (origins: Readonly<Record<string, string>>) => Promise<string>

const runtimes = join(import.meta.dirname, '../packages/runtimes/node_modules')
const deno = ['run', '--no-prompt', '--no-remote', '--no-lock', '--node-modules-dir=manual', '--allow-all']
const commands = {
  node: [process.execPath],
  bun: [join(runtimes, 'bun/bin/bun.exe'), '--no-install'],
  deno: [join(runtimes, 'deno/deno'), ...deno],
} as const

/** An example that `notes-host.ts` serves, on a runtime that an npm package brings. */
export function onRuntime(runtime: keyof typeof commands, example: string): StartNotes {
  const [file, ...args] = commands[runtime]
  return (origins) =>
    portOf(file, [
      ...args,
      join(import.meta.dirname, 'notes-host.ts'),
      `./${example}/app.ts`,
      JSON.stringify(origins),
    ])
}

function portOf(file: string, args: readonly string[]): Promise<string> {
  const child = spawn(file, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return new Promise((resolve, reject) => {
    let complaints = ''
    child.stderr.on('data', (chunk) => {
      complaints += chunk
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, port] = /^\{"port":(\d+)\}/.exec(line) ?? []
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
    })
    child.once('error', reject)
    child.once('close', () => reject(new Error(complaints)))
  })
}

/** How hosts answer targets that were not signed. */
const refusedAs = { '/other': 401, '/notes/': 401, '//notes': 401, '/notes?all': 401, '/NOTES': 401 }

/**
 * What the notes do on every host, each started as a program of its own.
 *
 * @param byHost targets that the host answers before any guard
 */
export function itServesNotes(start: StartNotes, byHost: Partial<typeof refusedAs> = {}): void {
  it('the API keeps notes for signed requests, and refuses all others', async () => {
    const net = await createTestNetwork()
    onTestFinished(() => net.close())
    const url = await start((await net.serveIssuers()).origins)
    const agent = await net.agent()
    const call = async (
      request: AgentRequest,
      scope: string,
      how: Partial<SignOptions> = {},
      target?: string,
    ) => {
      const token = await agent.authToken({ scope })
      const message = await agent.sign('https://notes.example/notes', request, { ...how, token })
      return dial(url, { ...message, target: target ?? message.target })
    }
    const headers = { 'content-type': 'application/json' }
    const milk = { method: 'POST', headers, body: '{"text":"milk"}' }

    const unsigned = await fetch(`${url}/notes`)
    expect([unsigned.status, unsigned.headers.get('aauth-requirement')]).toEqual([
      401,
      'requirement=agent-token',
    ])

    const added = await call(milk, 'notes.write', { digest: true })
    expect([added.status, await added.json()]).toEqual([201, { text: 'milk' }])
    const listed = await call({}, 'notes.read')
    expect([listed.status, await listed.json(), listed.headers.get('cache-control')]).toEqual([
      200,
      ['milk'],
      'private',
    ])

    const more = await call(milk, 'notes.read', { digest: true })
    expect([more.status, more.headers.get('aauth-requirement')]).toEqual([
      401,
      expect.stringMatching(/^requirement=auth-token;resource-token="/),
    ])

    const expected = { ...refusedAs, ...byHost }
    const tampered = await Promise.all(
      Object.keys(expected).map(async (target) => {
        const { status } = await call({}, 'notes.read', { cover: ['@query'] }, target)
        return [target, status]
      }),
    )
    expect(Object.fromEntries(tampered)).toEqual(expected)

    const changed = await agent.sign('https://notes.example/notes', milk, {
      token: await agent.authToken({ scope: 'notes.write' }),
      digest: true,
    })
    const wine = await dial(url, { ...changed, body: new TextEncoder().encode('{"text":"wine"}') })
    const empty = await call({ ...milk, body: '{}' }, 'notes.write', { digest: true })
    expect([wine.status, empty.status]).toEqual([401, 400])

    const metadata = await fetch(`${url}/.well-known/aauth-resource.json`)
    expect([metadata.status, await metadata.json()]).toEqual([
      200,
      expect.objectContaining({ issuer: 'https://notes.example' }),
    ])
  })
}
