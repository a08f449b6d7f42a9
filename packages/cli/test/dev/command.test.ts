import { randomInt } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readControlFile } from '../../src/dev/control-file.ts'
import { type Started, startCommand } from '../run-command.ts'

async function makeRuntime(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'aauth-runtime-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** `aauth dev` on free ports. */
async function startDev(
  runtime: string,
  args: readonly string[] = [],
): Promise<Started & { readonly port: number }> {
  for (;;) {
    const port = randomInt(20_000, 60_000)
    const started = startCommand(['dev', '--json', '--port', String(port), ...args], {
      XDG_RUNTIME_DIR: runtime,
    })
    const line = await started.firstLine.catch((error: Error) => error)
    if (typeof line === 'string') return { ...started, port }
    if (!line.message.includes('is taken')) throw line
  }
}

describe('aauth dev', () => {
  it('prints one line with the addresses of its servers, serves until SIGTERM, and exits with 0', async () => {
    const runtime = await makeRuntime()
    const dev = await startDev(runtime)
    const at = (offset: number) => `http://localhost:${dev.port + offset}`
    expect(JSON.parse(await dev.firstLine)).toEqual({
      url: at(0),
      agentProvider: at(1),
      personServer: at(2),
      accessServer: at(3),
    })
    const issuers = await Promise.all(
      ['agent', 'person', 'access'].map(async (role, i) => {
        const answer = await fetch(`${at(i + 1)}/.well-known/aauth-${role}.json`)
        return ((await answer.json()) as { issuer: string }).issuer
      }),
    )
    expect(issuers).toEqual([at(1), at(2), at(3)])
    dev.kill('SIGTERM')
    expect([await dev.exit, dev.stdout().trim().split('\n').length]).toEqual([0, 1])
  })

  it('writes its secret only to a file that only the user can read, and removes the file at the end', async () => {
    const runtime = await makeRuntime()
    const dev = await startDev(runtime)
    const folder = join(runtime, 'aauth-guard')
    const path = join(folder, `dev-${dev.port}.json`)
    expect([(await stat(folder)).mode & 0o777, (await stat(path)).mode & 0o777]).toEqual([0o700, 0o600])
    const access = await readControlFile({ XDG_RUNTIME_DIR: runtime })
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject(access ?? {})
    const pages = await Promise.all(
      [0, 2].map(async (i) => (await fetch(`http://localhost:${dev.port + i}/`)).text()),
    )
    expect([dev.stdout(), dev.stderr(), ...pages].join('')).not.toContain(access?.secret)
    dev.kill('SIGINT')
    await dev.exit
    expect(await readdir(folder)).toEqual([])
  })

  it('is not found any more once it was killed, although its file is there', async () => {
    const runtime = await makeRuntime()
    const killed = await startDev(runtime)
    killed.kill('SIGKILL')
    await killed.exit
    const dev = await startDev(runtime)
    expect(await readdir(join(runtime, 'aauth-guard'))).toHaveLength(2)
    expect(await readControlFile({ XDG_RUNTIME_DIR: runtime })).toMatchObject({
      url: `http://localhost:${dev.port}`,
    })
  })

  it('keeps its keys across a restart with --state', async () => {
    const runtime = await makeRuntime()
    const state = ['--state', join(runtime, 'state')]
    const keysOf = async ({ port }: { port: number }) =>
      (await fetch(`http://localhost:${port + 2}/jwks.json`)).text()
    const first = await startDev(runtime, state)
    const before = await keysOf(first)
    first.kill('SIGTERM')
    await first.exit
    // Keys follow from the seed and the address, which is another one here if the ports were taken since.
    const again = startCommand(['dev', '--json', '--port', String(first.port), ...state], {
      XDG_RUNTIME_DIR: runtime,
    })
    await again.firstLine
    expect(await keysOf(first)).toBe(before)
  })

  it.each([
    [['--port', '70000'], 'is not a port with three behind it: write 1 to 65532'],
    [['--app', 'https://notes.example'], 'is not on this machine: write http://localhost:PORT'],
    [['3000'], 'is not an option: aauth dev --help'],
    [['--unknown'], "Unknown option '--unknown'"],
  ])('with %j does not start, says what to write and exits with 2', async (args, text) => {
    const started = startCommand(['dev', ...args], { XDG_RUNTIME_DIR: await makeRuntime() })
    expect([await started.exit, started.stderr().includes(text)]).toEqual([2, true])
  })

  it('shows help with an example', async () => {
    const started = startCommand(['dev', '--help'])
    expect([await started.exit, started.stdout()]).toEqual([0, expect.stringContaining('Example:')])
  })

  it('reports that its port is taken, and which option sets another', async () => {
    const runtime = await makeRuntime()
    const { port } = await startDev(runtime)
    const second = startCommand(['dev', '--port', String(port)], { XDG_RUNTIME_DIR: runtime })
    expect([await second.exit, second.stderr()]).toEqual([
      2,
      expect.stringContaining('is taken: name another by --port'),
    ])
  })
})

describe('aauth', () => {
  it('lists its commands, and refuses a command that it does not have', async () => {
    const help = startCommand(['--help'])
    const unknown = startCommand(['frobnicate\u001b[2J'])
    expect([await help.exit, help.stdout().includes('  dev')]).toEqual([0, true])
    expect([await unknown.exit, unknown.stderr()]).toEqual([
      2,
      'aauth: "frobnicate\\u{1b}[2J" is not a command: aauth --help lists them\n',
    ])
  })
})
