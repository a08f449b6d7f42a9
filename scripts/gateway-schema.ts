/** Writes the JSON Schema of the gateway's configuration, and the table of settings in its README. Tests compare both. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { configurationSchema } from '../packages/gateway/src/settings/schema.ts'
import { settingsTable } from '../packages/gateway/src/settings/settings-table.ts'

const folder = resolve(import.meta.dirname, '../packages/gateway')
const schema = resolve(folder, 'schema.json')
writeFileSync(schema, `${JSON.stringify(configurationSchema(), null, 2)}\n`)
execFileSync('npx', ['biome', 'format', '--write', schema], { stdio: 'inherit' })
const readme = resolve(folder, 'README.md')
const [before = '', , behind = ''] = readFileSync(readme, 'utf8').split(/<!-- \/?settings -->/)
writeFileSync(readme, `${before}<!-- settings -->\n\n${settingsTable()}\n\n<!-- /settings -->${behind}`)
