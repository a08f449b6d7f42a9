import { existsSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const sections = ['What it is', 'Example', 'What next']

/**
 * What a packed README lacks. Whoever reads it on a page of the registry or in node_modules has nothing but it: it
 * begins with the install line, and its links work without the files beside it.
 * @param peers that are not optional, and so belong into the install line
 */
export function readmeFaults(name: string, readme: string, peers: readonly string[]): string[] {
  const faults: string[] = []
  const [title, sentence = '', install = ''] = readme.split('\n\n')
  if (title !== `# ${name}`) faults.push(`begins with "${title}", not with "# ${name}"`)
  if (!/^[A-Z][^\n]*[^.]\.$/.test(sentence) || /\. [A-Z]/.test(sentence))
    faults.push('has something else than one sentence after the title')
  const [, flag = '', installed = ''] = /^```sh\nnpm i (-D )?(.+)\n```$/.exec(install) ?? []
  for (const dependency of [name, ...peers])
    if (!installed.split(' ').includes(dependency))
      faults.push(`has no "npm i ${flag}… ${dependency}" before everything else`)

  const at = sections.map((section) => readme.indexOf(`\n## ${section}\n`))
  if (at.some((index, place) => index === -1 || index < (at[place - 1] ?? 0)))
    faults.push(`needs the sections ${sections.map((one) => `"${one}"`).join(', ')}, in this order`)

  const [, example] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  if (example === undefined) faults.push('has no example')
  const commands = [...readme.matchAll(/npm i (?:-D )?([^`\n]+)/g)].flatMap(
    (match) => match[1]?.split(' ') ?? [],
  )
  for (const [, specifier = ''] of (example ?? '').matchAll(/from '([^']+)'/g)) {
    const imported = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? ''
    if (!specifier.startsWith('node:') && !builtinModules.includes(imported) && !commands.includes(imported))
      faults.push(`imports ${imported} in its example, and no command installs it`)
  }
  return [...faults, ...linkFaults(readme)]
}

function linkFaults(readme: string): string[] {
  const prose = readme.replace(/```[\s\S]*?```/g, '')
  const anchors = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => `#${anchorOf(title)}`)
  return [...prose.matchAll(/\]\(([^)]+)\)/g)].flatMap(([, link = '']) => {
    const [, path] =
      /^https:\/\/github\.com\/[^/]+\/aauth-guard\/(?:blob|tree)\/main\/([^#]+)/.exec(link) ?? []
    if (path !== undefined && !existsSync(join(root, path))) return [`links to ${path}, which is not there`]
    if (link.startsWith('https://') || anchors.includes(link)) return []
    return [`links to ${link}, which is not in the package`]
  })
}

/** As GitHub and npm make them. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}
