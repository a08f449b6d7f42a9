import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfiguration } from '../../src/settings/read-configuration.ts'
import { settingsTable } from '../../src/settings/settings-table.ts'
import { folderOf, keyText } from './write-configuration.ts'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

test('the README has every setting (after a change: node scripts/gateway-schema.ts)', () => {
  expect(readme).toContain(`<!-- settings -->\n\n${settingsTable()}\n\n<!-- /settings -->`)
})

test('the example of the README can be used', () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? []
  const folder = folderOf({ 'signing-key.json': keyText('Ed25519') })
  const { routes, warnings } = readConfiguration(yaml, join(folder, 'gateway.yaml'), {})
  expect(routes.map(({ name }) => name)).toEqual(['GET /notes/*', 'PUT /notes/*'])
  expect(warnings).toEqual([])
})
