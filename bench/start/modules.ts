import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from './hosts.ts'
import type { Program } from './programs.ts'

const counter = 'count-modules.js'

/** Counts the modules that Node loads from files for a program, without the program itself. */
export function countModules(folder: string, { binary }: Host, { file }: Program): number {
  writeFileSync(
    join(folder, counter),
    `import { registerHooks } from 'node:module'
let count = -1
registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:')) count++
    return nextLoad(url, context)
  },
})
process.on('exit', () => console.log(count))
`,
  )
  const out = execFileSync(binary, ['--import', `./${counter}`, file], { cwd: folder, encoding: 'utf8' })
  return Number(out.trim().split('\n').at(-1))
}
