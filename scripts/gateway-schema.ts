/** Writes the JSON Schema of the gateway's configuration, for editors. A test compares it. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { configurationSchema } from '../packages/gateway/src/settings/schema.ts'

const file = resolve(import.meta.dirname, '../packages/gateway/schema.json')
writeFileSync(file, `${JSON.stringify(configurationSchema(), null, 2)}\n`)
execFileSync('npx', ['biome', 'format', '--write', file], { stdio: 'inherit' })
