/**
 * Follows the pages of `docs/start` literally: from an empty folder, with the packages as npm would deliver them, on the
 * oldest Node that is supported. What a page says that the last command prints has to be printed. Only the ports differ,
 * so that nothing else on this machine is in the way.
 *
 * `tutorials.ts express koa` follows some; without a name all, and the one for Workers installs Wrangler.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packAll } from './packed.ts'

const root = resolve(import.meta.dirname, '..')
const pages = join(root, 'docs/start')
const oldestNode = join(root, 'packages/runtimes/node_modules/node20/bin/node')
const named = process.argv.slice(2)
const names = named.length > 0 ? named : readdirSync(pages).map((file) => basename(file, '.md'))

const folder = mkdtempSync(join(tmpdir(), 'aauth-guard-tutorials-'))
const running: ChildProcess[] = []
process.on('exit', () => {
  stopAll()
  rmSync(folder, { recursive: true, force: true })
})

const tarballs = new Map(packAll().map(({ name, tarball }) => [name, tarball]))
const commandFolder = join(folder, 'cli')
const command = join(commandFolder, 'node_modules/@aauth-guard/cli/dist/main.js')
installCommand()
for (const name of names) await follow(name)

type Step =
  | { readonly type: 'file'; readonly name: string; readonly text: string }
  | { readonly type: 'command'; readonly line: string; readonly prints: string | undefined }

async function follow(name: string): Promise<void> {
  const began = performance.now()
  const [app, world] = await freePorts()
  const place = join(folder, name)
  mkdirSync(place)
  let commands = 0
  for (const step of stepsOf(readFileSync(join(pages, `${name}.md`), 'utf8'))) {
    const here = (text: string): string =>
      text.replaceAll(/\b3000\b/g, String(app)).replaceAll(/\b4400\b/g, String(world))
    if (step.type === 'file') {
      writeFileSync(join(place, step.name), here(step.text))
      continue
    }
    commands += 1
    const line = here(step.line)
    if (/^npx @aauth-guard\/cli dev$/.test(line)) await serve(`${line} --port ${world}`, place, world + 3)
    else if (/^AAUTH_DEV=|^npx wrangler dev/.test(line)) await serve(line, place, app)
    else check(name, line, run(line, place), step.prints)
  }
  stopAll()
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(
    `tutorials: docs/start/${name}.md works as it is written: ${commands} commands, ${seconds} s here`,
  )
}

/** Files that a page says to save, and commands with what the page says they print, in the order of the page. */
function stepsOf(page: string): Step[] {
  const [body = ''] = page.split('\n## What happened')
  const steps: Step[] = []
  for (const [, before = '', language = '', text = ''] of body.matchAll(
    /^(.*)\n\n```(\w+)\n([\s\S]*?)^```$/gm,
  )) {
    const [, file] = /^Save this as `([^`]+)`:$/.exec(before) ?? []
    if (file !== undefined) steps.push({ type: 'file', name: file, text })
    else if (language === 'sh')
      for (const line of text.trim().split('\n')) steps.push({ type: 'command', line, prints: undefined })
    else {
      const last = steps.pop()
      if (last?.type !== 'command') throw new Error(`a block follows no command: ${text}`)
      steps.push({ ...last, prints: text })
    }
  }
  return steps
}

function check(name: string, line: string, printed: string, wanted: string | undefined): void {
  if (wanted === undefined || printed.trim() === wanted.trim()) return
  throw new Error(`docs/start/${name}.md: ${line} printed ${JSON.stringify(printed)}, not ${wanted}`)
}

function run(line: string, place: string): string {
  return execFileSync('sh', ['-c', runnable(line)], {
    cwd: place,
    env: environmentIn(place),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Starts what goes on, and waits until it listens. */
async function serve(line: string, place: string, port: number): Promise<void> {
  const child = spawn('sh', ['-c', `exec ${runnable(line).replace(/^(\w+=\S+) /, 'env $1 ')}`], {
    cwd: place,
    env: environmentIn(place),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => {
      said += piece
    })
  for (let attempt = 0; attempt < 600; attempt++) {
    if (await listens(port)) return
    if (child.exitCode !== null) break
    await sleep(100)
  }
  throw new Error(`${line} does not listen: ${said}`)
}

/** Packages of this repository are not in the registry yet, so their tarballs stand for them. */
function runnable(line: string): string {
  const replaced = line.replace(/^npx @aauth-guard\/cli/, `${process.execPath} ${command}`)
  if (!replaced.startsWith('npm i ')) return replaced
  const quiet = replaced.replace('npm i', 'npm i --no-audit --no-fund --loglevel error')
  return [...tarballs].reduce((text, [name, tarball]) => text.replace(name, tarball), quiet)
}

/** @param place where `aauth dev` leaves what `aauth fetch` finds it by, so that no other world is in the way */
function environmentIn(place: string): NodeJS.ProcessEnv {
  const { AAUTH_DEV: _, NODE_ENV: __, ...env } = process.env
  const path = [dirname(oldestNode), env.PATH].join(delimiter)
  return { ...env, PATH: path, XDG_RUNTIME_DIR: place, WRANGLER_SEND_METRICS: 'false', CI: '1' }
}

/** Installs the command `aauth` with what it needs, since npx would get it from the registry. */
function installCommand(): void {
  mkdirSync(commandFolder)
  run('npm init -y', commandFolder)
  run('npm i @aauth-guard/cli @aauth-guard/core @aauth-guard/testing', commandFolder)
}

/** One port, and the first of four in a row. */
async function freePorts(): Promise<readonly [number, number]> {
  for (let first = 20_000; first < 60_000; first += 10) {
    const wanted = [0, 1, 2, 3, 4].map((offset) => first + offset)
    const free = await Promise.all(wanted.map(isFree))
    if (free.every(Boolean)) return [first + 4, first]
  }
  throw new Error('no five ports in a row are free')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

function stopAll(): void {
  for (const { pid } of running.splice(0)) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGTERM')
    } catch {
      // It has ended.
    }
  }
}
