import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Application, type TypeDocOptions } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import { anchorsOf } from '../../scripts/markdown.ts'
import { entries } from './entries.ts'

/**
 * The reference as Markdown, a page for each entry of each published package: name of the file → text. What TypeDoc
 * warns about is an error, such as a link to a name that is not exported.
 */
export async function apiPages(): Promise<ReadonlyMap<string, string>> {
  const names = entries()
  const folder = mkdtempSync(join(tmpdir(), 'aauth-guard-reference-'))
  const options: TypeDocOptions & PluginOptions = {
    name: 'API reference',
    entryPoints: [...names.keys()],
    basePath: resolve(import.meta.dirname, '..'),
    tsconfig: join(import.meta.dirname, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    logLevel: 'Warn',
    readme: 'none',
    // `typecheck` has checked the sources, by the TypeScript that they are written for.
    skipErrorChecking: true,
    disableGit: true,
    // A line number would change the page with every change of the source.
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    sort: ['kind', 'alphabetical'],
    router: 'module',
    flattenOutputFiles: true,
    excludeScopesInPaths: true,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    outputs: [{ name: 'markdown', path: folder }],
  }
  try {
    const app = await Application.bootstrapWithPlugins(options)
    const project = await app.convert()
    if (project === undefined) throw new Error('TypeDoc cannot read the sources')
    for (const module of project.children ?? []) {
      const name = names.get(join(import.meta.dirname, '..', module.name, 'index.ts'))
      if (name === undefined) throw new Error(`${module.name} is not an entry of a package`)
      module.name = name
    }
    app.validate(project)
    await app.generateOutputs(project)
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('TypeDoc has found faults')
    return new Map(
      readdirSync(folder).map((file) => [file, withAnchors(readFileSync(join(folder, file), 'utf8'))]),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The plugin takes the member `code` of `AAuthError` for a first heading `AAuthErrorCode`, and numbers links to the type of
 * that name. The heading that is there has no number.
 */
function withAnchors(page: string): string {
  const anchors = anchorsOf(page)
  return page.replace(/\(#([a-z]+)-1\)/g, (link, name: string) =>
    anchors.has(`${name}-1`) || !anchors.has(name) ? link : `(#${name})`,
  )
}
