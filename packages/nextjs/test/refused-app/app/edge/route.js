import { createResource } from '@aauth-guard/core'
import { protect } from '@aauth-guard/nextjs'

const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })

export const runtime = 'edge'
export const GET = protect(resource, {}, () => Response.json({}))
