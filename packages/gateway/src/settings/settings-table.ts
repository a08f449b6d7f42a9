import { configurationShape } from './configuration-shape.ts'
import { routeShape } from './route-shape.ts'
import type { Setting } from './shape.ts'

/** Every setting as a table in Markdown, for the README of the package: members of members with their path. */
export function settingsTable(): string {
  const rows = rowsOf('', configurationShape.settings)
  return ['| Setting | Value | Default | |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function rowsOf(prefix: string, settings: Readonly<Record<string, Setting<unknown>>>): string[] {
  return Object.entries(settings).flatMap(([name, { shape, about, required, preset }]) => {
    const path = prefix + name
    const inner = path === 'routes' ? rowsOf('routes.*.', routeShape.settings) : []
    const own = 'settings' in shape ? rowsOf(`${path}.`, shape.settings as typeof settings) : []
    const value = path === 'routes' ? 'from a route to what it requires' : shape.kind
    return [
      `| \`${path}\` | ${value} | ${required ? 'required' : (preset ?? '')} | ${about} |`,
      ...inner,
      ...own,
    ]
  })
}
