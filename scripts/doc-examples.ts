/** Typechecks every ```ts block of the TSDoc and the READMEs as a module of its own, so that none can rot. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const out = join(root, 'node_modules/.doc-examples')
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

const files = [
  ...['README.md', 'SECURITY.md', 'ARCHITECTURE.md'].map((name) => join(root, name)),
  ...readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        !/node_modules|dist|\/test\//.test(name) &&
        (name.endsWith('README.md') || /\/src\/.*\.ts$/.test(name)),
    )
    .map((name) => join(root, 'packages', name)),
]

let count = 0
for (const file of files) {
  const text = readFileSync(file, 'utf8')
  for (const [, block = ''] of text.matchAll(/```ts\n([\s\S]*?)```/g)) {
    const code = file.endsWith('.md') ? block : block.replace(/^ *\* ?/gm, '')
    const name = `${relative(root, file).replaceAll(/[/.]/g, '_')}_${++count}.ts`
    writeFileSync(join(out, name), `// ${relative(root, file)}\n${code}\nexport {}\n`)
  }
}
writeFileSync(
  join(out, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.base.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ['*.ts'],
  }),
)
try {
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '-p', out], {
    stdio: 'pipe',
    encoding: 'utf8',
  })
} catch (error) {
  console.error((error as { stdout: string }).stdout)
  process.exit(1)
}
console.log(`doc-examples: ${count} examples compile`)
