/**
 * Where the guard's server spends its time under load: `node bench/servers/profile.ts [FRAMEWORK] [VARIANT]`. Prints the
 * frames with the most time of their own, and the same by the part of the program that they belong to. The profile is
 * taken by the inspector from inside the server, so that loading and compiling are not in it.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Profile, selfTimes } from '../self-times.ts'
import { type Variant, variants } from './apps.ts'
import { LoadProcess, ServerProcess } from './child.ts'
import { type Framework, frameworks } from './frameworks.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    /** Where the profile is written, for other tools. */
    out: { type: 'string' },
  },
})
const [named = 'express', chosen = 'guard'] = positionals
const framework = named as Framework
const variant = chosen as Variant
if (!frameworks.includes(framework) || !variants.includes(variant))
  throw new TypeError(`write one of ${frameworks.join(', ')}, and one of ${variants.join(', ')}`)
const milliseconds = Number(values.seconds) * 1000

const load = await LoadProcess.start()
const server = await ServerProcess.start(framework, variant)
const run = () => load.run({ port: server.port, connections: 16, milliseconds })
await run()
const { result, cpu, gc, profile } = await server.account({ delay: false, profile: true }, run)
server.close()
load.close()
if (values.out !== undefined) writeFileSync(values.out, JSON.stringify(profile))

console.log(
  `${framework}, ${variant}: ${Math.round(result.answers / result.seconds)} requests/s while profiled, `,
)
console.log(`${(cpu / result.answers).toFixed(0)} µs of processor time for a request`)
if (gc)
  console.log(
    `${gc.count} collections of garbage, ${((gc.time * 1000) / result.answers).toFixed(1)} µs for a request\n`,
  )
const { frames, parts, total } = selfTimes(profile as Profile)
print('frame', frames.slice(0, 25))
print('part', parts)

function print(title: string, rows: readonly (readonly [name: string, microseconds: number])[]): void {
  console.log(`| ${title} | µs for a request | part |`)
  console.log('|---|---:|---:|')
  for (const [name, time] of rows)
    console.log(
      `| ${name} | ${(time / result.answers).toFixed(1)} | ${((100 * time) / total).toFixed(1)} % |`,
    )
  console.log()
}
