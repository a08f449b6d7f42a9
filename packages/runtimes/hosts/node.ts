import { serve } from '@hono/node-server'
import { makeExample } from './example.ts'
import { makeHandler } from './handler.ts'

const [issuers = '', what] = process.argv.slice(2)
const fetch = what === 'example' ? makeExample(issuers) : makeHandler(issuers)
serve({ fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => console.log(JSON.stringify({ port })))
