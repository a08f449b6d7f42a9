/**
 * Runs the guard's suite on every runtime, against the packages as npm would deliver them; `run.ts bun deno` runs
 * it on some. The last line counts the checks.
 */
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestNetwork } from '@aauth-guard/testing'
import { installBuilt } from './built.ts'
import { bundleHosts, bundleWorker } from './bundle.ts'
import { type Expectation, type Outcome, runChecks } from './checks/check.ts'
import { flights } from './checks/flights.ts'
import { notes } from './checks/notes.ts'
import type { Scene } from './checks/scene.ts'
import { served } from './checks/served.ts'
import { serveIssuers } from './issuers.ts'
import { type Runtime, runtimes, type Task, versionOf } from './runtimes.ts'
import { start } from './started.ts'

const hosts = join(import.meta.dirname, 'hosts')
const worker = resolve(import.meta.dirname, '../../examples/workers/worker.ts')
const named = process.argv.slice(2)
const unknown = named.find((name) => !runtimes.some((runtime) => runtime.name === name))
if (unknown !== undefined) throw new Error(`there is no runtime "${unknown}"`)

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'aauth-guard-')))
const counts = { passed: 0, failed: 0 }
try {
  installBuilt(folder)
  await bundleHosts(folder, ['node', 'bun', 'deno'])
  await bundleWorker(folder, join(hosts, 'workerd.ts'), 'worker.js')
  await bundleWorker(folder, worker, 'example.js')
  for (const name of ['workerd.capnp', 'workerd-example.capnp'])
    copyFileSync(join(hosts, name), join(folder, name))
  for (const runtime of runtimes) {
    if (named.length === 0 || named.includes(runtime.name)) tell(runtime, await outcomesOn(runtime))
  }
} finally {
  rmSync(folder, { recursive: true })
}
console.log(`${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1

function tell({ name }: Runtime, [version, outcomes]: readonly [string, readonly Outcome[]]): void {
  const failures = outcomes.filter(({ failure }) => failure !== undefined)
  const passed = outcomes.length - failures.length
  console.log(`${name} ${version}: ${passed} of ${outcomes.length}`)
  for (const { title, failure } of failures) console.log(`  ${title}: ${failure}`)
  counts.passed += passed
  counts.failed += failures.length
}

async function outcomesOn(runtime: Runtime): Promise<readonly [version: string, readonly Outcome[]]> {
  const { platform } = runtime
  const outcomes: Outcome[] = []
  const backends = platform === 'web' ? (['native', 'noble'] as const) : (['native'] as const)
  try {
    const version = versionOf(runtime)
    for (const ed25519 of backends) {
      const found = await onStage(runtime, 'suite', async (scene) => [
        ...(await suiteOf(scene, { platform, ed25519 })),
        ...(await runChecks<Scene>([...served, ...flights], scene)),
      ])
      outcomes.push(
        ...found.map((outcome) => ({ ...outcome, title: `${ed25519} Ed25519, ${outcome.title}` })),
      )
    }
    outcomes.push(...(await onStage(runtime, 'example', (scene) => runChecks<Scene>(notes, scene))))
    return [version, outcomes]
  } catch (error) {
    return ['did not get to the end', [...outcomes, { title: 'runs', failure: String(error) }]]
  }
}

/** Starts a runtime with a world of its own around it. */
async function onStage<Result>(
  runtime: Runtime,
  what: Task['what'],
  play: (scene: Scene) => Promise<Result>,
): Promise<Result> {
  const net = await createTestNetwork()
  const issuers = await serveIssuers(net.fetch)
  try {
    const { url, stop } = await start(runtime, folder, { what, issuers: issuers.url })
    let ahead = 0
    const advance = async (seconds: number): Promise<void> => {
      ahead += seconds
      net.clock.advance(seconds)
      await fetch(`${url}/ahead/${ahead}`)
    }
    return await play({ net, agent: await net.agent(), issuers, url, advance }).finally(stop)
  } finally {
    await issuers.close()
  }
}

async function suiteOf({ url }: Scene, expectation: Expectation): Promise<Outcome[]> {
  const query = new URLSearchParams({ ...expectation })
  const response = await fetch(`${url}/suite?${query}`, { signal: AbortSignal.timeout(120_000) })
  return (await response.json()) as Outcome[]
}
