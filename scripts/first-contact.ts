/**
 * First contact: follows each tutorial literally, from an empty folder with packed packages to the answer that the page
 * promises, then makes the mistakes that newcomers make and looks for the remedy in the first line that the app prints.
 * Needs `npx pnpm@12 build`, and the ports 3000 and 4400 to 4403. Prints commands and seconds.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Mistake, mistakes } from './first-contact/mistakes.ts'
import { type Ran, Running, runLine } from './first-contact/terminal.ts'
import { type Step, stepsOf } from './first-contact/tutorial.ts'
import { packAll } from './packed.ts'

const root = resolve(import.meta.dirname, '..')
const tarballs = new Map(packAll().map(({ name, tarball }) => [name, `file:${tarball}`]))
const { AAUTH_DEV: _, NODE_ENV: __, ...env } = process.env
const faults: string[] = []

/** Lines that a person passes over: the way to the mistake, and where Node shows the code that threw. */
const passed =
  /^$|^file:|^ |^Node|: accepted |this is the normal way in|runs in development mode|"signingKey" is missing/

for (const name of ['express', 'koa', 'hono']) await follow(name)

for (const fault of faults) console.error(`first-contact: ${fault}`)
if (faults.length > 0) process.exit(1)
console.log('first-contact: every tutorial leads to its answer, and every mistake to its remedy')

async function follow(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `aauth-guard-first-${name}-`))
  const running: Running[] = []
  const start = performance.now()
  let installing = 0
  let commands = 0
  let last: Ran | undefined
  const steps = stepsOf(join(root, `docs/start/${name}.md`))
  for (const step of steps) {
    if (step.kind === 'file') writeFileSync(join(folder, step.name), step.text)
    else if (step.kind === 'output') compare(name, last, step.text)
    else {
      commands += 1
      const began = performance.now()
      const line = withPacked(step.line)
      if (/ (?:dev|app\.js)$/.test(line)) running.push(await started(line, folder))
      else last = ran(name, line, folder)
      if (line.startsWith('npm i ')) installing += performance.now() - began
    }
  }
  const seconds = ((performance.now() - start - installing) / 1000).toFixed(1)
  const installed = (installing / 1000).toFixed(1)
  console.log(`first-contact: ${name}: ${commands} commands, ${seconds} s, and ${installed} s to install`)
  if (name === 'express') await makeMistakes(folder, steps, running)
  for (const one of running.reverse()) await one.end()
  rmSync(folder, { recursive: true })
}

/** The packages are not in the registry yet; the command is installed beside them, where npx finds it. */
function withPacked(line: string): string {
  if (!line.startsWith('npm i ')) return line
  const wanted = line.split(' ').map((word) => tarballs.get(word) ?? word)
  const beside = ['@aauth-guard/cli', '@aauth-guard/testing', '@aauth-guard/core'].map(
    (name) => tarballs.get(name) as string,
  )
  return [...new Set([...wanted, ...beside])].join(' ')
}

function ran(name: string, line: string, cwd: string): Ran {
  const result = runLine(line, cwd, env)
  if (result.status !== 0)
    faults.push(`${name}: "${line}" ended with ${result.status}: ${result.stderr}${result.stdout}`)
  return result
}

async function started(line: string, cwd: string): Promise<Running> {
  const one = new Running(line, cwd, env)
  if (line.endsWith(' dev')) await one.prints('Ctrl+C')
  else await one.serves(3000)
  return one
}

function compare(name: string, result: Ran | undefined, promised: string): void {
  if (result?.stdout.trim() !== promised)
    faults.push(
      `${name}: the page promises ${promised}, and the call printed ${result?.stdout}${result?.stderr}`,
    )
}

/** The world goes on; the app is started anew for each. */
async function makeMistakes(folder: string, steps: readonly Step[], running: Running[]): Promise<void> {
  const app = steps.find((step) => step.kind === 'file')
  if (app?.kind !== 'file') throw new Error('the tutorial saves no app')
  await running.pop()?.end()
  for (const mistake of mistakes) {
    const edited = mistake.edit?.(app.text) ?? app.text
    if (mistake.edit !== undefined && edited === app.text)
      faults.push(`"${mistake.what}" changes nothing in the app of the tutorial`)
    writeFileSync(join(folder, 'app.js'), edited)
    await make(mistake, folder)
  }
}

async function make({ what, world, call, remedy }: Mistake, folder: string): Promise<void> {
  const wrong = new Running(
    `${world === '' ? '' : 'AAUTH_DEV=http://localhost:4400 '}node app.js`,
    folder,
    env,
  )
  await wrong.serves(3000)
  if (call !== undefined) {
    const before = wrong.output.length
    const line = call.startsWith('curl') ? call : `npx @aauth-guard/cli fetch ${call}`
    const { stderr } = runLine(line, folder, env)
    await wrong.prints(remedy, 60)
    const [first = ''] = wrong.output.slice(before).split('\n')
    tell(what, wrong.output.slice(before), remedy, `${first}\n${stderr}`)
  } else {
    tell(what, wrong.output, remedy, wrong.output)
  }
  await wrong.end()
}

/** The remedy must be in the first line that says what is wrong. */
function tell(what: string, output: string, remedy: string, all: string): void {
  const lines = output.split('\n')
  const first = lines.find((line) => !passed.test(line)) ?? lines.find((line) => line !== '') ?? ''
  console.log(`first-contact: ${what}: ${first.trim()}`)
  if (!first.includes(remedy)) faults.push(`"${what}" is not told with "${remedy}":\n${output}\n${all}`)
}
