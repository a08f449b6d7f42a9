/**
 * Typechecks every ```ts and ```js block of the TSDoc, the READMEs and `docs/` as a module of its own, so that none can
 * rot. Blocks of a page whose first line is the path of a file, such as `// lib/resource.js`, can import each other. The
 * generated reference holds the blocks of the TSDoc once more.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repositoryFiles, root } from './repository-files.ts'

const out = join(root, 'node_modules/.doc-examples')
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

const isRead =
  /^(?:README|SECURITY|ARCHITECTURE)\.md$|^packages\/[^/]+\/README\.md$|^docs\/.*\.md$|\/src\/.*\.ts$/
const files = repositoryFiles().filter((file) => isRead.test(file) && !file.startsWith('docs/reference/api/'))

let count = 0
for (const file of files) {
  const text = readFileSync(join(root, file), 'utf8')
  for (const [, language = '', block = ''] of text.matchAll(/```(ts|js)\n([\s\S]*?)```/g)) {
    const code = file.endsWith('.md') ? block : block.replace(/^ *\* ?/gm, '')
    const page = file.replaceAll(/[/.]/g, '_')
    const [, path] = file.endsWith('.md') ? (/^\/\/ (\S+\/\S+\.[jt]s)\n/.exec(code) ?? []) : []
    const name = path === undefined ? `${page}_${++count}.${language}` : `${page}/${path}`
    if (path !== undefined) count++
    mkdirSync(dirname(join(out, name)), { recursive: true })
    writeFileSync(join(out, name), `// ${file}\n${code}\nexport {}\n`)
  }
}
writeFileSync(
  join(out, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.base.json',
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, allowJs: true, checkJs: true },
    include: ['**/*.ts', '**/*.js'],
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
