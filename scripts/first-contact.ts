/**
 * First contact: follows tutorials literally, from an empty folder with the packages as npm would deliver them to the
 * answer that the page promises, on the oldest Node that is supported. Then it makes the mistakes that newcomers make with
 * the app of the Express page, and looks for the remedy in the first line that says what is wrong. Needs
 * `npx pnpm@12 build`. Prints commands and seconds.
 *
 * `first-contact.ts express koa` follows some pages; without a name all, and the one for Workers installs Wrangler.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { freePorts, type Ports, withPorts } from './first-contact/free-ports.ts'
import { type Mistake, mistakes } from './first-contact/mistakes.ts'
import { type Ran, Running, runLine } from './first-contact/terminal.ts'
import { type Step, stepsOf } from './first-contact/tutorial.ts'
import { packAll } from './packed.ts'

/** Lines that a person passes over: the way to the mistake, and where Node shows the code that threw. */
const passed =
  /^$|^file:|^ |^Node|: accepted |this is the normal way in|runs in development mode|"signingKey" is missing/

/** An empty folder in which a page is followed. */
interface Place {
  readonly name: string
  readonly folder: string
  readonly ports: Ports
  readonly env: NodeJS.ProcessEnv
}

const root = resolve(import.meta.dirname, '..')
const pages = join(root, 'docs/start')
const oldestNode = join(root, 'packages/runtimes/node_modules/node20/bin')
const tarballs = new Map(packAll().map(({ name, tarball }) => [name, `file:${tarball}`]))
const faults: string[] = []
const named = process.argv.slice(2)

for (const name of named.length > 0 ? named : readdirSync(pages).map((file) => basename(file, '.md')))
  await follow(name)

for (const fault of faults) console.error(`first-contact: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log('first-contact: every tutorial leads to its answer, and every mistake to its remedy')

async function follow(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `aauth-guard-first-${name}-`))
  const ports = await freePorts()
  const place = { name, folder, ports, env: environmentIn(folder, ports) }
  const running: Running[] = []
  const start = performance.now()
  let installing = 0
  let commands = 0
  let last: Ran | undefined
  const steps = stepsOf(join(pages, `${name}.md`))
  for (const step of steps) {
    if (step.kind === 'file') writeFileSync(join(folder, step.name), withPorts(step.text, place.ports))
    else if (step.kind === 'output') compare(name, last, step.text)
    else {
      commands += 1
      const began = performance.now()
      if (/^npx \S+ dev\b|^AAUTH_DEV=/.test(step.line)) running.push(await started(step.line, place))
      else last = ran(step.line, place)
      if (step.line.startsWith('npm i ')) installing += performance.now() - began
    }
  }
  const seconds = ((performance.now() - start - installing) / 1000).toFixed(1)
  const installed = (installing / 1000).toFixed(1)
  console.log(`first-contact: ${name}: ${commands} commands, ${seconds} s, and ${installed} s to install`)
  if (name === 'express') await makeMistakes(place, steps, running)
  for (const one of running.reverse()) await one.end()
  rmSync(folder, { recursive: true })
}

/** `aauth dev` leaves in the folder what `aauth fetch` finds it by, so that no other world is in the way. */
function environmentIn(folder: string, { app }: Ports): NodeJS.ProcessEnv {
  const { AAUTH_DEV: _, NODE_ENV: __, ...env } = process.env
  const path = [oldestNode, dirname(process.execPath), env.PATH].join(delimiter)
  return {
    ...env,
    PATH: path,
    // Next.js listens at 3000 without being told.
    PORT: String(app),
    XDG_RUNTIME_DIR: folder,
    WRANGLER_SEND_METRICS: 'false',
    NEXT_TELEMETRY_DISABLED: '1',
    CI: '1',
  }
}

/** The packages are not in the registry yet; the command is installed beside them, where npx finds it. */
function withPacked(line: string): string {
  if (!line.startsWith('npm i ')) return line
  const wanted = line.split(' ').map((word) => tarballs.get(word) ?? word)
  const beside = ['cli', 'audit', 'testing', 'core'].map(
    (name) => tarballs.get(`@aauth-guard/${name}`) as string,
  )
  return [...new Set([...wanted, ...beside])].join(' ')
}

function ran(line: string, { name, folder, ports, env }: Place): Ran {
  const result = runLine(withPorts(withPacked(line), ports), folder, env)
  if (result.status !== 0)
    faults.push(`${name}: "${line}" ended with ${result.status}: ${result.stderr}${result.stdout}`)
  return result
}

/** Starts what goes on, and waits until it serves its port. */
async function started(line: string, { folder, ports, env }: Place): Promise<Running> {
  const one = new Running(withPorts(line, ports), folder, env)
  await one.serves(line === 'npx @aauth-guard/cli dev' ? ports.world + 3 : ports.app)
  return one
}

function compare(name: string, result: Ran | undefined, promised: string): void {
  if (result?.stdout.trim() !== promised)
    faults.push(
      `${name}: the page promises ${promised}, and the call printed ${result?.stdout}${result?.stderr}`,
    )
}

/** The world goes on; the app is started anew for each. */
async function makeMistakes(place: Place, steps: readonly Step[], running: Running[]): Promise<void> {
  const app = steps.find((step) => step.kind === 'file')
  if (app?.kind !== 'file') throw new Error('the tutorial saves no app')
  await running.pop()?.end()
  for (const mistake of mistakes) {
    const edited = mistake.edit?.(app.text) ?? app.text
    if (mistake.edit !== undefined && edited === app.text)
      faults.push(`"${mistake.what}" changes nothing in the app of the tutorial`)
    writeFileSync(join(place.folder, 'app.js'), withPorts(edited, place.ports))
    await make(mistake, place)
  }
}

async function make({ what, world, call, remedy }: Mistake, { folder, ports, env }: Place): Promise<void> {
  const line = `${world === '' ? '' : 'AAUTH_DEV=http://localhost:4400 '}node app.js`
  const wrong = new Running(withPorts(line, ports), folder, env)
  await wrong.serves(ports.app)
  const before = call === undefined ? 0 : wrong.output.length
  if (call !== undefined) {
    const written = call.startsWith('curl') ? call : `npx @aauth-guard/cli fetch ${call}`
    runLine(withPorts(written, ports), folder, env)
    await wrong.prints(remedy, 60)
  }
  tell(what, wrong.output.slice(before), remedy)
  await wrong.end()
}

/** The remedy must be in the first line that says what is wrong. */
function tell(what: string, output: string, remedy: string): void {
  const lines = output.split('\n')
  const first = lines.find((line) => !passed.test(line)) ?? lines.find((line) => line !== '') ?? ''
  console.log(`first-contact: ${what}: ${first.trim()}`)
  if (!first.includes(remedy)) faults.push(`"${what}" is not told with "${remedy}":\n${output}`)
}
